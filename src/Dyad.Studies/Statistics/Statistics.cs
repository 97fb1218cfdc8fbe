using Dyad.Studies.Results;

namespace Dyad.Studies;

/// <summary>Statistics over seeds.</summary>
public static class Statistics
{
    /// <summary>
    /// Seeds from which on an interquartile mean and a bootstrap interval are told: of fewer, the middle half is a handful of values and
    /// percentiles of resamples are too narrow, and Student's t stands alone.
    /// </summary>
    public const int SeedsForMiddle = 8;

    /// <summary>The mean.</summary>
    public static double Mean(IReadOnlyCollection<double> values) => values.Sum() / values.Count;

    /// <summary>The median: the middle value, or the mean of the two.</summary>
    public static double Median(IReadOnlyCollection<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>The sample standard deviation, with n - 1; 0 for a single value.</summary>
    public static double StandardDeviation(IReadOnlyCollection<double> values)
    {
        if (values.Count < 2)
        {
            return 0;
        }

        double mean = Mean(values);
        return Math.Sqrt(values.Sum(x => (x - mean) * (x - mean)) / (values.Count - 1));
    }

    /// <summary>
    /// The interquartile mean: the mean without the lowest and highest quarter, each rounded down to whole values (Agarwal et
    /// al. 2021).
    /// </summary>
    public static double InterquartileMean(IReadOnlyCollection<double> values)
    {
        int cut = values.Count / 4;
        return Mean([.. values.Order().Skip(cut).Take(values.Count - (2 * cut))]);
    }

    /// <summary>The 95 % interval of the mean by Student's t; unbounded for one value, which has none.</summary>
    public static Interval MeanInterval(IReadOnlyCollection<double> values) => StudentEstimate.Mean(values).Interval();

    /// <summary>
    /// The 95 % percentile-bootstrap interval of the interquartile mean; unbounded for one value, which has none. Resampling is
    /// seeded: the same values give the same interval.
    /// </summary>
    public static Interval InterquartileMeanInterval(IReadOnlyList<double> values)
    {
        if (values.Count < 2)
        {
            return new Interval(double.NegativeInfinity, double.PositiveInfinity);
        }

        return StratifiedBootstrap.Interval([values], sample => InterquartileMean(sample[0]));
    }

    /// <summary>
    /// The 95 % interval of mean(a) - mean(b) by Welch's t. Two single values say nothing of their spread: the interval is
    /// unbounded. One value against several takes its spread from the several.
    /// </summary>
    public static Interval DifferenceInterval(IReadOnlyCollection<double> a, IReadOnlyCollection<double> b) =>
        StudentEstimate.Difference(a, b).Interval();
}
