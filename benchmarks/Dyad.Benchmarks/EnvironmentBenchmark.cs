using System.Diagnostics;
using Dyad.Environments;
using Dyad.Environments.MuJoCo;
using Dyad.Numerics;

namespace Dyad.Benchmarks;

/// <summary>
/// Control steps per second of each task. The floor beside one of MuJoCo's is a bare loop of mj_step on the same model with the
/// same actions; both take turns, and resets are not timed. The other tasks run in their time limit, resets included, and have
/// no floor. The process's own processor time is counted, so that other work on the machine hurts little.
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
    private static IEnumerable<string> Tasks(string part) => EnvironmentRegistry.All.Select(task => task.Name)
        .Where(name => !name.EndsWith("-v2", StringComparison.Ordinal) && name.Contains(part, StringComparison.Ordinal));

    private static BenchmarkRow MeasureOne(string name)
    {
        using var task = new Task(name);
        var whole = new List<double>();
        var bare = new List<double>();
        for (int i = -WarmUps; i < Samples; i++)
        {
            double first = task.StepsPerSecond(SampleSeconds, bare: false, ProcessorSeconds);
            double second = task.HasFloor ? task.StepsPerSecond(SampleSeconds, bare: true, ProcessorSeconds) : 0;
            if (i >= 0)
            {
                whole.Add(first);
                bare.Add(second);
            }
        }

        return new BenchmarkRow(Prefix + name, "steps/s", Harness.Median(whole), Harness.Median(bare), new Dictionary<string, double>());
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

        return new BenchmarkRow($"{Prefix}{name}-2-threads", "steps/s", Harness.Median(together), Harness.Median(alone), new Dictionary<string, double>());
    }

    private static double ProcessorSeconds() => Environment.CpuUsage.TotalTime.TotalSeconds;

    private static double ElapsedSeconds() => Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;

    private sealed class Task : IDisposable
    {
        private const int ActionCount = 200;

        // Between two looks at the clock: many steps where a step takes nanoseconds.
        private const int QuickRounds = 100;

        private readonly IEnvironment _environment;
        private readonly MujocoEnvironment? _simulated;
        private readonly double[][] _actions = new double[ActionCount][];
        private readonly double[] _observation;

        public Task(string name)
        {
            _simulated = MujocoTasks.All.Any(task => task.Name == name) ? MujocoTasks.Create(name) : null;
            _environment = _simulated ?? EnvironmentRegistry.Create(name);
            _observation = new double[_environment.ObservationSpace.Size];
            RandomStream stream = new RandomStream(1).Split("actions");
            for (int i = 0; i < ActionCount; i++)
            {
                _actions[i] = new double[_environment.ActionSpace.Size];
                _environment.ActionSpace.Sample(stream, _actions[i]);
            }
        }

        public bool HasFloor => _simulated is not null;

        // The same episodes either way.
        public double StepsPerSecond(double seconds, bool bare, Func<double> clock)
        {
            long count = 0;
            double busy = 0;
            while (busy < seconds)
            {
                _environment.Reset(_observation, count);
                double start = clock();
                count += _simulated is null ? Episodes() : bare ? BareEpisode(_simulated) : Episode(_simulated);
                busy += clock() - start;
            }

            return count / busy;
        }

        public void Dispose() => _environment.Dispose();

        private int Episodes()
        {
            for (int round = 0; round < QuickRounds; round++)
            {
                foreach (double[] action in _actions)
                {
                    if (_environment.Step(action, _observation).Done)
                    {
                        _environment.Reset(_observation);
                    }
                }
            }

            return QuickRounds * ActionCount;
        }

        private int Episode(MujocoEnvironment environment)
        {
            foreach (double[] action in _actions)
            {
                environment.Step(action, _observation);
            }

            return ActionCount;
        }

        private int BareEpisode(MujocoEnvironment environment)
        {
            foreach (double[] action in _actions)
            {
                action.CopyTo(environment.Simulation.Controls);
                environment.Simulation.Step(environment.FrameSkip);
            }

            return ActionCount;
        }
    }
}
