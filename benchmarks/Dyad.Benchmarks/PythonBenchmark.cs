using System.Diagnostics;
using System.Globalization;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.Locating;
using Dyad.Environments.Python;
using Dyad.Environments.Wrappers;

namespace Dyad.Benchmarks;

/// <summary>
/// Steps of a task in Python through the pipe, one at a time, 16 by one call, and 16 of a training, which tells them ahead, beside the
/// same loop in Python alone; resets included, and no agent. Elapsed microseconds a step, medians; samples of the three alternate. Two processes work in turn, so nothing is pinned.
/// </summary>
public static class PythonBenchmark
{
    /// <summary>Prefix of the rows' names.</summary>
    public const string Prefix = "python";

    private const int Steps = 8000;
    private const int Samples = 15;
    private const int Together = 16;

    // Prints microseconds a step for each line that it reads.
    private const string Loop = """
        import sys, time
        sys.path.insert(0, sys.argv[1])
        from pole import Pole
        import numpy as np
        env, action = Pole(), np.array([0.3], np.float32)
        env.reset(seed=1)
        for line in sys.stdin:
            start = time.perf_counter()
            for _ in range(int(line)):
                result = env.step(action)
                if result[2] or result[3]:
                    env.reset()
            print((time.perf_counter() - start) / int(line) * 1e6, flush=True)
        """;

    /// <summary>The rows.</summary>
    /// <exception cref="UserError">There is no Python with NumPy, or no example.</exception>
    public static IReadOnlyList<BenchmarkRow> Measure()
    {
        string folder = Path.Combine(Suite.RepositoryRoot, "examples", "python"), python = PythonInstallation.Executable;
        using var one = new Tasks($"py:{folder}/pole:Pole", 1);
        using var many = new Tasks($"py:{folder}/pole:Pole", Together);
        using var told = new Told($"py:{folder}/pole:Pole", Together);
        using var loop = Process.Start(new ProcessStartInfo(python, ["-c", Loop, folder]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var alone = new List<double>();
        for (int sample = -2; sample < Samples; sample++)
        {
            loop.StandardInput.WriteLine(Steps.ToString(CultureInfo.InvariantCulture));
            loop.StandardInput.Flush();
            double microseconds = double.Parse(loop.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
            one.Sample(sample >= 0);
            many.Sample(sample >= 0);
            told.Sample(sample >= 0);
            if (sample >= 0)
            {
                alone.Add(microseconds);
            }
        }

        loop.StandardInput.Close();
        var peers = new Dictionary<string, double> { ["loop in Python"] = Harness.Median(alone) };
        return [new($"{Prefix}-pole", "us", Harness.Median(one.Times), 0, peers), new($"{Prefix}-pole-{Together}", "us", Harness.Median(many.Times), 0, peers),
            new($"{Prefix}-pole-{Together}-training", "us", Harness.Median(told.Times), 0, peers)];
    }

    // As training has them: in a guard, with actions in [-1, 1].
    private sealed class Told : IDisposable
    {
        private readonly IEnvironment[] _tasks;
        private readonly double[] _observation = new double[4];
        private readonly double[] _action = [0.3];

        public Told(string task, int count)
        {
            LocatedTask together = TaskLocator.Find(task).Together();
            _tasks = [.. Enumerable.Range(0, count).Select(_ => together.CreateForTraining())];
            for (int i = 0; i < count; i++)
            {
                _tasks[i].Reset(_observation, i);
            }
        }

        public List<double> Times { get; } = [];

        public void Sample(bool counts)
        {
            long start = Stopwatch.GetTimestamp();
            for (int step = 0; step < Steps; step += _tasks.Length)
            {
                foreach (IEnvironment task in _tasks)
                {
                    EnvironmentWrapper.Announce(task, _action);
                }

                foreach (IEnvironment task in _tasks)
                {
                    if (task.Step(_action, _observation).Done)
                    {
                        task.Reset(_observation);
                    }
                }
            }

            if (counts)
            {
                Times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds / Steps);
            }
        }

        public void Dispose()
        {
            foreach (IEnvironment task in _tasks)
            {
                task.Dispose();
            }
        }
    }

    private sealed class Tasks : IDisposable
    {
        private readonly PythonEnvironments _tasks;
        private readonly double[] _observations;
        private readonly double[] _actions;
        private readonly StepResult[] _results;

        public Tasks(string task, int count)
        {
            _tasks = new PythonEnvironments(task, count);
            _observations = new double[4 * count];
            _actions = new double[count];
            _results = new StepResult[count];
            Array.Fill(_actions, 0.3);
            for (int i = 0; i < count; i++)
            {
                _tasks[i].Reset(_observations.AsSpan(4 * i, 4), i);
            }
        }

        public List<double> Times { get; } = [];

        public void Sample(bool counts)
        {
            long start = Stopwatch.GetTimestamp();
            for (int step = 0; step < Steps; step += _tasks.Count)
            {
                if (_tasks.Count == 1)
                {
                    _results[0] = _tasks[0].Step(_actions, _observations);
                }
                else
                {
                    _tasks.Step(_actions, _observations, _results);
                }

                for (int i = 0; i < _results.Length; i++)
                {
                    if (_results[i].Done)
                    {
                        _tasks[i].Reset(_observations.AsSpan(4 * i, 4));
                    }
                }
            }

            if (counts)
            {
                Times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds / Steps);
            }
        }

        public void Dispose() => _tasks.Dispose();
    }
}
