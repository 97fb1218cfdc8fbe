using System.Diagnostics;
using Dyad.Environments;
using Dyad.Environments.MuJoCo;
using Dyad.Numerics;

namespace Dyad.Tests.Benchmarks;

/// <summary>
/// Control steps per second of each MuJoCo task beside a bare loop of mj_step on the same model and with the same actions:
/// both in turns in one run, medians over the rounds. Not run with the tests:
/// <c>taskset -c 0 dotnet artifacts/bin/Dyad.Tests/release/Dyad.Tests.dll -explicit only -showLiveOutput -class Dyad.Tests.Benchmarks.EnvironmentBenchmark</c>
/// </summary>
public sealed class EnvironmentBenchmark(ITestOutputHelper output)
{
    private const int Rounds = 15;
    private const int EpisodeSteps = 200;
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(120);

    private static IEnumerable<string> Names => MujocoTasks.All.Select(task => task.Name).Where(name => !name.EndsWith("-v2", StringComparison.Ordinal));

    [Fact(Explicit = true)]
    public void Beside_a_bare_loop()
    {
        output.WriteLine("task                          steps/s   bare mj_step   share");
        foreach (string name in Names)
        {
            using var work = new Work(name);
            double[] whole = new double[Rounds], bare = new double[Rounds], shares = new double[Rounds];
            work.Run(Slice, bare: false);
            work.Run(Slice, bare: true);
            for (int round = 0; round < Rounds; round++)
            {
                whole[round] = work.Run(Slice, bare: false);
                bare[round] = work.Run(Slice, bare: true);
                shares[round] = whole[round] / bare[round];
            }

            output.WriteLine($"{name,-26} {Median(whole),10:0} {Median(bare),14:0} {Median(shares),7:0.0%}");
        }
    }

    /// <summary>One instance on each of two threads beside one thread: run without taskset on a machine with two free cores.</summary>
    [Fact(Explicit = true)]
    public void On_two_threads()
    {
        output.WriteLine("task                       one thread    two threads   ratio");
        foreach (string name in Names)
        {
            using Work first = new(name), second = new(name);
            double[] one = new double[Rounds], two = new double[Rounds];
            for (int round = 0; round < Rounds; round++)
            {
                one[round] = first.Run(Slice, bare: false);
                double other = 0;
                var thread = new Thread(() => other = second.Run(Slice, bare: false));
                thread.Start();
                two[round] = first.Run(Slice, bare: false);
                thread.Join();
                two[round] += other;
            }

            output.WriteLine($"{name,-26} {Median(one),10:0} {Median(two),14:0} {Median(two) / Median(one),7:0.00}");
        }
    }

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);

    private sealed class Work : IDisposable
    {
        private const int Actions = 997;
        private readonly MujocoEnvironment _environment;
        private readonly double[][] _actions = new double[Actions][];
        private readonly double[] _observation;

        public Work(string name)
        {
            _environment = MujocoTasks.Create(name);
            _observation = new double[_environment.ObservationSpace.Size];
            var box = (Box)_environment.ActionSpace;
            RandomStream stream = new RandomStream(1).Split("actions");
            for (int i = 0; i < Actions; i++)
            {
                _actions[i] = [.. Enumerable.Range(0, box.Size).Select(k => stream.Uniform(box.Low[k], box.High[k]))];
            }
        }

        /// <summary>Control steps per second: whole steps of the task, or the simulator's alone. Both walk through the same states.</summary>
        public double Run(TimeSpan slice, bool bare)
        {
            long count = 0, end = (long)(slice.TotalSeconds * Stopwatch.Frequency), busy = 0;
            _environment.Reset(_observation, 1);
            while (busy < end)
            {
                // Resets are not timed: how often a task needs them is not the binding's affair.
                _environment.Reset(_observation, count);
                long start = Stopwatch.GetTimestamp();
                for (int i = 0; i < EpisodeSteps; i++)
                {
                    double[] action = _actions[i];
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

                busy += Stopwatch.GetTimestamp() - start;
                count += EpisodeSteps;
            }

            return count * (double)Stopwatch.Frequency / busy;
        }

        public void Dispose() => _environment.Dispose();
    }
}
