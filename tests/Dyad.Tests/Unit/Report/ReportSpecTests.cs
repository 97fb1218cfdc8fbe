using System.Text.Json.Nodes;
using Dyad.Report;
using Dyad.Studies.Results;

namespace Dyad.Tests.Unit.Report;

[Trait("Category", "unit")]
public sealed class ReportSpecTests
{
    [Fact]
    public void Each_point_of_each_line_is_a_row()
    {
        var chart = ReportSamples.Study(points: 500).Charts.OfType<LineChart>().First();
        var rows = Rows(VegaLiteSpec.Build(chart));
        Assert.Equal(4 * 500, rows.Count);
        Assert.Equal(ReportSamples.Methods, rows.Select(row => (string?)row!["series"]).Distinct());
        Assert.Equal(chart.Series[1].X[7], (double)rows[507]!["x"]!);
        Assert.Equal((float)chart.Series[1].Mean[7], (float)rows[507]!["mean"]!);
    }

    [Fact]
    public void The_legend_keeps_the_order_of_the_series_and_dashes_differ()
    {
        var spec = VegaLiteSpec.Build(ReportSamples.Study().Charts.OfType<LineChart>().First());
        var line = Encoding(spec, "line");
        Assert.Equal(ReportSamples.Methods, line["color"]!["scale"]!["domain"]!.AsArray().Select(label => (string?)label));
        Assert.Equal(ReportSamples.Methods, line["strokeDash"]!["scale"]!["domain"]!.AsArray().Select(label => (string?)label));
        var dashes = line["strokeDash"]!["scale"]!["range"]!.AsArray().Select(dash => dash!.ToJsonString()).ToList();
        Assert.Equal(4, dashes.Distinct().Count());
    }

    [Fact]
    public void A_line_without_a_band_has_no_band()
    {
        var spec = VegaLiteSpec.Build(ReportSamples.Chart([1, 2], [3, 4]));
        Assert.DoesNotContain("area", Marks(spec));
        Assert.Contains("area", Marks(VegaLiteSpec.Build(ReportSamples.Chart([1, 2], [3, 4], [2, 3], [4, 5]))));
    }

    [Fact]
    public void A_linear_axis_need_not_start_at_zero()
    {
        var scale = Encoding(VegaLiteSpec.Build(ReportSamples.Chart([1, 2], [1000, 1001])), "line")["y"]!["scale"]!;
        Assert.False((bool)scale["zero"]!);
    }

    [Fact]
    public void A_logarithmic_axis_drops_values_that_are_not_positive()
    {
        var chart = ReportSamples.Chart([1, 2, 3], [1, 0, 20], [0.5, -1, -1], [2, 1, 30], logY: true);
        var spec = VegaLiteSpec.Build(chart);
        Assert.Equal("log", (string?)Encoding(spec, "line")["y"]!["scale"]!["type"]);
        var rows = Rows(spec);
        Assert.Equal([1f, null, 20f], rows.Select(row => (float?)row!["mean"]));
        // The last row keeps its mean and loses both edges of its band.
        Assert.Equal([0.5f, null, null], rows.Select(row => (float?)row!["low"]));
        Assert.Equal([2f, null, null], rows.Select(row => (float?)row!["high"]));
        Assert.Equal(3, VegaLiteSpec.CountUndrawable(chart));
    }

    [Fact]
    public void Data_within_one_power_of_ten_needs_no_logarithm()
    {
        JsonObject spec = VegaLiteSpec.Build(ReportSamples.Chart([1, 2, 3], [1, 2, 9], logY: true));
        Assert.Null(Encoding(spec, "line")["y"]!["scale"]!["type"]);
        Assert.DoesNotContain("log", (string?)Encoding(spec, "line")["y"]!["title"], StringComparison.Ordinal);
        spec = VegaLiteSpec.Build(ReportSamples.Chart([1, 2, 3], [1, 2, 11], logY: true));
        Assert.Equal("log", (string?)Encoding(spec, "line")["y"]!["scale"]!["type"]);
        Assert.EndsWith("(log scale)", (string?)Encoding(spec, "line")["y"]!["title"], StringComparison.Ordinal);
    }

