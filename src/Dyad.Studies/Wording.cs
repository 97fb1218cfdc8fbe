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
        Results.Interval interval = Statistics.DifferenceInterval(a, b);
        return double.IsInfinity(interval.Low) ? text : $"{text} {Text(interval, signed)}";
    }

    /// <summary>"10 seeds", "1 seed".</summary>
    public static string Seeds(int count) => count == 1 ? "1 seed" : $"{count} seeds";

    /// <summary>"150,000", with a comma every three digits.</summary>
    public static string Thousands(double value) => value.ToString("#,0", null);

    private static string Text(Results.Interval interval, string format) =>
        $"[{interval.Low.ToString(format, null)}, {interval.High.ToString(format, null)}]";
}
