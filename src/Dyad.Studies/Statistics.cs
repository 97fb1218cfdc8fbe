using Dyad.Numerics;
using Dyad.Studies.Results;
using MathNet.Numerics.Distributions;

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

    /// <summary>The 95 % interval of the mean by Student's t; the value itself where there is only one.</summary>
    public static Interval MeanInterval(IReadOnlyCollection<double> values)
    {
        double mean = Mean(values);
        double half = values.Count < 2
            ? 0
            : Quantile(values.Count - 1) * StandardDeviation(values) / Math.Sqrt(values.Count);
        return new Interval(mean - half, mean + half);
    }

    /// <summary>
    /// The 95 % percentile-bootstrap interval of the interquartile mean. Resampling is seeded: the same values give the same
    /// interval.
    /// </summary>
    public static Interval InterquartileMeanInterval(IReadOnlyList<double> values)
    {
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
    public static Interval DifferenceInterval(IReadOnlyCollection<double> a, IReadOnlyCollection<double> b)
    {
        if (a.Count < 2 && b.Count < 2)
        {
            return new Interval(double.NegativeInfinity, double.PositiveInfinity);
        }

        double difference = Mean(a) - Mean(b);
        double va = StandardDeviation(a) * StandardDeviation(a) / a.Count;
        double vb = StandardDeviation(b) * StandardDeviation(b) / b.Count;
        if (va + vb == 0)
        {
            return new Interval(difference, difference);
        }

        // Welch and Satterthwaite's degrees of freedom.
        double degrees = (va + vb) * (va + vb)
            / ((a.Count > 1 ? va * va / (a.Count - 1) : 0) + (b.Count > 1 ? vb * vb / (b.Count - 1) : 0));
        double half = Quantile(degrees) * Math.Sqrt(va + vb);
        return new Interval(difference - half, difference + half);
    }

    private static double Quantile(double degrees) => StudentT.InvCDF(0, 1, degrees, 0.975);
}
