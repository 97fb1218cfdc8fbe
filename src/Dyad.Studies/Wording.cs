using Dyad.Studies.Results;

namespace Dyad.Studies;

/// <summary>Numbers as words of a report.</summary>
internal static class Wording
{
    /// <summary>"0.913 [0.908, 0.918]": the mean and its 95 % interval; the bare number for a single value.</summary>
    public static string MeanWithInterval(IReadOnlyCollection<double> values, string format = "0.000")
    {
        string mean = Statistics.Mean(values).ToString(format, null);
        return values.Count < 2 ? mean : $"{mean} {Text(Statistics.MeanInterval(values), format)}";
    }

    /// <summary>"-0.021 [-0.026, -0.016]": the difference of means and its 95 % interval; the bare difference of two single values.</summary>
    public static string Difference(IReadOnlyCollection<double> a, IReadOnlyCollection<double> b, string format = "0.000")
    {
        string signed = $"+{format};-{format};{format}";
        double difference = Statistics.Mean(a) - Statistics.Mean(b);
        string text = difference.ToString(signed, null);
        Interval interval = Statistics.DifferenceInterval(a, b);
        return double.IsInfinity(interval.Low) ? text : $"{text} {Text(interval, signed)}";
    }

    /// <summary>", Holm-corrected over 3 [-0.030, -0.012]": the interval that decides among several; nothing where there is none or one.</summary>
    public static string Holm(Interval interval, int comparisons, string format = "0.000") => comparisons < 2 || double.IsInfinity(interval.Low)
        ? ""
        : $", Holm-corrected over {comparisons} {Text(interval, $"+{format};-{format};{format}")}";

    /// <summary>"; the delay is between 90,000 and 174,000 steps (95 % bootstrap interval)"; nothing where there is no interval.</summary>
    public static string Delay(Interval interval) =>
        double.IsInfinity(interval.Low) && double.IsInfinity(interval.High) ? ""
        : double.IsPositiveInfinity(interval.High) ? $"; the delay is above {Thousands(interval.Low)} steps (95 % bootstrap interval)"
        : double.IsNegativeInfinity(interval.Low) ? $"; the delay is below {Thousands(interval.High)} steps (95 % bootstrap interval)"
        : $"; the delay is between {Thousands(interval.Low)} and {Thousands(interval.High)} steps (95 % bootstrap interval)";

    /// <summary>"10 seeds", "1 seed".</summary>
    public static string Seeds(int count) => count == 1 ? "1 seed" : $"{count} seeds";

    /// <summary>"150,000", with a comma every three digits.</summary>
    public static string Thousands(double value) => value.ToString("#,0", null);

    private static string Text(Interval interval, string format) =>
        $"[{interval.Low.ToString(format, null)}, {interval.High.ToString(format, null)}]";
}
