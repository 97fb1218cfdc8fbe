using Dyad.Algorithms.Catalog;
using Dyad.Environments.Locating;
using Dyad.Report;
using Dyad.Studies;
using Dyad.Studies.Results;
using Dyad.Tests.Unit;
using Microsoft.Playwright;

namespace Dyad.Tests.EndToEnd;

/// <summary>Pages of the studies that are stored under docs/results, as a reader meets them.</summary>
[Trait("Category", "e2e")]
public sealed class StoredPageTests(Browser browser) : IClassFixture<Browser>, IDisposable
{
    /// <summary>One page for each kind of picture: vector fields, logarithms on both axes, wide tables, options by line, metrics of a run.</summary>
    private static readonly string[] Kinds = ["zheng2021/fig1", "lecture/stein", "zheng2021/fig3e", "zheng2021/ablations-cartpole", "training/pendulum-sac", "wen2021/fig1"];

    private readonly TempFolder _folder = new();

    public static TheoryData<string, int> Looks
    {
        get
        {
            var looks = new TheoryData<string, int>();
            foreach (string kind in Kinds)
            {
                // A page that fits 1,400 pixels is the same on 1,920, but for what is as wide as the window.
                foreach (int width in kind == Kinds[0] ? [390, 1024, 1400, 1920] : new[] { 390, 1024, 1400 }) looks.Add(kind, width);
            }

            return looks;
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Studies_are_drawn_without_an_error_and_only_what_is_seen_at_first()
    {
        // Of the many trainings those whose pages have other charts.
        StudyResult[] studies = [.. Directory.GetFiles(Repository.PathOf("docs", "results"), "*.json", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal).Select(SummaryFile.ReadFile)
            .DistinctBy(study => study.Study == "train" ? string.Join('\n', study.Charts.Select(chart => chart.Title)) : study.Study)];
        Assert.InRange(studies.Count(study => study.Study == "train"), 7, 15);
        await using BrowserPage opened = await OpenAsync(studies, 1400);
        int charts = studies.Sum(study => study.Charts.Count);
        Assert.Equal(charts, await opened.Page.Locator("figure.chart").CountAsync());
        Assert.InRange(await opened.Page.Locator("figure.chart svg.marks").CountAsync(), 1, charts / 10);
        await opened.DrawAllAsync();
        Assert.Equal(charts, await opened.Page.Locator("figure.chart svg.marks").CountAsync());
        Assert.Null(await opened.Page.GetAttributeAsync("html", "data-error"));
        Assert.Empty(opened.Errors);
        Assert.Equal(studies.Length, await opened.Page.Locator("nav a").CountAsync());

        // Names of links lead somewhere.
        Assert.True(await opened.Page.EvaluateAsync<bool>("[...document.querySelectorAll('nav a')].every(a => document.querySelector(a.getAttribute('href')))"));
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Nothing_is_cut_at_any_width_nor_in_the_dark_nor_on_paper(string kind, int width)
    {
        StudyResult study = SummaryFile.ReadFile(Repository.PathOf("docs", "results", $"{kind}.json"));
        await using BrowserPage opened = await OpenAsync([study], width);

        // Colours and paper once each: places hang on the width.
        (ColorScheme, Media)[] looks = width switch
        {
            1024 => [(ColorScheme.Light, Media.Screen), (ColorScheme.Light, Media.Print)],
            1400 => [(ColorScheme.Light, Media.Screen), (ColorScheme.Dark, Media.Screen)],
            _ => [(ColorScheme.Light, Media.Screen)],
        };
        foreach ((ColorScheme scheme, Media media) in looks)
        {
            await opened.Page.EmulateMediaAsync(new() { ColorScheme = scheme, Media = media });
            await opened.DrawAllAsync();
            await opened.Page.EvaluateAsync("for (const folded of document.querySelectorAll('details:not(.menu)')) folded.open = true");
            string where = $"{kind}, {width} px, {scheme}, {media}";
            await opened.Page.WaitForFunctionAsync("() => [...document.querySelectorAll('.scroll')].every(box => { window.dyad.fit(box); return box.scrollWidth <= box.clientWidth; })", null, new() { Timeout = 10_000 });
            string[] cut = await opened.Page.EvaluateAsync<string[]>("""
                [...document.querySelectorAll(".scroll, svg.marks, figure, .command, .findings")].filter(part => part.getBoundingClientRect().right > window.innerWidth + 1)
                  .map(part => part.tagName + " " + part.className)
                """);
            Assert.True(cut.Length == 0, $"{where}: {string.Join(", ", cut)}");
            Assert.True(await opened.Page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= width, where);
            string[] short_ = await opened.Page.EvaluateAsync<string[]>("""[...document.querySelectorAll(".role-legend-label text")].map(text => text.textContent).filter(text => text.endsWith("\u2026"))""");
            Assert.True(short_.Length == 0 || width < 500, $"{where}: {string.Join(", ", short_)}");
            Assert.All(
                await opened.Page.EvaluateAsync<string[]>("[...document.querySelectorAll('figure.chart')].map(figure => getComputedStyle(figure).breakInside)"),
                inside => Assert.Equal(media == Media.Print ? "avoid" : "auto", inside));
        }

        Assert.Empty(opened.Errors);
    }

    [Fact]
    public async Task A_grid_is_drawn_over_training_with_its_walls_goal_arrows_and_visits()
    {
        TrainingStudy study = TrainingStudy.Tabular(MethodCatalog.Tabular("res-ac"), TaskLocator.Find("FourRoom"), new TrainingRequest([], 60_000, 6000, 0));
        StudyResult result = StudyRunner.Execute(study, new StudyRequest(StudyScale.Quick, 1, 1, _folder.FullPath, ""), _ => { }, _ => { }, CancellationToken.None).Result;
        await using BrowserPage opened = await OpenAsync([result], 1400);
        await opened.DrawAllAsync();
        ILocator panels = opened.Page.Locator(".grid-chart .panel");
        Assert.Equal(["critic q", "q + w", "true value"], await panels.Locator("p").AllTextContentsAsync());
        ILocator last = panels.Last;
        Assert.Equal((13 * 13) - 104, await last.Locator(".wall").CountAsync());
        Assert.Equal(104, await last.Locator(".value").CountAsync());
        Assert.Equal(1, await last.Locator(".goal").CountAsync());
        Assert.Equal(104, await last.Locator(".visits").CountAsync());
        int arrows = await last.Locator(".arrow").CountAsync();
        Assert.InRange(arrows, 20, 104 * 2);

        // At the first step that was kept the policy is near chance: hardly an arrow.
        await opened.Page.Locator(".grid-step").FocusAsync();
        await opened.Page.Keyboard.PressAsync("Home");
        Assert.Contains("step 5,", await opened.Page.Locator(".grid-clock").InnerTextAsync(), StringComparison.Ordinal);
        Assert.True(await last.Locator(".arrow").CountAsync() < arrows / 2);
        await opened.Page.Locator(".grid-visits").UncheckAsync();
        Assert.Equal(0, await last.Locator(".visits").CountAsync());
        foreach (int width in new[] { 390, 1024, 1920 })
        {
            await opened.Page.SetViewportSizeAsync(width, 900);
            Assert.True(await opened.Page.EvaluateAsync<bool>("[...document.querySelectorAll('.panel')].every(panel => panel.getBoundingClientRect().right <= window.innerWidth)"), $"{width} px");
            Assert.Equal(width, await opened.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        }

        Assert.Empty(opened.Errors);
    }

    [Fact]
    public async Task A_dark_page_is_dark_and_its_text_can_be_read()
    {
        StudyResult study = SummaryFile.ReadFile(Repository.PathOf("docs", "results", "zheng2021/fig3e.json"));
        foreach (ColorScheme scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await using BrowserPage opened = await OpenAsync([study], 1400, scheme);
            double[] contrasts = await opened.Page.EvaluateAsync<double[]>("""
                (() => {
                  const light = (colour) => {
                    const [r, g, b] = colour.match(/[\d.]+/g).map(Number).map(c => c / 255).map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
                    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
                  };
                  const back = (part) => { for (let p = part; p; p = p.parentElement) { const c = getComputedStyle(p).backgroundColor; if (!c.endsWith(", 0)") && c !== "transparent") return c; } return "rgb(255, 255, 255)"; };
                  return [...document.querySelectorAll("p, td, th, figcaption, .badge, summary, h1, h2")].filter(part => part.checkVisibility()).map(part => {
                    const [a, b] = [light(getComputedStyle(part).color), light(back(part))].sort((x, y) => y - x);
                    return (a + 0.05) / (b + 0.05);
                  });
                })()
                """);
            Assert.True(contrasts.Min() >= 4.5, $"{scheme}: {contrasts.Min():0.00}");
        }
    }

    private async Task<BrowserPage> OpenAsync(IReadOnlyList<StudyResult> studies, int width, ColorScheme scheme = ColorScheme.Light)
    {
        string page = _folder.PathOf($"page-{Guid.NewGuid():N}.html");
        ReportWriter.Write(page, "Studies", "As they are stored.", studies);
        BrowserPage opened = await browser.NewPageAsync(width, scheme);
        await opened.Page.GotoAsync(new Uri(page).AbsoluteUri);
        await opened.Page.Locator("html[data-ready=true]").WaitForAsync(new() { State = WaitForSelectorState.Attached });
        return opened;
    }
}
