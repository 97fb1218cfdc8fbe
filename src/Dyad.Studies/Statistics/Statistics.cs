using Dyad.Numerics;
using Dyad.Studies.Results;

namespace Dyad.Studies;

/// <summary>Statistics over seeds.</summary>
public static class Statistics
{
    private const int Resamples = 5000;

    /// <summary>The mean.</summary>
    public static double Mean(IReadOnlyCollection<double> values) => values.Sum() / values.Count;

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

        var stream = new RandomStream(0);
        double[] means = new double[Resamples];
        double[] sample = new double[values.Count];
        for (int i = 0; i < Resamples; i++)
        {
            for (int k = 0; k < sample.Length; k++)
            {
                sample[k] = values[stream.Index(sample.Length)];
            }

            means[i] = InterquartileMean(sample);
        }

        Array.Sort(means);
        return new Interval(means[(int)(0.025 * Resamples)], means[(int)(0.975 * Resamples)]);
    }

    /// <summary>
    /// The 95 % interval of mean(a) - mean(b) by Welch's t. Two single values say nothing of their spread: the interval is
    /// unbounded. One value against several takes its spread from the several.
    /// </summary>
    public static Interval DifferenceInterval(IReadOnlyCollection<double> a, IReadOnlyCollection<double> b) =>
        StudentEstimate.Difference(a, b).Interval();
}
