using System.Text.Json;
using System.Text.Json.Nodes;
using Dyad.Core;
using Dyad.Report;
using Dyad.Studies.Definitions;
using Dyad.Studies.Results;

namespace Dyad.Tests.Unit.Studies;

/// <summary>Vector fields from their streamlines to the page.</summary>
[Trait("Category", "unit")]
public sealed class FieldChartTests
{
    private static readonly Interval Side = new(-1, 1);

    [Fact]
    public void Streamlines_of_a_rotation_are_arcs_in_its_direction()
    {
        IReadOnlyList<PlaneCurve> curves = Streamlines.Trace((x, y) => (-y, x), Side, Side);
        Assert.InRange(curves.Count, 10, 200);
        foreach (PlaneCurve curve in curves)
        {
            double radius = Math.Sqrt((curve.X[0] * curve.X[0]) + (curve.Y[0] * curve.Y[0]));
            for (int i = 0; i < curve.X.Length; i++)
            {
                Assert.InRange(curve.X[i], -1, 1);
                Assert.InRange(curve.Y[i], -1, 1);

                // Coordinates are rounded to four decimals.
                Assert.Equal(radius, Math.Sqrt((curve.X[i] * curve.X[i]) + (curve.Y[i] * curve.Y[i])), 1e-3);
                if (i > 0)
                {
                    double turn = (curve.X[i - 1] * curve.Y[i]) - (curve.Y[i - 1] * curve.X[i]);
                    Assert.True(turn > 0, $"a curve turns back at ({curve.X[i]}, {curve.Y[i]})");
                }
            }
        }
    }

    [Fact]
    public void Streamlines_cover_the_plane_where_there_is_a_field_and_nothing_else()
    {
        var wide = new Interval(0, 10);
        IReadOnlyList<PlaneCurve> curves = Streamlines.Trace((x, y) => x < 5 ? (1, 0) : null, wide, Side);
        Assert.All(curves, curve => Assert.InRange(curve.X[^1], 0, 5.1));
        Assert.All(curves, curve => Assert.All(curve.Y, y => Assert.Equal(curve.Y[0], y, 1e-9)));
        for (double y = -0.95; y < 1; y += 0.1)
        {
            Assert.Contains(curves, curve => Math.Abs(curve.Y[0] - y) < 0.1);
        }

        Assert.Empty(Streamlines.Trace((_, _) => (0, 0), Side, Side));
        Assert.Empty(Streamlines.Trace((_, _) => (double.NaN, 1), Side, Side));
    }

    [Fact]
    public void Charts_of_both_kinds_are_read_as_they_were_written()
    {
        Chart[] charts = [ReportSamples.Field(), ReportSamples.Chart([1, 2], [3, 4], [2, 3], [4, double.NaN])];
        string json = JsonSerializer.Serialize<IReadOnlyList<Chart>>(charts, SummaryFile.JsonOptions);
        IReadOnlyList<Chart> read = JsonSerializer.Deserialize<IReadOnlyList<Chart>>(json, SummaryFile.JsonOptions)!;
        Assert.Equal([typeof(FieldChart), typeof(LineChart)], read.Select(chart => chart.GetType()));
        Assert.Equal(json, JsonSerializer.Serialize(read, SummaryFile.JsonOptions));
    }

    [Theory]
    [InlineData("streamlines")]
    [InlineData("trajectories")]
    [InlineData("points")]
    [InlineData("labels")]
    public void A_field_with_an_empty_entry_or_without_a_part_is_refused(string part)
    {
        Refused(chart => chart[part]!.AsArray().Add(null));
        Refused(chart => chart[part] = null);
        Refused(chart => chart.Remove(part));
    }

    [Theory]
    [InlineData("streamlines")]
    [InlineData("trajectories")]
    public void A_curve_that_lacks_a_coordinate_is_refused(string part) =>
        Refused(chart => chart[part]![0]!["y"]!.AsArray().RemoveAt(0));

    [Fact]
    public void Arrows_point_along_the_curves_and_curves_keep_their_order()
    {
        JsonArray layers = FieldSpec.Build(ReportSamples.Field())["layer"]!.AsArray();
        JsonNode Layer(string style) => layers.Single(layer => (string?)layer!["mark"]!["style"] == style)!;
        double[] angles = [.. Layer("arrowhead")["data"]!["values"]!.AsArray().Select(row => (double)row!["angle"]!)];

        // To the right, and up: degrees clockwise from up.
        Assert.Equal([90, 0], angles);
        Assert.Equal("i", (string?)Layer("trajectory")["encoding"]!["order"]!["field"]);
        Assert.Equal([0, 1, 2], Layer("trajectory")["data"]!["values"]!.AsArray().Select(row => (int)row!["i"]!));
        Assert.Equal(2, (double)FieldSpec.Build(ReportSamples.Field())["usermeta"]!["aspect"]!);
    }

    [Theory]
    [InlineData("mean", 0)]
    [InlineData("low", 1)]
    [InlineData("high", 1)]
    public void A_line_whose_arrays_differ_in_length_is_refused(string array, int line)
    {
        using var folder = new TempFolder();
        double[] x = [0, 1, 2];
        StudyResult study = ReportSamples.Study() with
        {
            Charts = [new LineChart("c", "C", "x", "y", false, "", [new Series("plain", x, x, null, null, 1), new Series("band", x, x, x, x, 2)])],
        };
        JsonObject json = JsonSerializer.SerializeToNode(study, SummaryFile.JsonOptions)!.AsObject();
        string path = folder.PathOf("summary.json");
        File.WriteAllText(path, json.ToJsonString());
        Assert.Equal(2, Assert.IsType<LineChart>(Assert.Single(SummaryFile.Read(folder.FullPath).Charts)).Series.Count);
        json["charts"]![0]!["series"]![line]![array]!.AsArray().RemoveAt(0);
        File.WriteAllText(path, json.ToJsonString());
        Assert.Contains(path, Assert.Throws<UserError>(() => SummaryFile.Read(folder.FullPath)).Message, StringComparison.Ordinal);
    }

    private static void Refused(Action<JsonObject> damage)
    {
        using var folder = new TempFolder();
        StudyResult study = ReportSamples.Study() with { Charts = [ReportSamples.Field()] };
        JsonObject json = JsonSerializer.SerializeToNode(study, SummaryFile.JsonOptions)!.AsObject();
        string path = folder.PathOf("summary.json");
        File.WriteAllText(path, json.ToJsonString());
        Assert.IsType<FieldChart>(Assert.Single(SummaryFile.Read(folder.FullPath).Charts));
        damage(json["charts"]![0]!.AsObject());
        File.WriteAllText(path, json.ToJsonString());
        Assert.Contains(path, Assert.Throws<UserError>(() => SummaryFile.Read(folder.FullPath)).Message, StringComparison.Ordinal);
    }
}
