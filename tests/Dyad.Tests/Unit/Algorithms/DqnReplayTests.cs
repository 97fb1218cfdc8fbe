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
    private readonly List<(double[] S, int A, double R, double[] Next, bool Terminated)> _memory = [];
    private readonly ReferenceAdam _adam = new(Rate);
    private double[] _theta = [], _target = [];

    [Theory]
    [InlineData(false, 0, 6, 1, 1)]
    [InlineData(true, 3, 7, 2, 2)]
    [InlineData(false, 2, 1, 3, 1)]
    [InlineData(true, 0, 9, 1, 3)]
    public void A_run(bool doubled, int period, int updateAfter, int updateEvery, int updatesPerRound)
    {
        IAgent agent = MethodCatalog.Agent("dqn").With(
        [
            ("hidden_width", "6"), ("batch_size", $"{Batch}"), ("discount", "0.8"), ("learning_rate", "0.02"), ("target_rate", "0.3"),
            ("exploration_start", "0.9"), ("exploration_end", "0.2"), ("exploration_steps", "25"), ("double_dqn", doubled ? "true" : "false"),
            ("target_update", period == 0 ? "moving-average" : "periodic"), ("target_period", $"{Math.Max(1, period)}"),
            ("update_after", $"{updateAfter}"), ("update_every", $"{updateEvery}"), ("updates_per_round", $"{updatesPerRound}"),
        ]).Create(new AgentTask(Observation, new Discrete(Actions)), new RandomStream(Seed));
        _theta = _target = Read(agent, "network");
        Assert.Equal(_theta, Read(agent, "target"));
        Assert.Equal(Network.Count, _theta.Length);

        int updates = 0, greedy = 0;
        double[] s = Draw(), chosen = new double[1];
        for (int step = 0; step < Steps; step++)
        {
            // Random with probability epsilon, which falls on a straight line; else the best.
            double epsilon = Start + ((End - Start) * Math.Min(1, step / 25.0));
            int best = Best(_theta, s), a = _exploration.Uniform() < epsilon ? _exploration.Index(Actions) : best;
            agent.Act(s, chosen, explore: false);
            Assert.Equal(best, chosen[0]);
            agent.Act(s, chosen, explore: true);
            Assert.Equal(a, chosen[0]);
            greedy += a == best ? 1 : 0;

            // Terminated, cut, both at once, given up on by the simulator; mostly the episode goes on.
            (bool terminated, bool truncated, bool failed) = (step % 5 == 3 || step % 12 == 11, step % 6 == 5 || step % 12 == 11, step % 7 == 6);
            var result = new StepResult(_task.Normal(), terminated, truncated, failed);
            double[] next = Draw();
            agent.Observe(s, chosen, [result], next);
            if (!failed)
            {
                _memory.Add((s, a, (float)result.Reward, next, terminated));
            }

            var losses = new List<(double Loss, double Q)>();
            for (int i = 0; step + 1 >= updateAfter && (step + 1) % updateEvery == 0 && i < updatesPerRound; i++)
            {
                losses.Add(Update(doubled));
                updates++;
                _target = period == 0 ? [.. _target.Zip(_theta, (x, y) => x + (Tau * (y - x)))] : updates % period == 0 ? _theta : _target;
            }

            Compare(_theta, Read(agent, "network"), "theta");
            Compare(_target, Read(agent, "target"), "target");
            var row = new Recorder();
            agent.Measure(row);
            Assert.Equal(Start + ((End - Start) * Math.Min(1, (step + 1) / 25.0)), row["train/exploration"], 1e-12);
            if (losses.Count > 0)
            {
                Assert.Equal(losses.Average(x => x.Loss), row["train/critic_loss"], 1e-4);
                Assert.Equal(losses.Average(x => x.Q), row["train/mean_q"], 1e-4);
            }

            s = result.Done ? Draw() : next;
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

    // y_j = r_j where the episode terminated, else r_j + gamma max_a' Q(s', a'; theta-); J = mean of (y_j - Q(s_j, a_j; theta))^2
    private (double Loss, double Q) Update(bool doubled)
    {
        double[] gradient = new double[Network.Count];
        double loss = 0, mean = 0;
        for (int j = 0; j < Batch; j++)
        {
            (double[] s, int a, double r, double[] next, bool terminated) = _memory[_sampling.Index(_memory.Count)];
            double[] values = Network.Value(_target, next);
            double y = r + (terminated ? 0 : Gamma * (doubled ? values[Best(_theta, next)] : values.Max()));
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
