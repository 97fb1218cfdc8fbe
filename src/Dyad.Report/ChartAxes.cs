using System.Text.Json.Nodes;
using Dyad.Studies.Results;

namespace Dyad.Report;

/// <summary>Scales and axes of a chart. Domains are explicit: they come from the data, and not from what is pointed at.</summary>
internal sealed class ChartAxes
{
    // Bands reach at most so far beyond the lines, as a share of what the lines span: a wide one would flatten all of them.
    private const double BandShare = 0.75;

    // Data within one power of ten needs no logarithm.
    private const double Decade = 10;

    private readonly LineChart _chart;
    private readonly Extent _x;
    private readonly Extent _y;

    public ChartAxes(LineChart chart)
    {
        _chart = chart;
        IsLogX = chart.LogX && SpansDecade(chart.Series.SelectMany(series => series.X));
        IsLogY = chart.LogY && SpansDecade(Lines(chart));
        _x = Extent.Of(chart.Series.SelectMany(series => series.X).Where(value => VegaLiteSpec.CanDraw(value, IsLogX)), IsLogX);
        Extent lines = Extent.Of(Lines(chart).Where(value => VegaLiteSpec.CanDraw(value, IsLogY)), IsLogY);
        Extent all = Extent.Of(
            Lines(chart).Concat(chart.Series.SelectMany(series => (series.Low ?? []).Concat(series.High ?? []))).Where(value => VegaLiteSpec.CanDraw(value, IsLogY)), IsLogY);
        _y = chart.Series.Any(series => series.X.Length > 1) ? all.Within(lines, IsLogY, BandShare) : all;
        CutsBands = _y != all;
    }

    /// <summary>Whether the horizontal axis is logarithmic: asked for, and of use.</summary>
    public bool IsLogX { get; }

    /// <summary>Whether the vertical axis is logarithmic: asked for, and of use.</summary>
    public bool IsLogY { get; }

    /// <summary>Whether a band reaches beyond the axis.</summary>
    public bool CutsBands { get; }

    /// <summary>The horizontal channel, which ends where the data ends.</summary>
    public JsonObject X() => new()
    {
        ["field"] = "x",
        ["type"] = "quantitative",
        ["title"] = Title(_chart.XTitle, IsLogX),
        ["scale"] = IsLogX
            ? new JsonObject { ["type"] = "log", ["domain"] = _x.Domain(), ["nice"] = false }
            : new JsonObject { ["domain"] = _x.Domain(), ["nice"] = false, ["zero"] = false },
        ["axis"] = IsLogX ? LogAxis(_x) : LinearAxis(_x),
    };

    /// <summary>The vertical channel of a field.</summary>
    public JsonObject Y(string field) => new()
    {
        ["field"] = field,
        ["type"] = "quantitative",
        ["title"] = Title(_chart.YTitle, IsLogY),
        ["scale"] = IsLogY
            ? new JsonObject { ["type"] = "log", ["domain"] = _y.Domain(), ["nice"] = true }
            : new JsonObject { ["domain"] = _y.Domain(), ["nice"] = true, ["zero"] = false },
        ["axis"] = IsLogY ? LogAxis(_y) : LinearAxis(_y),
    };

    private static IEnumerable<double> Lines(LineChart chart) =>
        chart.Series.SelectMany(series => series.Mean.Concat(series.Each?.SelectMany(seed => seed.Y) ?? []));

    private static bool SpansDecade(IEnumerable<double> values)
    {
        double[] drawn = [.. values.Where(value => VegaLiteSpec.CanDraw(value, logarithmic: true))];
        return drawn.Length > 0 && drawn.Max() >= Decade * drawn.Min();
    }

    private static string Title(string title, bool isLog) => isLog && !title.Contains("log", StringComparison.OrdinalIgnoreCase) ? $"{title} (log scale)" : title;

    private static JsonObject LinearAxis(Extent extent)
    {
        var axis = new JsonObject { ["tickCount"] = 6 };
        if (extent.Largest >= 1e4)
        {
            axis["format"] = "~s";
        }
        else if (extent.Largest < 1e-3)
        {
            axis["format"] = "~g";
        }

        return axis;
    }

    /// <summary>Powers of ten, thinned to at most eight; the numbers between them would crowd the axis.</summary>
    private static JsonObject LogAxis(Extent extent)
    {
        int first = (int)Math.Floor(Math.Log10(extent.Low)), last = (int)Math.Ceiling(Math.Log10(extent.High));
        var axis = new JsonObject { ["format"] = first < -4 || last > 5 ? "~e" : "~g" };
        if (last - first < 2)
        {
            return axis;
        }

        int stride = (last - first + 7) / 8;
        var powers = new JsonArray();
        for (int power = first; power <= last; power += stride)
        {
            powers.Add(Math.Pow(10, power));
        }

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
            foreach (double value in values)
            {
                (low, high) = (Math.Min(low, value), Math.Max(high, value));
            }

            if (low < high)
            {
                return new Extent(low, high);
            }

            if (low > high)
            {
                (low, high) = (1, 1);
            }

            double margin = low == 0 ? 1 : Math.Abs(low) / 10;
            return logarithmic ? new Extent(low / 2, high * 2) : new Extent(low - margin, high + margin);
        }

        public Extent Within(Extent inner, bool logarithmic, double share)
        {
            if (logarithmic)
            {
                double factor = Math.Pow(inner.High / inner.Low, share);
                return new Extent(Math.Max(Low, inner.Low / factor), Math.Min(High, inner.High * factor));
            }

            double margin = share * (inner.High - inner.Low);
            return new Extent(Math.Max(Low, inner.Low - margin), Math.Min(High, inner.High + margin));
        }

        public JsonArray Domain() => [Low, High];
    }
}
