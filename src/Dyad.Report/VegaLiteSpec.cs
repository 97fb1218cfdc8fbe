using System.Text.Json.Nodes;
using Dyad.Studies.Results;

namespace Dyad.Report;

/// <summary>
/// A line chart in the words of Vega-Lite. Colours, fonts and axis styles are the page's: it knows whether it is dark.
/// </summary>
public static class VegaLiteSpec
{
    /// <summary>Dashes tell lines apart in grey print. Nine against eight colours: no pair repeats within 72 lines.</summary>
    private static readonly int[][] Dashes = [[1, 0], [7, 3], [2, 2], [10, 3, 2, 3], [4, 2], [12, 4], [7, 3, 2, 3, 2, 3], [1, 3], [3, 5]];

    /// <summary>The chart, with its data: rows of <c>series</c>, <c>x</c>, <c>mean</c>, <c>low</c> and <c>high</c>.</summary>
    /// <param name="chart">What to draw. Values that cannot be drawn become null: see <see cref="CountUndrawable"/>.</param>
    public static JsonObject Build(LineChart chart)
    {
        ArgumentNullException.ThrowIfNull(chart);
        var layers = new JsonArray();
        if (chart.Series.Any(HasBand)) layers.Add(BandLayer(chart));
        layers.Add(LineLayer(chart));
        layers.Add(ReadingLayer(chart, isRule: true));
        layers.Add(ReadingLayer(chart, isRule: false));
        return new JsonObject
        {
            ["$schema"] = "https://vega.github.io/schema/vega-lite/v6.json",
            ["description"] = chart.Title,
            ["usermeta"] = new JsonObject { ["xTitle"] = chart.XTitle },
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
    private static bool CanDraw(double value, bool logarithmic) =>
        float.IsFinite((float)value) && (!logarithmic || (float)value > 0);

    private static JsonArray Rows(LineChart chart)
    {
        var rows = new JsonArray();
        foreach (var series in chart.Series)
        {
            for (int i = 0; i < series.X.Length; i++)
            {
                if (!double.IsFinite(series.X[i])) continue;
                var row = new JsonObject { ["series"] = series.Label, ["x"] = series.X[i], ["mean"] = Drawn(series.Mean[i]) };
                if (HasBand(series))
                {
                    // An edge without the other is no band: both go.
                    JsonNode? low = Drawn(series.Low![i]), high = Drawn(series.High![i]);
                    row["low"] = high is null ? null : low;
                    row["high"] = low is null ? null : high;
                }

                rows.Add(row);
            }
        }

        return rows;

        JsonNode? Drawn(double value) => CanDraw(value, chart.LogY) ? JsonValue.Create((float)value) : null;
    }

    private static JsonObject BandLayer(LineChart chart) => new()
    {
        ["mark"] = new JsonObject { ["type"] = "area", ["invalid"] = "break-paths-show-path-domains" },
        ["encoding"] = new JsonObject
        {
            ["x"] = X(chart),
            ["y"] = Y(chart, "low"),
            ["y2"] = new JsonObject { ["field"] = "high" },
            ["color"] = Colour(chart),
        },
    };

    private static JsonObject LineLayer(LineChart chart) => new()
    {
        ["mark"] = new JsonObject { ["type"] = "line", ["invalid"] = "break-paths-show-path-domains" },
        ["encoding"] = new JsonObject
        {
            ["x"] = X(chart),
            ["y"] = Y(chart, "mean"),
            ["color"] = Colour(chart),
            ["strokeDash"] = new JsonObject
            {
                ["field"] = "series",
                ["type"] = "nominal",
                ["scale"] = new JsonObject { ["domain"] = Labels(chart), ["range"] = DashRange(chart.Series.Count) },
                ["legend"] = Legend(chart),
            },
        },
    };

    /// <summary>The rule or the dots at the position that the reader points at; the page fills their data.</summary>
    private static JsonObject ReadingLayer(LineChart chart, bool isRule)
    {
        var layer = new JsonObject
        {
            ["data"] = new JsonObject { ["name"] = "reading", ["values"] = new JsonArray() },
            ["mark"] = isRule ? "rule" : "point",
            ["encoding"] = new JsonObject { ["x"] = X(chart) },
        };
        if (isRule)
        {
            layer["transform"] = new JsonArray(new JsonObject { ["filter"] = "datum.rule" });
        }
        else
        {
            layer["encoding"]!["y"] = Y(chart, "mean");
            layer["encoding"]!["color"] = Colour(chart);
        }

        return layer;
    }

    private static JsonObject X(LineChart chart)
    {
        var positions = chart.Series.SelectMany(series => series.X).Where(double.IsFinite).DefaultIfEmpty();
        double first = positions.Min(), last = positions.Max();
        return new JsonObject
        {
            ["field"] = "x",
            ["type"] = "quantitative",
            ["title"] = chart.XTitle,
            ["scale"] = first < last
                ? new JsonObject { ["domain"] = new JsonArray(first, last), ["nice"] = false }
                : new JsonObject { ["zero"] = false },
            ["axis"] = Axis(Math.Max(Math.Abs(first), Math.Abs(last))),
        };
    }

    private static JsonObject Y(LineChart chart, string field)
    {
        double largest = chart.Series.SelectMany(series => series.Mean).Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty().Max();
        return new JsonObject
        {
            ["field"] = field,
            ["type"] = "quantitative",
            ["title"] = chart.YTitle,
            ["scale"] = chart.LogY ? new JsonObject { ["type"] = "log" } : new JsonObject { ["zero"] = false },
            ["axis"] = chart.LogY ? LogAxis() : Axis(largest),
        };
    }

    private static JsonObject Axis(double largest)
    {
        var axis = new JsonObject { ["tickCount"] = 6 };
        if (largest >= 1e4) axis["format"] = "~s";
        return axis;
    }

    /// <summary>Powers of ten only, as long as there are some: the numbers between them would crowd the axis.</summary>
    private static JsonObject LogAxis() => new()
    {
        ["tickCount"] = 6,
        ["labelExpr"] = "abs(log(datum.value) / LN10) < 4.5 ? format(datum.value, '~g') : replace(format(datum.value, '~e'), '+', '')",
    };

    private static JsonObject Colour(LineChart chart) => new()
    {
        ["field"] = "series",
        ["type"] = "nominal",
        ["scale"] = new JsonObject { ["domain"] = Labels(chart) },
        ["legend"] = Legend(chart),
    };

    /// <summary>Above the plot, in as many columns as there is room for.</summary>
    private static JsonObject Legend(LineChart chart)
    {
        int longest = chart.Series.Select(series => series.Label.Length).DefaultIfEmpty().Max();
        return new JsonObject
        {
            ["title"] = null,
            ["orient"] = "top",
            ["symbolType"] = "stroke",
            ["columns"] = new JsonObject { ["expr"] = $"max(1, floor(width / {50 + (7 * longest)}))" },
        };
    }

    private static JsonArray Labels(LineChart chart) => [.. chart.Series.Select(series => (JsonNode?)series.Label)];

    private static JsonArray DashRange(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new JsonArray([.. Dashes[i % Dashes.Length].Select(length => (JsonNode?)length)]))];
}
