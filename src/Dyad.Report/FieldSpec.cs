using System.Text.Json.Nodes;
using Dyad.Studies.Results;

namespace Dyad.Report;

/// <summary>A vector field in the words of Vega-Lite: streamlines with arrow heads, trajectories and named points.</summary>
public static class FieldSpec
{
    // Streamlines of more points than this get a second arrow head.
    private const int LongCurve = 24;

    /// <summary>The chart, with its data. Coordinates that are not finite break a curve and are left out.</summary>
    /// <param name="chart">What to draw.</param>
    /// <param name="labels">All labels of the page, so that one has the same colour in each chart; those of the study if null.</param>
    public static JsonObject Build(FieldChart chart, IReadOnlyList<string>? labels = null)
    {
        ArgumentNullException.ThrowIfNull(chart);
        string[] all = [.. (labels ?? []).Concat(chart.Labels).Distinct()];
        string lines = string.Join(", ", chart.Trajectories.Select(curve => curve.Label));
        return new JsonObject
        {
            ["$schema"] = "https://vega.github.io/schema/vega-lite/v6.json",
            ["description"] = $"Vector field of {chart.XTitle} and {chart.YTitle}, with trajectories: {lines}",
            // For the page: sides of the same scale, and a legend that fits the width.
            ["usermeta"] = new JsonObject
            {
                ["aspect"] = (chart.Y.High - chart.Y.Low) / (chart.X.High - chart.X.Low),
                ["legendColumnWidth"] = VegaLiteSpec.LegendColumnWidth(chart.Trajectories.Select(curve => curve.Label)),
            },
            ["params"] = VegaLiteSpec.LegendParams(),
            ["width"] = 320,
            ["height"] = 320,
            ["layer"] = new JsonArray(
                Layer(CurveRows(chart.Streamlines), Mark("line", "streamline"), chart, Curves(colour: null)),
                Layer(ArrowRows(chart), Mark("point", "arrowhead", ("shape", "triangle-up")), chart, new JsonObject
                {
                    ["angle"] = new JsonObject { ["field"] = "angle", ["type"] = "quantitative", ["scale"] = null },
                }),
                Layer(CurveRows(chart.Trajectories), Mark("line", "trajectory"), chart, Curves(Colour(chart, all))),
                Layer(PointRows(chart), Mark("point", "landmark"), chart, []),
                Layer(PointRows(chart), Mark("text", "landmark-label", ("align", "left"), ("baseline", "bottom")), chart, new JsonObject
                {
                    ["text"] = new JsonObject { ["field"] = "name", ["type"] = "nominal" },
                })),
        };
    }

    private static JsonObject Layer(JsonArray rows, JsonObject mark, FieldChart chart, JsonObject encoding)
    {
        encoding["x"] = Axis("x", chart.XTitle, chart.X);
        encoding["y"] = Axis("y", chart.YTitle, chart.Y);
        return new JsonObject { ["data"] = new JsonObject { ["values"] = rows }, ["mark"] = mark, ["encoding"] = encoding };
    }

    private static JsonObject Mark(string type, string style, params (string Name, string Value)[] options)
    {
        var mark = new JsonObject { ["type"] = type, ["style"] = style, ["clip"] = true };
        foreach ((string name, string value) in options)
        {
            mark[name] = value;
        }

        return mark;
    }

    private static JsonObject Curves(JsonObject? colour)
    {
        var encoding = new JsonObject
        {
            // A line mark sorts by x unless it is told the order.
            ["order"] = new JsonObject { ["field"] = "i", ["type"] = "quantitative" },
            ["detail"] = new JsonObject { ["field"] = "curve", ["type"] = "nominal" },
        };
        if (colour is not null)
        {
            encoding["color"] = colour;
        }

        return encoding;
    }

    private static JsonObject Colour(FieldChart chart, IEnumerable<string> labels) => new()
    {
        ["field"] = "curve",
        ["type"] = "nominal",
        ["scale"] = new JsonObject { ["domain"] = VegaLiteSpec.Labels(labels) },
        ["legend"] = VegaLiteSpec.Legend(chart.Trajectories.Select(curve => curve.Label)),
    };

    private static JsonObject Axis(string field, string title, Interval side) => new()
    {
        ["field"] = field,
        ["type"] = "quantitative",
        ["title"] = title,
        ["scale"] = new JsonObject { ["domain"] = new JsonArray(side.Low, side.High), ["nice"] = false, ["zero"] = false },
        ["axis"] = new JsonObject { ["tickCount"] = 6, ["grid"] = false, ["domain"] = true, ["ticks"] = true },
    };

    private static JsonArray CurveRows(IReadOnlyList<PlaneCurve> curves) => [.. curves.SelectMany((curve, number) => curve.X
        .Select((x, i) => (X: x, Y: curve.Y[i], Index: i))
        .Where(point => CanDraw(point.X, point.Y))
        .Select(point => (JsonNode)new JsonObject
        {
            ["curve"] = curve.Label.Length > 0 ? curve.Label : number,
            ["i"] = point.Index,
            ["x"] = (float)point.X,
            ["y"] = (float)point.Y,
        }))];

    private static JsonArray ArrowRows(FieldChart chart)
    {
        var rows = new JsonArray();
        foreach (PlaneCurve curve in chart.Streamlines)
        {
            int count = curve.X.Length;
            int[] places = count > LongCurve ? [count / 3, 2 * count / 3] : [count / 2];
            foreach (int i in places.Where(i => i > 0))
            {
                double dx = (curve.X[i] - curve.X[i - 1]) / (chart.X.High - chart.X.Low);
                double dy = (curve.Y[i] - curve.Y[i - 1]) / (chart.Y.High - chart.Y.Low);
                if (!CanDraw(dx, dy))
                {
                    continue;
                }

                // Degrees clockwise from straight up, on a plot whose sides are in proportion.
                double aspect = (chart.Y.High - chart.Y.Low) / (chart.X.High - chart.X.Low);
                rows.Add(new JsonObject
                {
                    ["x"] = (float)curve.X[i],
                    ["y"] = (float)curve.Y[i],
                    ["angle"] = Math.Round(Math.Atan2(dx, dy * aspect) * 180 / Math.PI, 1),
                });
            }
        }

        return rows;
    }

    private static JsonArray PointRows(FieldChart chart) => [.. chart.Points.Where(point => CanDraw(point.X, point.Y))
        .Select(point => (JsonNode)new JsonObject { ["name"] = point.Label, ["x"] = (float)point.X, ["y"] = (float)point.Y })];

    private static bool CanDraw(double x, double y) =>
        VegaLiteSpec.CanDraw(x, logarithmic: false) && VegaLiteSpec.CanDraw(y, logarithmic: false);
}
