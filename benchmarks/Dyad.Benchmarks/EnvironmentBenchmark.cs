using System.Diagnostics;
using Dyad.Environments;
using Dyad.Environments.MuJoCo;
using Dyad.Numerics;

namespace Dyad.Benchmarks;

/// <summary>
/// Control steps per second of each MuJoCo task. The floor beside it is a bare loop of mj_step on the same model with the same
/// actions. Both take turns, and the process's own processor time is counted, so that other work on the machine hurts little;
/// resets are not timed.
/// </summary>
public static class EnvironmentBenchmark
{
    /// <summary>Prefix of the rows' names.</summary>
    public const string Prefix = "env-";

    private const int Samples = 21;
    private const int WarmUps = 10;
    private const double SampleSeconds = 0.05;

    /// <summary>Rows of the tasks whose name contains a text: steps per second of processor time on one thread, and the bare loop's.</summary>
    public static IReadOnlyList<BenchmarkRow> Measure(string part) =>
        [.. Tasks(part).Select(MeasureOne)];

    /// <summary>
    /// Steps per second of elapsed time of two threads with an instance each; the floor is the same instances' one after
    /// the other on one thread.
    /// </summary>
    public static IReadOnlyList<BenchmarkRow> MeasureTwoThreads(string part) => [.. Tasks(part).Select(MeasureTwo)];

    // v2 simulates what v4 does.
    private static IEnumerable<string> Tasks(string part) => MujocoTasks.All.Select(task => task.Name)
        .Where(name => !name.EndsWith("-v2", StringComparison.Ordinal) && name.Contains(part, StringComparison.Ordinal));

    private static BenchmarkRow MeasureOne(string name)
    {
        using var task = new Task(name);
        var whole = new List<double>();
        var bare = new List<double>();
        for (int i = -WarmUps; i < Samples; i++)
        {
            double first = task.StepsPerSecond(SampleSeconds, bare: false, ProcessorSeconds);
            double second = task.StepsPerSecond(SampleSeconds, bare: true, ProcessorSeconds);
            if (i >= 0)
            {
                whole.Add(first);
                bare.Add(second);
            }
        }

        return new BenchmarkRow(Prefix + name, "steps/s", Median(whole), Median(bare), new Dictionary<string, double>());
    }

    private static BenchmarkRow MeasureTwo(string name)
    {
        using Task first = new(name), second = new(name);
        var together = new List<double>();
        var alone = new List<double>();
        for (int i = -1; i < Samples / 3; i++)
        {
            double one = first.StepsPerSecond(SampleSeconds, bare: false, ElapsedSeconds);
            double other = 0;
            var thread = new Thread(() => other = second.StepsPerSecond(2 * SampleSeconds, bare: false, ElapsedSeconds));
            thread.Start();
            double here = first.StepsPerSecond(2 * SampleSeconds, bare: false, ElapsedSeconds);
            thread.Join();
            if (i >= 0)
            {
                alone.Add(one);
                together.Add(here + other);
            }
        }

        return new BenchmarkRow($"{Prefix}{name}-2-threads", "steps/s", Median(together), Median(alone), new Dictionary<string, double>());
    }

    private static double ProcessorSeconds() => Environment.CpuUsage.TotalTime.TotalSeconds;

    private static double ElapsedSeconds() => Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private sealed class Task : IDisposable
    {
        private const int EpisodeSteps = 200;
        private readonly MujocoEnvironment _environment;
        private readonly double[][] _actions = new double[EpisodeSteps][];
        private readonly double[] _observation;

        public Task(string name)
        {
            _environment = MujocoTasks.Create(name);
            _observation = new double[_environment.ObservationSpace.Size];
            var box = (Box)_environment.ActionSpace;
            RandomStream stream = new RandomStream(1).Split("actions");
            for (int i = 0; i < EpisodeSteps; i++)
            {
                _actions[i] = [.. box.Low.Zip(box.High, (low, high) => stream.Uniform(low, high))];
            }
        }

        // The same episodes either way.
        public double StepsPerSecond(double seconds, bool bare, Func<double> clock)
        {
            long count = 0;
            double busy = 0;
            while (busy < seconds)
            {
                _environment.Reset(_observation, count);
                double start = clock();
                foreach (double[] action in _actions)
                {
                    if (bare)
                    {
                        action.CopyTo(_environment.Simulation.Controls);
                        _environment.Simulation.Step(_environment.FrameSkip);
                    }
                    else
                    {
                        _environment.Step(action, _observation);
                    }
                }

                busy += clock() - start;
                count += EpisodeSteps;
            }

            return count / busy;
        }

        public void Dispose() => _environment.Dispose();
    }
}
