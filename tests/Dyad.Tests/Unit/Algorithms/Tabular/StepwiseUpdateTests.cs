using Dyad.Core;
using static Dyad.Tests.Unit.Algorithms.Tabular.TabularReplay;

namespace Dyad.Tests.Unit.Algorithms.Tabular;

/// <summary>Q-learning and the lecture's two policy gradient methods, replayed step by step by their equations.</summary>
[Trait("Category", "unit")]
public sealed class StepwiseUpdateTests
{
    private const double Tolerance = 1e-12;
    private const int Length = 12, Episodes = 5;

    private readonly TabularReplay _replay = new();
    private readonly double[] _v = new double[States];
    private double[] _theta = new double[Pairs];

    [Theory]
    [InlineData(0)]
    [InlineData(0.4)]
    [InlineData(1)]
    public void Q_learning_explores_by_chance_and_learns_of_the_best_next_action(double exploration)
    {
        const double Rate = 0.3;
        IIterative learner = Learner("q-learning",
            ("learning_rate", "0.3"), ("halving_visits", "5"), ("exploration", FormattableString.Invariant($"{exploration}")), ("episode_length", $"{Length}"));
        double[] q = new double[Pairs], visits = new double[Pairs];
        for (int episode = 0; episode < Episodes; episode++)
        {
            int s = _replay.Reset();
            for (int t = 0; t < Length; t++)
            {
                // Uniform with probability epsilon, otherwise one of the best.
                int[] all = [.. Enumerable.Range(0, Actions)];
                double best = all.Max(b => q[(s * Actions) + b]);
                int[] from = _replay.ActionDraws.Uniform() < exploration ? all : [.. all.Where(b => q[(s * Actions) + b] == best)];
                int a = from[_replay.ActionDraws.Index(from.Length)], pair = (s * Actions) + a, next = _replay.Move(s, a);
                double rate = Rate / (1 + (visits[pair]++ / 5));
                q[pair] += rate * (Reward[pair] + (Gamma * all.Max(b => q[(next * Actions) + b])) - q[pair]);
                s = next;
            }

            learner.Advance();
            Near.Equal(q, SavedState.Of(learner.Serialize).Doubles("values"), Tolerance, "q");
            Assert.Equal((episode + 1) * Length, learner.Step);
        }
    }

    [Fact]
    public void REINFORCE_weighs_the_return_beyond_the_baseline_by_discounted_time()
    {
        const double Rate = 0.4, BaselineRate = 0.3;
        IIterative learner = Learner("tabular-reinforce",
            ("policy_learning_rate", "0.4"), ("baseline_learning_rate", "0.3"), ("episode_length", $"{Length}"));
        for (int update = 0; update < Episodes; update++)
        {
            (int[] s, int[] a, double[] r) = _replay.Episode(_theta, Length);
            double[] gradient = new double[Pairs];
            for (int t = 0; t < Length; t++)
            {
                double returned = Enumerable.Range(t, Length - t).Sum(k => Math.Pow(Gamma, k - t) * r[k]), delta = returned - _v[s[t]];
                _v[s[t]] += BaselineRate * delta;
                AddScore(gradient, _theta, s[t], a[t], Math.Pow(Gamma, t) * delta);
            }

            _theta = [.. _theta.Zip(gradient, (x, g) => x + (Rate * g))];
            learner.Advance();
            Check(learner, "baseline", update);
        }
    }

    [Fact]
    public void One_step_actor_critic_moves_both_players_by_one_error_after_every_step()
    {
        const double Rate = 0.4, ValueRate = 0.3;
        IIterative learner = Learner("tabular-one-step-ac",
            ("policy_learning_rate", "0.4"), ("value_learning_rate", "0.3"), ("episode_length", $"{Length}"));
        for (int episode = 0; episode < Episodes; episode++)
        {
            int s = _replay.Reset();
            for (int t = 0; t < Length; t++)
            {
                int a = _replay.ActionDraws.Categorical(Policy(_theta, s)), next = _replay.Move(s, a);
                double delta = Reward[(s * Actions) + a] + (Gamma * _v[next]) - _v[s];
                _v[s] += ValueRate * delta;
                double[] moved = [.. _theta];
                AddScore(moved, _theta, s, a, Rate * delta);
                _theta = moved;
                s = next;
            }

            learner.Advance();
            Check(learner, "values", episode);
        }
    }

    private void Check(IIterative learner, string values, int episode)
    {
        SavedState state = SavedState.Of(learner.Serialize);
        Near.Equal(_theta, state.Doubles("logits"), Tolerance, "theta");
        Near.Equal(_v, state.Doubles(values), Tolerance, "v");
        Assert.Equal((episode + 1) * Length, learner.Step);
    }
}
