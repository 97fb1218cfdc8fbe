using System.Text.Json.Nodes;
using Dyad.Studies.Results;

namespace Dyad.Report;

/// <summary>
/// A line chart in the words of Vega-Lite. Colours, fonts and axis styles are the page's: it knows whether it is dark.
/// </summary>
public static class VegaLiteSpec
{
    /// <summary>Dashes tell lines apart in grey print. Nine against eight colours: no pair repeats within 72 lines.</summary>
    private static readonly int[][] Dashes =
        [[1, 0], [7, 3], [2, 2], [10, 3, 2, 3], [4, 2], [12, 4], [7, 3, 2, 3, 2, 3], [1, 3], [3, 5]];

    /// <summary>The chart, with its data: rows of <c>series</c>, <c>x</c>, <c>mean</c>, <c>low</c> and <c>high</c>.</summary>
    /// <param name="chart">What to draw. Values that cannot be drawn become null: see <see cref="CountUndrawable"/>.</param>
    public static JsonObject Build(LineChart chart)
    {
        ArgumentNullException.ThrowIfNull(chart);
        var axes = new ChartAxes(chart);
        var layers = new JsonArray();
        if (chart.Series.Any(HasBand)) layers.Add(BandLayer(chart, axes));
        layers.Add(LineLayer(chart, axes));
        layers.Add(PointLayer(axes, Colour(chart), data: null, filter: "datum.alone"));
        layers.Add(RuleLayer(axes));
        layers.Add(PointLayer(axes, Colour(chart), Reading(), filter: null));
        string lines = string.Join(", ", chart.Series.Select(series => series.Label));
        return new JsonObject
        {
            ["$schema"] = "https://vega.github.io/schema/vega-lite/v6.json",
            ["description"] = $"Line chart of {chart.YTitle} over {chart.XTitle}: {lines}",
            // For the page: it names what is pointed at, and fits the legend to the width.
            ["usermeta"] = new JsonObject { ["xTitle"] = chart.XTitle, ["legendColumnWidth"] = LegendColumnWidth(chart.Series.Select(series => series.Label)) },
            ["params"] = new JsonArray(new JsonObject { ["name"] = "legendColumns", ["value"] = 2 }),
            ["width"] = "container",
            ["height"] = 280,
            ["autosize"] = new JsonObject { ["type"] = "fit-x", ["contains"] = "padding" },
            ["data"] = new JsonObject { ["name"] = "lines", ["values"] = Rows(chart) },
            ["layer"] = layers,
        };
    }

    /// <summary>
    /// How many values of a chart cannot be drawn: those that are not finite and, on a logarithmic axis, those that are not
    /// positive. The page says so under the chart.
    /// </summary>
    public static int CountUndrawable(LineChart chart)
    {
        ArgumentNullException.ThrowIfNull(chart);
        return chart.Series.Sum(series => new[] { series.Mean, series.Low, series.High }
            .Sum(values => values?.Count(value => !CanDraw(value, chart.LogY)) ?? 0));
    }

    private static bool HasBand(Series series) => series is { Low: not null, High: not null };

    /// <summary>Drawing is in single precision: finer than any screen, and half the page.</summary>
    internal static bool CanDraw(double value, bool logarithmic) =>
        float.IsFinite((float)value) && (!logarithmic || (float)value > 0);

    private static JsonArray Rows(LineChart chart)
    {
        var rows = new JsonArray();
        foreach (var series in chart.Series)
        {
            for (int i = 0; i < series.X.Length; i++)
            {
                if (!CanDraw(series.X[i], chart.LogX)) continue;
                var row = new JsonObject { ["series"] = series.Label, ["x"] = series.X[i], ["mean"] = Drawn(series.Mean[i]) };
                if (HasBand(series))
                {
                    // An edge without the other is no band: both go.
                    JsonNode? low = Drawn(series.Low![i]), high = Drawn(series.High![i]);
                    row["low"] = high is null ? null : low;
                    row["high"] = low is null ? null : high;
                }

                if (IsDrawn(series, i) && !IsDrawn(series, i - 1) && !IsDrawn(series, i + 1)) row["alone"] = true;
                rows.Add(row);
            }
        }

        return rows;

        bool IsDrawn(Series series, int i) => i >= 0 && i < series.X.Length && CanDraw(series.Mean[i], chart.LogY);

        JsonNode? Drawn(double value) => CanDraw(value, chart.LogY) ? JsonValue.Create((float)value) : null;
    }

