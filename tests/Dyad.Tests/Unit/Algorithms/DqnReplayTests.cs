using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Environments;
using Dyad.Numerics;

namespace Dyad.Tests.Unit.Algorithms;

/// <summary>Deep Q-learning replayed in double from its first step on (lecture on soft actor-critic, algorithm 2).</summary>
[Trait("Category", "unit")]
public sealed class DqnReplayTests
{
    private const int Seed = 11, Observation = 3, Actions = 4, Batch = 5, Steps = 40;
    private const double Gamma = 0.8, Rate = 0.02, Tau = 0.3, Start = 0.9, End = 0.2;

    // An update moves a parameter by about the rate; the rounding of floats adds up to a ten-thousandth of it over a run.
    private const double Tolerance = 1e-3 * Rate;

    private static readonly ReferenceNetwork Network = new([Observation, 6, 6, Actions], Relu: true);

    private readonly RandomStream _exploration = new RandomStream(Seed).Split("exploration");
    private readonly RandomStream _sampling = new RandomStream(Seed).Split("replay");
    private readonly RandomStream _task = new(3);
    private readonly List<(double[] S, int A, double R, double[] Next, double Future)> _memory = [];
    private readonly ReferenceAdam _adam = new(Rate);
    private double[] _theta = [], _target = [];

    [Theory]
    [InlineData(false, 0, 6, 1, 1)]
    [InlineData(true, 3, 7, 2, 2)]
    [InlineData(false, 2, 1, 3, 1)]
    [InlineData(true, 0, 9, 1, 3)]
    [InlineData(false, 0, 6, 1, 1, 1, 3)]
    [InlineData(false, 3, 6, 2, 1, 4)]
    [InlineData(true, 0, 7, 3, 2, 4, 2)]
    public void A_run(bool doubled, int period, int updateAfter, int updateEvery, int updatesPerRound, int environments = 1, int n = 1)
    {
        IAgent agent = MethodCatalog.Agent("dqn").With(
        [
            ("hidden_width", "6"), ("batch_size", $"{Batch}"), ("discount", "0.8"), ("learning_rate", "0.02"), ("target_rate", "0.3"),
            ("exploration_start", "0.9"), ("exploration_end", "0.2"), ("exploration_steps", "25"), ("double_dqn", doubled ? "true" : "false"),
            ("target_update", period == 0 ? "moving-average" : "periodic"), ("target_period", $"{Math.Max(1, period)}"),
            ("environments", $"{environments}"), ("n_steps", $"{n}"), ("update_after", $"{updateAfter}"), ("update_every", $"{updateEvery}"), ("updates_per_round", $"{updatesPerRound}"),
        ]).Create(new AgentTask(Observation, new Discrete(Actions)), new RandomStream(Seed));
        _theta = _target = Read(agent, "network");
        Assert.Equal(_theta, Read(agent, "target"));
        Assert.Equal(Network.Count, _theta.Length);

        int updates = 0, greedy = 0;
        double[][] s = [.. Enumerable.Range(0, environments).Select(_ => Draw())];
        List<(double[] S, int A, double R)>[] open = [.. s.Select(_ => new List<(double[], int, double)>())];
        double[] exploited = new double[1], chosen = new double[environments];
        for (int step = 0; step < Steps; step += environments)
        {
            int[] actions = new int[environments];
            double[][] next = [.. s.Select(_ => Draw())];
            var results = new StepResult[environments];
            for (int e = 0; e < environments; e++)
            {
                // Random with probability epsilon, which falls on a straight line; else the best.
                int t = step + e;
                double epsilon = Start + ((End - Start) * Math.Min(1, t / 25.0));
                int best = Best(_theta, s[e]);
                actions[e] = _exploration.Uniform() < epsilon ? _exploration.Index(Actions) : best;
                greedy += actions[e] == best ? 1 : 0;
                agent.Act(s[e], exploited, explore: false);
                Assert.Equal(best, exploited[0]);

                // Terminated, cut, both at once, given up on by the simulator; mostly the episode goes on.
                (bool terminated, bool truncated, bool failed) = (t % 5 == 3 || t % 12 == 11, t % 6 == 5 || t % 12 == 11, t % 7 == 6);
                results[e] = new StepResult(_task.Normal(), terminated && !failed, truncated || failed, failed);
            }

            double[] flat = [.. s.SelectMany(x => x)];
            agent.Act(flat, chosen, explore: true);
            Assert.Equal(actions, chosen.Select(a => (int)a));
            agent.Observe(flat, chosen, results, [.. next.SelectMany(x => x)]);
            var losses = new List<(double Loss, double Q)>();
            int due = 0;
            for (int e = 0; e < environments; e++)
            {
                // r_t + ... + gamma^(m-1) r_{t+m-1}, with m = n or as many as there are; what the simulator gave up on has no reward.
                StepResult result = results[e];
                open[e].AddRange(result.Failed ? [] : [(s[e], actions[e], (float)result.Reward)]);
                while (open[e].Count > 0 && (result.Done || open[e].Count == n))
                {
                    double future = result.Terminated ? 0 : Math.Pow(Gamma, open[e].Count);
                    _memory.Add((open[e][0].S, open[e][0].A, open[e].Select((x, k) => Math.Pow(Gamma, k) * x.R).Sum(), result.Failed ? s[e] : next[e], future));
                    open[e].RemoveAt(0);
                }

                due += step + e + 1 >= updateAfter && (step + e + 1) % updateEvery == 0 ? updatesPerRound : 0;
            }

            for (int i = 0; i < due; i++)
            {
                losses.Add(Update(doubled));
                updates++;
                _target = period == 0 ? [.. _target.Zip(_theta, (x, y) => x + (Tau * (y - x)))] : updates % period == 0 ? _theta : _target;
            }

            Compare(_theta, Read(agent, "network"), "theta");
            Compare(_target, Read(agent, "target"), "target");
            var row = new Recorder();
            agent.Measure(row);
            Assert.Equal(Start + ((End - Start) * Math.Min(1, (step + environments) / 25.0)), row["train/exploration"], 1e-12);
            if (losses.Count > 0)
            {
                Assert.Equal(losses.Average(x => x.Loss), row["train/critic_loss"], 1e-4);
                Assert.Equal(losses.Average(x => x.Q), row["train/mean_q"], 1e-4);
            }

            s = [.. next.Select((x, e) => results[e].Done ? Draw() : x)];
        }

        Assert.InRange(greedy, 5, Steps - 5);
        Assert.True(updates > 10);
    }

