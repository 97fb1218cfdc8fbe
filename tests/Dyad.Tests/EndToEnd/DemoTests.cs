using System.Diagnostics;
using System.Text.Json;
using Microsoft.Playwright;

namespace Dyad.Tests.EndToEnd;

[Trait("Category", "e2e")]
public sealed class DemoTests(DemoFixture demo, Browser browser) : IClassFixture<DemoFixture>, IClassFixture<Browser>
{
    private static readonly string[] Studies = ["wen2021/fig1", "wen2021/fig1-sensitivity", "wen2021/fig2"];

    [Fact]
    public async Task The_report_of_the_demo_opens_offline_with_every_chart()
    {
        demo.First.Succeeded();
        await using var opened = await browser.NewPageAsync();
        await opened.Page.GotoAsync(new Uri(Path.Combine(demo.Folder, "report.html")).AbsoluteUri);
        await opened.Page.Locator("html[data-ready=true]").WaitForAsync(new() { State = WaitForSelectorState.Attached });
        await opened.DrawAllAsync();
        string?[] kinds = [.. Studies.SelectMany(study => Summary(study).GetProperty("charts").EnumerateArray()).Select(chart => chart.GetProperty("kind").GetString())];
        int charts = kinds.Count(kind => kind != "grid");
        Assert.Equal(1, kinds.Length - charts);
        Assert.Equal(3, await opened.Page.Locator("figure.grid-chart .panel").CountAsync());
        Assert.Equal(charts, await opened.Page.Locator("figure.chart").CountAsync());
        Assert.Equal(charts, await opened.Page.Locator("figure.chart svg.marks").CountAsync());
        Assert.Null(await opened.Page.GetAttributeAsync("html", "data-error"));
        Assert.Empty(opened.Errors);
        Assert.All(opened.Requests, address => Assert.Contains(new Uri(address).Scheme, new[] { "file", "data", "blob" }));
    }

    [Fact]
    public void The_demo_names_its_report_and_its_findings()
    {
        demo.First.Succeeded();
        Assert.Contains($"Report: {Path.Combine(demo.Folder, "report.html")}", demo.First.Output, StringComparison.Ordinal);
        foreach (string claim in Studies.SelectMany(study => Summary(study).GetProperty("findings").EnumerateArray())
            .Select(finding => finding.GetProperty("claim").GetString()!))
        {
            Assert.Contains(claim, demo.First.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_run_of_the_demo_is_done_and_has_its_rows()
    {
        demo.First.Succeeded();
        string[] runs = [.. Directory.EnumerateFiles(demo.Folder, "run.json", SearchOption.AllDirectories).Select(path => Path.GetDirectoryName(path)!)];
        Assert.NotEmpty(runs);
        foreach (string run in runs)
        {
            JsonElement status = Read(Path.Combine(run, "run.json"));
            JsonElement config = Read(Path.Combine(run, "config.json"));
            Assert.Equal("done", status.GetProperty("status").GetString());
            Assert.Equal(status.GetProperty("steps").GetInt64(), status.GetProperty("step").GetInt64());
            Assert.EndsWith($"seed-{config.GetProperty("training").GetProperty("seed").GetInt32()}", run, StringComparison.Ordinal);

            JsonElement[] rows = [.. File.ReadLines(Path.Combine(run, "metrics.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];
            Assert.Equal(0, rows[0].GetProperty("step").GetInt64());
            Assert.Equal(status.GetProperty("steps").GetInt64(), rows[^1].GetProperty("step").GetInt64());
            double wall = 0;
            foreach (JsonElement row in rows)
            {
                Assert.InRange(row.GetProperty("wall_s").GetDouble(), wall, 1e6);
                wall = row.GetProperty("wall_s").GetDouble();
                Assert.True(double.IsFinite(row.GetProperty("eval/return").GetDouble()));
            }
        }
    }

    [Fact]
    public async Task A_second_demo_computes_nothing_anew()
    {
        demo.First.Succeeded();
        IReadOnlyList<string> Runs() => [.. Contents.Of(demo.Folder).Where(line => line.Contains("/seed-", StringComparison.Ordinal))];
        IReadOnlyList<string> before = Runs();
        string[] figures = [.. Studies.Select(study => Contents.Figures(Path.Combine(demo.Folder, study)))];
        var clock = Stopwatch.StartNew();
        Outcome second = await demo.Dyad.RunAsync("demo", "--out", "my demo", "--json");
        Assert.True(clock.Elapsed < (demo.Duration / 2) + TimeSpan.FromSeconds(3), $"{clock.Elapsed} after {demo.Duration}");
        Assert.Equal(before, Runs());
        Assert.Equal(figures, Studies.Select(study => Contents.Figures(Path.Combine(demo.Folder, study))));

        JsonElement document = second.Json();
        Assert.Equal(Path.Combine(demo.Folder, "report.html"), document.GetProperty("report").GetString());
        Assert.Equal(Studies, document.GetProperty("studies").EnumerateArray().Select(study => study.GetProperty("study").GetString()));
    }

    private JsonElement Summary(string study) => Read(Path.Combine(demo.Folder, study, "summary.json"));

    private static JsonElement Read(string path) => JsonDocument.Parse(File.ReadAllText(path)).RootElement;
}
