using System.Text.Json.Nodes;
using Dyad.Studies.Results;

namespace Dyad.Report;

/// <summary>
/// A line chart in the words of Vega-Lite. Colours, fonts and axis styles are the page's: it knows whether it is dark.
/// </summary>
public static class VegaLiteSpec
{
    // A line of so few points is of values that somebody chose: each of them is marked.
    private const int MarkedPoints = 16;

    // Bands of more lines than this would hide one another.
    private const int FewLines = 6;

    /// <summary>Dashes tell lines apart in grey print. Nine against eight colours: no pair repeats within 72 lines.</summary>
    private static readonly int[][] Dashes =
        [[1, 0], [7, 3], [2, 2], [10, 3, 2, 3], [4, 2], [12, 4], [7, 3, 2, 3, 2, 3], [1, 3], [3, 5]];

    /// <summary>
    /// The chart, with its data: rows of <c>series</c>, <c>x</c>, <c>mean</c>, <c>low</c> and <c>high</c>; where seeds have lines of
    /// their own, rows of <c>series</c>, <c>seed</c>, <c>x</c> and <c>mean</c> beside them.
    /// </summary>
    /// <param name="chart">What to draw. Values that cannot be drawn become null: see <see cref="CountUndrawable"/>.</param>
    /// <param name="labels">All labels of the page, so that one has the same colour in each chart; those of the chart if null.</param>
    public static JsonObject Build(LineChart chart, IReadOnlyList<string>? labels = null)
    {
        ArgumentNullException.ThrowIfNull(chart);
        string[] own = [.. chart.Series.Select(series => series.Label)];
        string[] all = [.. (labels ?? []).Concat(own).Distinct()];
        var scale = new LabelScale(all, own);
        var axes = new ChartAxes(chart);
        var layers = new JsonArray();
        if (chart.Series.Any(HasBand))
        {
            layers.Add(BandLayer(axes, scale, own.Length));
        }

        if (chart.Series.Any(series => series.Each is not null))
        {
            layers.Add(SeedLayer(chart, axes));
        }

        layers.Add(LineLayer(axes, scale));
        layers.Add(PointLayer(axes, scale.Colour(), data: null, filter: "datum.alone || datum.marked"));
        layers.Add(RuleLayer(axes));
        layers.Add(PointLayer(axes, scale.Colour(), Reading(), filter: null));
        return new JsonObject
        {
            ["$schema"] = "https://vega.github.io/schema/vega-lite/v6.json",
            ["description"] = $"Line chart of {chart.YTitle} over {chart.XTitle}: {string.Join(", ", own)}",
            // For the page: it names what is pointed at, and fits the legend to the width.
            ["usermeta"] = new JsonObject { ["xTitle"] = chart.XTitle, ["yTitle"] = chart.YTitle, ["legendColumnWidth"] = LegendColumnWidth(own) },
            ["params"] = LegendParams(),
            ["width"] = "container",
            ["height"] = 300,
            ["autosize"] = new JsonObject { ["type"] = "fit-x", ["contains"] = "padding" },
            ["data"] = new JsonObject { ["name"] = "lines", ["values"] = Rows(chart, axes) },
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
        bool isLog = new ChartAxes(chart).IsLogY;
        return chart.Series.Sum(series => new[] { series.Mean, series.Low, series.High }
            .Sum(values => values?.Count(value => !CanDraw(value, isLog)) ?? 0));
    }

    private static bool HasBand(Series series) => series is { Low: not null, High: not null };

    /// <summary>Drawing is in single precision: finer than any screen, and half the page.</summary>
    internal static bool CanDraw(double value, bool logarithmic) =>
        float.IsFinite((float)value) && (!logarithmic || (float)value > 0);

    private static JsonArray Rows(LineChart chart, ChartAxes axes)
    {
        var rows = new JsonArray();
        foreach (Series series in chart.Series)
        {
            for (int i = 0; i < series.X.Length; i++)
            {
                if (!CanDraw(series.X[i], axes.IsLogX))
                {
                    continue;
                }

                var row = new JsonObject { ["series"] = series.Label, ["x"] = series.X[i], ["mean"] = Drawn(series.Mean[i]) };
                if (HasBand(series))
                {
                    // An edge without the other is no band: both go.
                    JsonNode? low = Drawn(series.Low![i]), high = Drawn(series.High![i]);
                    row["low"] = high is null ? null : low;
                    row["high"] = low is null ? null : high;
                }

                if (IsDrawn(series, i))
                {
                    if (!IsDrawn(series, i - 1) && !IsDrawn(series, i + 1))
                    {
                        row["alone"] = true;
                    }
                    else if (series.X.Length <= MarkedPoints)
                    {
                        row["marked"] = true;
                    }
                }

                rows.Add(row);
            }
        }

        return rows;

        bool IsDrawn(Series series, int i) => i >= 0 && i < series.X.Length && CanDraw(series.Mean[i], axes.IsLogY);

        JsonNode? Drawn(double value) => CanDraw(value, axes.IsLogY) ? JsonValue.Create((float)value) : null;
    }

    private static JsonArray SeedRows(LineChart chart, ChartAxes axes) => [.. chart.Series
        .SelectMany(series => (series.Each ?? []).SelectMany(seed => seed.X.Zip(seed.Y).Select(point => (series.Label, seed.Seed, X: point.First, Y: point.Second))))
        .Where(row => CanDraw(row.X, axes.IsLogX) && CanDraw(row.Y, axes.IsLogY))
        .Select(row => (JsonNode)new JsonObject { ["series"] = row.Label, ["seed"] = row.Seed, ["x"] = row.X, ["mean"] = (float)row.Y })];

    private static JsonObject BandLayer(ChartAxes axes, LabelScale scale, int lines) => new()
    {
        ["mark"] = new JsonObject { ["type"] = "area", ["style"] = lines > FewLines ? "faint-band" : "band", ["clip"] = true, ["invalid"] = "break-paths-show-path-domains" },
        ["encoding"] = new JsonObject
        {
            ["x"] = axes.X(),
            ["y"] = axes.Y("low"),
            ["y2"] = new JsonObject { ["field"] = "high" },
            ["color"] = scale.Colour(),
        },
    };

    private static JsonObject SeedLayer(LineChart chart, ChartAxes axes) => new()
    {
        ["data"] = new JsonObject { ["name"] = "seeds", ["values"] = SeedRows(chart, axes) },

        // No channel of colour: the legend would be as faint as these lines.
        ["mark"] = new JsonObject { ["type"] = "line", ["style"] = "seed", ["clip"] = true, ["stroke"] = new JsonObject { ["expr"] = "scale('color', datum.series)" } },
        ["encoding"] = new JsonObject
        {
            ["x"] = axes.X(),
            ["y"] = axes.Y("mean"),
            ["detail"] = new JsonArray(
                new JsonObject { ["field"] = "series", ["type"] = "nominal" }, new JsonObject { ["field"] = "seed", ["type"] = "nominal" }),
        },
    };

    private static JsonObject LineLayer(ChartAxes axes, LabelScale scale) => new()
    {
        ["mark"] = new JsonObject { ["type"] = "line", ["invalid"] = "break-paths-show-path-domains" },
        ["encoding"] = new JsonObject
        {
            ["x"] = axes.X(),
            ["y"] = axes.Y("mean"),
            ["color"] = scale.Colour(),
            ["strokeDash"] = scale.Dash(Dashes),
        },
    };

    /// <summary>Dots: on points without a neighbour, which no line can show, on values that were chosen, and on those that the reader points at.</summary>
    private static JsonObject PointLayer(ChartAxes axes, JsonObject colour, JsonObject? data, string? filter)
    {
        var layer = new JsonObject
        {
            ["mark"] = "point",
            ["encoding"] = new JsonObject { ["x"] = axes.X(), ["y"] = axes.Y("mean"), ["color"] = colour },
        };
        if (data is not null)
        {
            layer["data"] = data;
        }

        if (filter is not null)
        {
            layer["transform"] = new JsonArray(new JsonObject { ["filter"] = filter });
        }

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

    /// <summary>What the page sets by the width that there is.</summary>
    internal static JsonArray LegendParams() =>
    [
        new JsonObject { ["name"] = "legendColumns", ["value"] = 2 },
        new JsonObject { ["name"] = "legendLabelLimit", ["value"] = 400 },
    ];

    internal static JsonObject Legend(IEnumerable<string> values) => new()
    {
        ["title"] = null,
        ["orient"] = "bottom",
        ["symbolType"] = "stroke",
        ["symbolOpacity"] = 1,
        ["values"] = Labels(values),
        ["labelLimit"] = new JsonObject { ["expr"] = "legendLabelLimit" },
        ["columns"] = new JsonObject { ["expr"] = "legendColumns" },
    };

    /// <summary>Pixels of the longest label, with its line and the gap to the next column.</summary>
    internal static int LegendColumnWidth(IEnumerable<string> labels) =>
        54 + (7 * labels.Select(label => label.Length).DefaultIfEmpty().Max());

    internal static JsonArray Labels(IEnumerable<string> labels) => [.. labels.Select(label => (JsonNode?)label)];

    /// <summary>Colour and dash of each label, by its place among all of the page; the legend has the chart's own.</summary>
    private sealed class LabelScale(string[] all, string[] own)
    {
        public JsonObject Colour() => new()
        {
            ["field"] = "series",
            ["type"] = "nominal",
            ["scale"] = new JsonObject { ["domain"] = Labels(all) },
            ["legend"] = Legend(own),
        };

        public JsonObject Dash(int[][] dashes) => new()
        {
            ["field"] = "series",
            ["type"] = "nominal",
            ["scale"] = new JsonObject
            {
                ["domain"] = Labels(all),
                ["range"] = new JsonArray([.. all.Select((_, i) => new JsonArray([.. dashes[i % dashes.Length].Select(length => (JsonNode?)length)]))]),
            },
            ["legend"] = Legend(own),
        };
    }
}