    private static double[] Read(IAgent agent, string name) => SavedState.Of(agent.Serialize).Floats(name);

    private static int Best(double[] parameters, double[] s)
    {
        double[] values = Network.Value(parameters, s);
        return Array.IndexOf(values, values.Max());
    }

    // y_j = r_j where the episode terminated, else r_j + gamma^m max_a' Q(s', a'; theta-); J = mean of (y_j - Q(s_j, a_j; theta))^2
    private (double Loss, double Q) Update(bool doubled)
    {
        double[] gradient = new double[Network.Count];
        double loss = 0, mean = 0;
        for (int j = 0; j < Batch; j++)
        {
            (double[] s, int a, double r, double[] next, double future) = _memory[_sampling.Index(_memory.Count)];
            double[] values = Network.Value(_target, next);
            double y = r + (future * (doubled ? values[Best(_theta, next)] : values.Max()));
            double q = Network.Value(_theta, s)[a];
            loss += (y - q) * (y - q) / Batch;
            mean += q / Batch;
            Network.AddGradient(gradient, _theta, s, [.. Enumerable.Range(0, Actions).Select(b => b == a ? 1.0 : 0.0)], 2 * (q - y) / Batch);
        }

        _theta = _adam.Descend(_theta, gradient);
        return (loss, mean);
    }

    private static void Compare(double[] expected, double[] actual, string what)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) < Tolerance, $"{what}[{i}] is {actual[i]:R} where {expected[i]:R} is expected");
        }
    }

    // Numbers that are floats too.
    private double[] Draw() => [.. Enumerable.Range(0, Observation).Select(_ => (double)(float)_task.Normal())];
}
