using System.Text.Json.Nodes;
using Dyad.Studies.Results;

namespace Dyad.Report;

/// <summary>Scales and axes of a chart. Domains are explicit: they come from the data, and not from what is pointed at.</summary>
internal sealed class ChartAxes(LineChart chart)
{
    private readonly Extent _x = Extent.Of(
        chart.Series.SelectMany(series => series.X).Where(value => VegaLiteSpec.CanDraw(value, chart.LogX)),
        chart.LogX);

    private readonly Extent _y = Extent.Of(
        chart.Series.SelectMany(series => new[] { series.Mean, series.Low, series.High })
            .SelectMany(values => values ?? [])
            .Where(value => VegaLiteSpec.CanDraw(value, chart.LogY)),
        chart.LogY);

    /// <summary>The horizontal channel, which ends where the data ends.</summary>
    public JsonObject X() => new()
    {
        ["field"] = "x",
        ["type"] = "quantitative",
        ["title"] = chart.XTitle,
        ["scale"] = chart.LogX
            ? new JsonObject { ["type"] = "log", ["domain"] = _x.Domain(), ["nice"] = false }
            : new JsonObject { ["domain"] = _x.Domain(), ["nice"] = false, ["zero"] = false },
        ["axis"] = chart.LogX ? LogAxis(_x) : LinearAxis(_x),
    };

    /// <summary>The vertical channel of a field.</summary>
    public JsonObject Y(string field) => new()
    {
        ["field"] = field,
        ["type"] = "quantitative",
        ["title"] = chart.YTitle,
        ["scale"] = chart.LogY
            ? new JsonObject { ["type"] = "log", ["domain"] = _y.Domain(), ["nice"] = true }
            : new JsonObject { ["domain"] = _y.Domain(), ["nice"] = true, ["zero"] = false },
        ["axis"] = chart.LogY ? LogAxis(_y) : LinearAxis(_y),
    };

    private static JsonObject LinearAxis(Extent extent)
    {
        var axis = new JsonObject { ["tickCount"] = 6 };
        if (extent.Largest >= 1e4) axis["format"] = "~s";
        else if (extent.Largest < 1e-3) axis["format"] = "~g";
        return axis;
    }

    /// <summary>Powers of ten, thinned to at most eight; the numbers between them would crowd the axis.</summary>
    private static JsonObject LogAxis(Extent extent)
    {
        int first = (int)Math.Floor(Math.Log10(extent.Low)), last = (int)Math.Ceiling(Math.Log10(extent.High));
        var axis = new JsonObject { ["format"] = first < -4 || last > 5 ? "~e" : "~g" };
        if (last - first < 2) return axis;
        int stride = (last - first + 7) / 8;
        var powers = new JsonArray();
        for (int power = first; power <= last; power += stride) powers.Add(Math.Pow(10, power));
        axis["values"] = powers;
        return axis;
    }

    /// <summary>Least and largest of some values, never equal.</summary>
    private sealed record Extent(double Low, double High)
    {
        public double Largest => Math.Max(Math.Abs(Low), Math.Abs(High));

        public static Extent Of(IEnumerable<double> values, bool logarithmic)
        {
            double low = double.PositiveInfinity, high = double.NegativeInfinity;
            foreach (double value in values) (low, high) = (Math.Min(low, value), Math.Max(high, value));
            if (low < high) return new Extent(low, high);
            if (low > high) (low, high) = (1, 1);
            double margin = low == 0 ? 1 : Math.Abs(low) / 10;
            return logarithmic ? new Extent(low / 2, high * 2) : new Extent(low - margin, high + margin);
        }

        public JsonArray Domain() => [Low, High];
    }
}
