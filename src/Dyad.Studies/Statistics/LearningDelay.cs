using Dyad.Numerics;
using Dyad.Studies.Results;

namespace Dyad.Studies;

/// <summary>How many steps more one method needs than another until its mean over seeds reaches a target.</summary>
internal static class LearningDelay
{
    private const int Resamples = 2000;

    /// <summary>The first step at which the mean over seeds of a metric is at least a target; null where that is not within the runs.</summary>
    public static double? StepsTo(IReadOnlyList<FinishedRun> runs, string metric, double target)
    {
        double steps = Reached(Rows(runs, metric), [.. Enumerable.Range(0, runs.Count)], runs[0].Steps, target);
        return double.IsFinite(steps) ? steps : null;
    }

    /// <summary>
    /// The 95 % percentile-bootstrap interval of the delay, over seeds; unbounded where a method has one seed. A method whose mean
    /// does not arrive within the runs is taken never to; of two such nothing is known. Resampling is seeded: the same runs give the
    /// same interval.
    /// </summary>
    /// <param name="slow">Runs of the method that should be slower.</param>
    /// <param name="fast">Runs of the other.</param>
    /// <param name="metric">The metric.</param>
    /// <param name="target">Its value that counts as arrived.</param>
    public static Interval Interval(IReadOnlyList<FinishedRun> slow, IReadOnlyList<FinishedRun> fast, string metric, double target)
    {
        if (slow.Count < 2 || fast.Count < 2)
        {
            return new Interval(double.NegativeInfinity, double.PositiveInfinity);
        }

        var stream = new RandomStream(0);
        double[][] slowRows = Rows(slow, metric), fastRows = Rows(fast, metric);
        double[] low = new double[Resamples], high = new double[Resamples];
        for (int i = 0; i < Resamples; i++)
        {
            double delay = Reached(slowRows, Draw(slow.Count), slow[0].Steps, target) - Reached(fastRows, Draw(fast.Count), fast[0].Steps, target);
            low[i] = double.IsNaN(delay) ? double.NegativeInfinity : delay;
            high[i] = double.IsNaN(delay) ? double.PositiveInfinity : delay;
        }

        Array.Sort(low);
        Array.Sort(high);
        return new Interval(low[(int)(0.025 * Resamples)], high[(int)(0.975 * Resamples)]);

        int[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => stream.Index(count))];
    }

    private static double[][] Rows(IReadOnlyList<FinishedRun> runs, string metric) => [.. runs.Select(run => run.Column(metric))];

    // Steps to the row at which the mean of a sample of seeds arrives; infinite where it does not.
    private static double Reached(double[][] curves, int[] sample, double[] steps, double target)
    {
        for (int row = 0; row < steps.Length; row++)
        {
            double sum = 0;
            foreach (int seed in sample)
            {
                sum += curves[seed][row];
            }

            if (sum >= target * sample.Length)
            {
                return steps[row];
            }
        }

        return double.PositiveInfinity;
    }
}
