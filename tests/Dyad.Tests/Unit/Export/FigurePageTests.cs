using System.Xml.Linq;
using Dyad.Export;
using Dyad.Report;
using Dyad.Studies.Results;

namespace Dyad.Tests.Unit.Export;

[Trait("Category", "unit")]
public sealed class FigurePageTests
{
    [Fact]
    public void Drawings_are_taken_from_a_page_that_was_drawn()
    {
        const string Svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" class=\"marks\" width=\"321\" height=\"200.5\"><text>a&nbsp;b</text></svg>";
        string page = "<html lang=\"en\" data-ready=\"true\"><body>" + Svg + "\n" + Svg + "</body></html>";
        IReadOnlyList<string> drawings = FigurePage.Drawings(page)!;
        Assert.Equal(2, drawings.Count);
        Assert.Equal("a\u00a0b", XDocument.Parse(drawings[0]).Root!.Value);
        Assert.Contains("size: 321px 201.5px", FigurePage.Print(drawings[0]), StringComparison.Ordinal);
        Assert.Null(FigurePage.Drawings(page.Replace(" data-ready=\"true\"", "", StringComparison.Ordinal)));
        Assert.Null(FigurePage.Drawings(page.Replace("<html", "<html data-error=\"x\"", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_page_has_each_chart_in_its_width()
    {
        string page = FigurePage.Render([ReportSamples.Chart([1, 2], [3, 4]), ReportSamples.Field()], 321);
        Assert.Contains("id=\"figure-0\" style=\"margin:0;width:321px\"", page, StringComparison.Ordinal);
        Assert.Contains("id=\"figure-1\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_without_a_summary_have_a_chart_for_each_metric()
    {
        using var folder = new TempFolder();
        SmallRuns.Write(folder.PathOf("runs"));
        IReadOnlyList<(string Name, Chart Chart)> charts = RunCharts.Of(SmallRuns.Read(folder.PathOf("runs")));
        var chart = (LineChart)charts.Single(x => x.Name == "FourRoom-eval-return").Chart;
        Series line = Assert.Single(chart.Series);
        Assert.Equal([0, 20, 40, 60], line.X);
        Assert.Equal(2, line.Seeds);
        Assert.Equal(charts.Count, charts.Select(x => x.Name).Distinct().Count());
    }
}