    private static JsonObject BandLayer(LineChart chart, ChartAxes axes) => new()
    {
        ["mark"] = new JsonObject { ["type"] = "area", ["invalid"] = "break-paths-show-path-domains" },
        ["encoding"] = new JsonObject
        {
            ["x"] = axes.X(),
            ["y"] = axes.Y("low"),
            ["y2"] = new JsonObject { ["field"] = "high" },
            ["color"] = Colour(chart),
        },
    };

    private static JsonObject LineLayer(LineChart chart, ChartAxes axes) => new()
    {
        ["mark"] = new JsonObject { ["type"] = "line", ["invalid"] = "break-paths-show-path-domains" },
        ["encoding"] = new JsonObject
        {
            ["x"] = axes.X(),
            ["y"] = axes.Y("mean"),
            ["color"] = Colour(chart),
            ["strokeDash"] = new JsonObject
            {
                ["field"] = "series",
                ["type"] = "nominal",
                ["scale"] = new JsonObject { ["domain"] = Labels(chart), ["range"] = DashRange(chart.Series.Count) },
                ["legend"] = Legend(),
            },
        },
    };

    /// <summary>Dots: on points without a neighbour, which no line can show, and on those that the reader points at.</summary>
    private static JsonObject PointLayer(ChartAxes axes, JsonObject colour, JsonObject? data, string? filter)
    {
        var layer = new JsonObject
        {
            ["mark"] = "point",
            ["encoding"] = new JsonObject { ["x"] = axes.X(), ["y"] = axes.Y("mean"), ["color"] = colour },
        };
        if (data is not null) layer["data"] = data;
        if (filter is not null) layer["transform"] = new JsonArray(new JsonObject { ["filter"] = filter });
        return layer;
    }

    /// <summary>The rule at the position that the reader points at.</summary>
    private static JsonObject RuleLayer(ChartAxes axes) => new()
    {
        ["data"] = Reading(),
        ["transform"] = new JsonArray(new JsonObject { ["filter"] = "datum.rule" }),
        ["mark"] = "rule",
        ["encoding"] = new JsonObject { ["x"] = axes.X() },
    };

    /// <summary>The rows that the reader points at: the page fills them in.</summary>
    private static JsonObject Reading() => new() { ["name"] = "reading", ["values"] = new JsonArray() };

    private static JsonObject Colour(LineChart chart) => new()
    {
        ["field"] = "series",
        ["type"] = "nominal",
        ["scale"] = new JsonObject { ["domain"] = Labels(chart) },
        ["legend"] = Legend(),
    };

    internal static JsonObject Legend() => new()
    {
        ["title"] = null,
        ["orient"] = "top",
        ["symbolType"] = "stroke",
        ["labelLimit"] = 200,
        ["columns"] = new JsonObject { ["expr"] = "legendColumns" },
    };

    /// <summary>Pixels of the longest label, with its line and the gap to the next column.</summary>
    internal static int LegendColumnWidth(IEnumerable<string> labels) =>
        54 + (7 * labels.Select(label => label.Length).DefaultIfEmpty().Max());

    private static JsonArray Labels(LineChart chart) => [.. chart.Series.Select(series => (JsonNode?)series.Label)];

    private static JsonArray DashRange(int count) =>
        [.. Enumerable.Range(0, count).Select(i => Dashes[i % Dashes.Length])
            .Select(dash => new JsonArray([.. dash.Select(length => (JsonNode?)length)]))];
}
