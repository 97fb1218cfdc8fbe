using System.Diagnostics;
using Dyad.Report;
using Dyad.Studies.Results;
using Microsoft.Playwright;

namespace Dyad.Tests.EndToEnd;

[Trait("Category", "e2e")]
public sealed class ReportPageTests(Browser browser) : IClassFixture<Browser>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dyad-report-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_report_opens_offline_with_every_chart_drawn()
    {
        await using var opened = await OpenAsync([ReportSamples.Study("one"), ReportSamples.Study("two")]);
        await opened.DrawAllAsync();
        Assert.Empty(opened.Errors);
        Assert.All(opened.Requests, address => Assert.Contains(new Uri(address).Scheme, new[] { "file", "data" }));
        var charts = opened.Page.Locator("figure.chart");
        Assert.Equal(4, await charts.CountAsync());
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(4, await charts.Nth(i).Locator("svg .mark-line path").CountAsync());
            Assert.Equal(4, await charts.Nth(i).Locator("svg .mark-area path").CountAsync());
        }

        Assert.Null(await opened.Page.GetAttributeAsync("html", "data-error"));
        foreach (var verdict in Enum.GetNames<Verdict>())
        {
            Assert.Equal(2, await opened.Page.Locator(".findings .badge", new() { HasTextString = verdict }).CountAsync());
        }
    }

    [Theory]
    [InlineData(375)]
    [InlineData(1280)]
    public async Task A_phone_needs_no_sideways_scrolling(int widthAtFirst)
    {
        string endless = new('x', 90);
        var study = ReportSamples.Study() with
        {
            Title = endless,
            Command = $"./dyad {endless}",
            Notes = [endless],
            Machine = endless,
            Charts = [.. ReportSamples.Study().Charts, ReportSamples.Field()],
        };
        await using var opened = await OpenAsync([ReportSamples.Study(), study], widthAtFirst);
        await opened.Page.SetViewportSizeAsync(375, 800);
        // Every chart fits, and no entry of a legend is cut off above the drawing.
        await opened.Page.WaitForFunctionAsync("""
            [...document.querySelectorAll("svg.marks")].every(chart => chart.width.baseVal.value <= 375
              && [...chart.querySelectorAll(".role-legend-label text")]
                .every(label => label.getBoundingClientRect().top >= chart.getBoundingClientRect().top))
            """, null, new() { Timeout = 5000 });
        Assert.Equal(375, await opened.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        Assert.Empty(opened.Errors);
    }

    [Fact]
    public async Task Pointing_at_a_chart_reads_every_line()
    {
        await using var opened = await OpenAsync([ReportSamples.Study()]);
        await opened.Page.Locator(".plot svg.marks").First.HoverAsync();
        var reading = opened.Page.Locator(".reading").First;
        await reading.WaitForAsync();
        Assert.Equal(4, await reading.Locator("tr").CountAsync());
        Assert.Contains("Environment steps: ", await reading.InnerTextAsync());
        var dots = opened.Page.Locator("figure.chart").First.Locator("svg .mark-symbol.role-mark path");
        await Assertions.Expect(dots).ToHaveCountAsync(4);
    }

    [Fact]
    public async Task A_field_is_drawn_with_arrows_and_points_on_sides_of_the_same_scale()
    {
        await using var opened = await OpenAsync([ReportSamples.Study() with { Charts = [ReportSamples.Field()] }]);
        var figure = opened.Page.Locator("figure.chart");
        Assert.Equal(3, await figure.Locator("svg .mark-line path").CountAsync());
        Assert.Equal(2 + 1, await figure.Locator("svg .mark-symbol.role-mark path").CountAsync());
        Assert.Contains("start", await figure.Locator("svg .mark-text.role-mark").AllTextContentsAsync());
        Assert.Equal([ReportSamples.Methods[1]], await figure.Locator("svg .role-legend-label text").AllTextContentsAsync());
        double[] sides = await opened.Page.EvaluateAsync<double[]>("""
            (() => {
              const box = document.querySelector("svg .mark-group path.background").getBBox();
              return [box.width, box.height];
            })()
            """);
        Assert.Equal(2, sides[1] / sides[0], 1e-3);

        // A trajectory has its method's colour, here the second one.
        string? second = await figure.Locator("svg .mark-line path").Last.GetAttributeAsync("stroke");
        Assert.Equal("#d55e00", second);
        Assert.Null(await opened.Page.GetAttributeAsync("html", "data-error"));
        Assert.Empty(opened.Errors);
    }

    [Theory]
    [InlineData("Save as SVG", "study-1-returns.svg")]
    [InlineData("Save as PNG", "study-1-returns.png")]
    [InlineData("Data (CSV)", "study-1-returns.csv")]
    public async Task A_chart_can_be_saved(string action, string file)
    {
        await using var opened = await OpenAsync([ReportSamples.Study()]);
        var figure = opened.Page.Locator("figure.chart").First;
        await figure.Locator(".menu summary").FocusAsync();
        await opened.Page.Keyboard.PressAsync("Enter");
        var download = await opened.Page.RunAndWaitForDownloadAsync(() => figure.GetByText(action).ClickAsync());
        Assert.Equal(file, download.SuggestedFilename);
        if (file.EndsWith(".csv", StringComparison.Ordinal))
        {
            string[] lines = System.IO.File.ReadAllLines(await download.PathAsync());
            Assert.Equal("line,kind,seed,Environment steps,Return,low,high", lines[0]);
            Assert.Equal(1 + (4 * 500), lines.Length);
            Assert.StartsWith("SAC,mean,,2000,", lines[1], StringComparison.Ordinal);
            Assert.StartsWith("\"Res-SAC, clip 0.2\",mean,", lines[^1], StringComparison.Ordinal);
        }

        Assert.Empty(opened.Errors);
    }

    [Fact]
    public async Task Charts_follow_the_readers_colour_scheme()
    {
        await using var opened = await OpenAsync([ReportSamples.Study()]);
        var line = opened.Page.Locator("svg .mark-line path").First;
        string? light = await line.GetAttributeAsync("stroke");
        await opened.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await Assertions.Expect(line).Not.ToHaveAttributeAsync("stroke", light!);
        Assert.Empty(opened.Errors);
    }

    [Fact]
    public async Task Large_charts_are_drawn_within_seconds()
    {
        ReportWriter.Write(File, "Report", "Lead.", [ReportSamples.Study(points: 2000), ReportSamples.Study(points: 2000)]);
        await using var opened = await browser.NewPageAsync();
        var clock = Stopwatch.StartNew();
        await GotoAsync(opened);
        await opened.DrawAllAsync();
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), $"Four charts of 8000 points took {clock.Elapsed}.");
    }

    [Fact]
    public async Task Charts_with_hardly_any_data_are_drawn()
    {
        LineChart[] charts =
        [
            ReportSamples.Chart([], []) with { Id = "empty" },
            ReportSamples.Chart([1], [2]) with { Id = "point" },
            ReportSamples.Chart([1, 2], [0, -1], logY: true) with { Id = "nothing-positive" },
            ReportSamples.Chart([1, 2], [double.NaN, double.NaN]) with { Id = "not-a-number" },
            ReportSamples.Chart([1, 2], [3, 3], [3, 3], [3, 3]) with { Id = "flat" },
        ];
        await using var opened = await OpenAsync([ReportSamples.Study() with { Charts = charts }]);
        await opened.DrawAllAsync();
        await opened.Page.Locator(".plot svg.marks").Last.HoverAsync();
        Assert.Equal(charts.Length, await opened.Page.Locator(".plot svg.marks").CountAsync());
        Assert.Equal(1, await opened.Page.Locator("figure.chart").Nth(1).Locator("svg .mark-symbol.role-mark path").CountAsync());
        Assert.Empty(opened.Errors);
    }

    private string File => Path.Combine(_folder, "report.html");

    private async Task<BrowserPage> OpenAsync(IReadOnlyList<StudyResult> results, int width = 1280)
    {
        ReportWriter.Write(File, "Two players, one policy", "What the corrected methods change, and how sure we are.", results);
        var opened = await browser.NewPageAsync(width);
        await GotoAsync(opened);
        return opened;
    }

    private async Task GotoAsync(BrowserPage opened)
    {
        await opened.Page.GotoAsync(new Uri(File).AbsoluteUri);
        await opened.Page.Locator("html[data-ready=true]").WaitForAsync(new() { State = WaitForSelectorState.Attached });
    }
}
