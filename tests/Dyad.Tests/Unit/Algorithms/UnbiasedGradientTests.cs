using Dyad.Algorithms.Tabular;
using Dyad.Environments.Gridworlds;
using Dyad.Numerics;
using Dyad.Tabular;

namespace Dyad.Tests.Unit.Algorithms;

/// <summary>What the actors of algorithms 1, 2 and 4 follow is, on average over episodes, what the equations say.</summary>
[Trait("Category", "unit")]
public sealed class UnbiasedGradientTests
{
    private const int Episodes = 20_000;
    private const int Length = 12;

    private static readonly Mdp Task = new GridMap("S..\n.#.\nS.G").ToMdp(0.9, GoalRule.Restart);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Actor_g_follows_the_gradient_weighted_by_the_visits_of_an_episode(bool sumOverActions)
    {
        double[] critic = Draw(1, 2);
        CheckMean(
            Visits,
            critic,
            (actor, source) =>
            {
                for (int t = 0; t < Length; t++)
                {
                    actor.AddEstimate(source.Rollout.States[t], source.Rollout.Actions[t], critic, 1.0 / Length, sumOverActions);
                }
            });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Actor_o_follows_the_gradient_at_start_states(bool sumOverActions)
    {
        double[] critic = Draw(2, 2);
        CheckMean(
            _ => Task.Initial.ToArray(),
            critic,
            (actor, source) =>
            {
                // A fresh start, since draws from those kept so far depend on one another.
                int s = source.Rollout.Starts[0];
                int a = source.SampleAction(actor.Policy, s);
                actor.AddEstimate(s, a, critic, 1, sumOverActions);
            });
    }

    [Fact]
    public void Res_AC_with_the_exact_correction_follows_the_true_action_values()
    {
        // w = q_pi - q is the exact res-critic: q + w is the true value, whatever q is.
        double[] critic = Draw(3, 2);
        double[] truth = new PolicyEvaluation(Task, TabularPolicy.Softmax(Task, Logits)).ActionValue.ToArray();
        double[] corrected = [.. critic.Zip(truth, (q, exact) => q + (exact - q))];
        CheckMean(
            Visits,
            truth,
            (actor, source) =>
            {
                for (int t = 0; t < Length; t++)
                {
                    actor.AddEstimate(source.Rollout.States[t], source.Rollout.Actions[t], corrected, 1.0 / Length, sumOverActions: false);
                }
            });
    }

    [Fact]
    public void Kept_start_states_are_drawn_as_often_as_each_other()
    {
        var source = new EpisodeSource(Task, Length, new RandomStream(5));
        TabularPolicy policy = TabularPolicy.Uniform(Task);
        for (int i = 0; i < 200; i++)
        {
            source.Collect(policy);
        }

        Assert.Equal(200, source.Starts);
        int first = Enumerable.Range(0, Task.States).First(s => Task.Initial[s] > 0);
        double share = Enumerable.Range(0, Episodes).Count(_ => source.SampleStart() == first) / (double)Episodes;
        // The kept ones are themselves 200 fair draws.
        Assert.InRange(share, 0.5 - (4 * Math.Sqrt(0.25 / 200)), 0.5 + (4 * Math.Sqrt(0.25 / 200)));
    }

    private static double[] Logits => Draw(0, 1);

    // Each entry within four standard errors of its expectation.
    private static void CheckMean(Func<TabularPolicy, double[]> weights, double[] x, Action<SoftmaxActor, EpisodeSource> estimate)
    {
        var actor = new SoftmaxActor(Task, learningRate: 0.01);
        actor.Policy.SetLogits(Logits);
        double[] expected = new double[Task.Pairs];
        actor.Policy.AddGradient(weights(actor.Policy), x, expected);
        Assert.Contains(expected, value => Math.Abs(value) > 1e-3);

        var source = new EpisodeSource(Task, Length, new RandomStream(11));
        double[] sum = new double[Task.Pairs];
        double[] squares = new double[Task.Pairs];
        for (int episode = 0; episode < Episodes; episode++)
        {
            source.Collect(actor.Policy);
            actor.Gradient.Clear();
            estimate(actor, source);
            for (int i = 0; i < sum.Length; i++)
            {
                sum[i] += actor.Gradient[i];
                squares[i] += actor.Gradient[i] * actor.Gradient[i];
            }
        }

        for (int i = 0; i < sum.Length; i++)
        {
            double mean = sum[i] / Episodes;
            double error = Math.Sqrt(((squares[i] / Episodes) - (mean * mean)) / Episodes);
            Assert.True(
                Math.Abs(mean - expected[i]) <= (4 * error) + 1e-12,
                $"entry {i}: mean {mean:R}, expected {expected[i]:R}, standard error {error:E2}");
        }
    }

    // (1/T) sum_t Pr(S_t = s), from the transition probabilities.
    private static double[] Visits(TabularPolicy policy)
    {
        double[] at = Task.Initial.ToArray();
        double[] visits = new double[Task.States];
        for (int t = 0; t < Length; t++)
        {
            double[] next = new double[Task.States];
            for (int pair = 0; pair < Task.Pairs; pair++)
            {
                int state = pair / Task.Actions;
                visits[state] += at[state] * policy.Probabilities[pair] / Length;
                for (int k = 0; k < Task.NextStates(pair).Length; k++)
                {
                    next[Task.NextStates(pair)[k]] += at[state] * policy.Probabilities[pair] * Task.NextProbabilities(pair)[k];
                }
            }

            at = next;
        }

        return visits;
    }

    private static double[] Draw(int seed, double range)
    {
        var random = new RandomStream(seed);
        return [.. Enumerable.Range(0, Task.Pairs).Select(_ => random.Uniform(-range, range))];
    }
}