    [Fact]
    public void A_wide_band_does_not_flatten_the_lines()
    {
        LineChart chart = ReportSamples.Chart([1, 2], [10, 20], [-1000, -1000], [1000, 1000]);
        Assert.Equal([2.5, 27.5], Encoding(VegaLiteSpec.Build(chart), "line")["y"]!["scale"]!["domain"]!.AsArray().Select(x => (double)x!));
        Assert.Contains("Bands reach beyond the axis.", ReportPage.Render("Report", "Lead.", [ReportSamples.Study() with { Charts = [chart] }]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_has_one_colour_in_all_charts_also_where_lines_are_missing()
    {
        LineChart chart = ReportSamples.Chart([1, 2], [3, 4]);
        JsonNode colour = Encoding(VegaLiteSpec.Build(chart, ["DDPG", "SAC", "TD3"]), "line")["color"]!;
        Assert.Equal(["DDPG", "SAC", "TD3"], colour["scale"]!["domain"]!.AsArray().Select(label => (string?)label));
        Assert.Equal(["SAC"], colour["legend"]!["values"]!.AsArray().Select(label => (string?)label));
    }

    [Fact]
    public void Seeds_are_thin_lines_under_their_mean()
    {
        LineChart chart = ReportSamples.Chart([1, 2], [3, 4]);
        chart = chart with { Series = [chart.Series[0] with { Each = [new SeedLine(0, [1, 2], [2, 3]), new SeedLine(7, [1], [4])] }] };
        JsonObject spec = VegaLiteSpec.Build(chart);
        JsonNode layer = spec["layer"]!.AsArray().Single(layer => (string?)layer!["data"]?["name"] == "seeds")!;
        Assert.Equal([0, 0, 7], layer["data"]!["values"]!.AsArray().Select(row => (int)row!["seed"]!));
        Assert.Equal("seed", (string?)layer["mark"]!["style"]);
    }

    [Fact]
    public void Values_that_somebody_chose_are_marked()
    {
        Assert.All(Rows(VegaLiteSpec.Build(ReportSamples.Chart([1, 2, 3], [1, 2, 3]))), row => Assert.True((bool)row!["marked"]!));
        double[] many = [.. Enumerable.Range(0, 50).Select(i => (double)i)];
        Assert.All(Rows(VegaLiteSpec.Build(ReportSamples.Chart(many, many))), row => Assert.Null(row!["marked"]));
    }

    [Fact]
    public void Values_that_are_not_finite_are_dropped()
    {
        var chart = ReportSamples.Chart([1, 2, 3], [double.NaN, double.PositiveInfinity, 5]);
        Assert.Equal([null, null, 5f], Rows(VegaLiteSpec.Build(chart)).Select(row => (float?)row!["mean"]));
        Assert.Equal(2, VegaLiteSpec.CountUndrawable(chart));
    }

    [Fact]
    public void A_point_without_neighbours_is_marked_because_no_line_shows_it()
    {
        var rows = Rows(VegaLiteSpec.Build(ReportSamples.Chart([1, 2, 3, 4], [1, double.NaN, 3, 4])));
        Assert.Equal([true, false, false, false], rows.Select(row => row!["alone"] is not null));
        Assert.NotNull(Rows(VegaLiteSpec.Build(ReportSamples.Chart([1], [1])))[0]!["alone"]);
    }

    private static JsonArray Rows(JsonObject spec) => spec["data"]!["values"]!.AsArray();

    private static List<string> Marks(JsonObject spec) => [.. spec["layer"]!.AsArray().Select(Mark)];

    private static string Mark(JsonNode? layer) =>
        layer!["mark"] is JsonObject mark ? (string)mark["type"]! : (string)layer["mark"]!;

    private static JsonNode Encoding(JsonObject spec, string mark) =>
        spec["layer"]!.AsArray().Single(layer => Mark(layer) == mark && (string?)layer!["mark"]!["style"] != "seed")!["encoding"]!;
}
