using Dyad.Algorithms;
using Dyad.Core;
using Dyad.Environments.Locating;
using Dyad.Gpu;
using Dyad.Numerics;
using Dyad.Training;

namespace Dyad.GpuCheck;

/// <summary>Learning curves of the same seeds on the device and on the processor.</summary>
internal static class Curves
{
    private static readonly int[] Steps = [2000, 4000, 6000];

    /// <summary>Mean returns of both at some steps, and how far apart they are.</summary>
    /// <param name="Step">Environment steps.</param>
    /// <param name="Gpu">Mean return of the evaluations on the device.</param>
    /// <param name="Processor">The same on the processor.</param>
    /// <param name="Welch">Welch's t of the difference.</param>
    /// <param name="Distance">Largest distance of both distribution functions (Kolmogorov and Smirnov).</param>
    internal sealed record Point(int Step, double Gpu, double Processor, double Welch, double Distance);

    /// <summary>Whether two samples of so many seeds are apart at the level of 1 %.</summary>
    public static bool AreApart(Point point, int seeds) => Math.Abs(point.Welch) > 2.66 || point.Distance > 1.63 * Math.Sqrt(2.0 / seeds);

    public static IReadOnlyList<Point> Of(int seeds, bool onProcessor)
    {
        using var device = new GpuTraining(onProcessor);
        double[][] there = Train(seeds, device), here = Train(seeds, null);
        return [.. Steps.Select((step, i) => Compare(step, [.. there.Select(run => run[i])], [.. here.Select(run => run[i])]))];
    }

    private static double[][] Train(int seeds, GpuTraining? device)
    {
        double[][] returns = new double[seeds][];
        int next = -1;
        Thread[] threads = [.. Enumerable.Range(0, device is null ? Environment.ProcessorCount : seeds).Select(_ => new Thread(() =>
        {
            for (int seed = Interlocked.Increment(ref next); seed < seeds; seed = Interlocked.Increment(ref next))
            {
                returns[seed] = One(seed, device, seeds);
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        return returns;
    }

    private static double[] One(int seed, GpuTraining? device, int seeds)
    {
        LocatedTask task = TaskLocator.Find("Pendulum-v1");
        var options = new SacOptions { HiddenWidth = 64, BatchSize = 64, RandomSteps = 500, UpdateAfter = 500, ActorLearningRate = 1e-3, CriticLearningRate = 1e-3 };
        using var training = new AgentTraining(
            Sac.Agent(3, 1, options, new RandomStream(seed).Split("agent")), () => task.CreateForAgents(), task.CreateForAgents(), 10, seed);
        using IDisposable? place = device?.Seat(training, seeds);
        double[] returns = new double[Steps.Length];
        for (int i = 0; i < Steps.Length; i++)
        {
            while (training.Step < Steps[i])
            {
                training.Advance();
            }

            var row = new Row();
            training.Measure(row);
            returns[i] = row.Return;
        }

        return returns;
    }

    private static Point Compare(int step, double[] x, double[] y)
    {
        double mx = x.Average(), my = y.Average(), variance = (Square(x, mx) / x.Length) + (Square(y, my) / y.Length);
        double distance = x.Concat(y).Max(at => Math.Abs(((double)x.Count(v => v <= at) / x.Length) - ((double)y.Count(v => v <= at) / y.Length)));
        return new Point(step, mx, my, (mx - my) / Math.Sqrt(variance), distance);

        static double Square(double[] values, double mean) => values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1);
    }

    private sealed class Row : IMetrics
    {
        public double Return { get; private set; }

        public void Record(string name, double value) => Return = name == "eval/return" ? value : Return;
    }
}
