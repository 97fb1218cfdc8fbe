using Dyad.Numerics;
using Dyad.Studies.Results;

namespace Dyad.Studies;

/// <summary>
/// Percentile-bootstrap intervals of a statistic of several strata: each stratum is resampled with replacement on its own, so that
/// every task keeps its share (Agarwal et al. 2021, section 4.1). Resampling is seeded: the same values give the same interval.
/// </summary>
public static class StratifiedBootstrap
{
    private const int Resamples = 5000;

    /// <summary>The 95 % interval of a statistic.</summary>
    /// <param name="strata">Values by stratum: the runs of a task.</param>
    /// <param name="statistic">What is computed of a resample, which has the sizes of the strata.</param>
    public static Interval Interval(IReadOnlyList<IReadOnlyList<double>> strata, Func<IReadOnlyList<double[]>, double> statistic) =>
        Intervals(strata, sample => [statistic(sample)])[0];

    /// <summary>The 95 % intervals of several statistics, each on its own, of the same resamples.</summary>
    /// <inheritdoc cref="Interval"/>
    public static Interval[] Intervals(IReadOnlyList<IReadOnlyList<double>> strata, Func<IReadOnlyList<double[]>, double[]> statistic)
    {
        var stream = new RandomStream(0);
        double[][] sample = [.. strata.Select(stratum => new double[stratum.Count])];
        double[][] drawn = new double[Resamples][];
        for (int i = 0; i < Resamples; i++)
        {
            for (int stratum = 0; stratum < sample.Length; stratum++)
            {
                for (int k = 0; k < sample[stratum].Length; k++)
                {
                    sample[stratum][k] = strata[stratum][stream.Index(sample[stratum].Length)];
                }
            }

            drawn[i] = statistic(sample);
        }

        return [.. Enumerable.Range(0, drawn[0].Length).Select(place =>
        {
            double[] values = [.. drawn.Select(x => x[place]).Order()];
            return new Interval(values[(int)(0.025 * Resamples)], values[(int)(0.975 * Resamples)]);
        })];
    }
}
