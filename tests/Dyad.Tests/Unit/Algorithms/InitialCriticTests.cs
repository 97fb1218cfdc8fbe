using Dyad.Algorithms.Catalog;
using Dyad.Algorithms.Tabular;
using Dyad.Environments.Gridworlds;
using Dyad.Numerics;
using Dyad.Tabular;

namespace Dyad.Tests.Unit.Algorithms;

/// <summary>Where the critics of the tabular actor-critics start.</summary>
[Trait("Category", "unit")]
public sealed class InitialCriticTests
{
    private static readonly Mdp Task = FourRoom.Create();

    public static TheoryData<string> Methods => ["actor-o", "actor-g", "stack-ac", "res-ac"];

    [Theory]
    [MemberData(nameof(Methods))]
    public void The_first_critic_is_zero_unless_asked_for(string method)
    {
        Assert.DoesNotContain(Critic(method, 0), x => x != 0);
        Assert.DoesNotContain(Critic(method, 0, ("critic_deviation", "0")), x => x != 0);
    }

    [Fact]
    public void A_termination_has_no_value_from_the_start()
    {
        Mdp task = FourRoom.Create(goal: GoalRule.Absorb);
        double[] values = TabularCritic.FirstValues(task, 1, new RandomStream(3));
        Assert.NotEmpty(task.TerminalStates);
        Assert.All(Enumerable.Range(0, task.Pairs), pair => Assert.Equal(task.IsTerminal(pair / task.Actions), values[pair] == 0));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void The_first_critic_is_normal_with_the_deviation_and_the_seed_given(string method)
    {
        double[] one = Critic(method, 1, ("critic_deviation", "1")), wide = Critic(method, 1, ("critic_deviation", "0.7"));
        Assert.Equal(one.Select(x => 0.7 * x), wide);
        Assert.Equal(one, Critic(method, 1, ("critic_deviation", "1")));
        Assert.NotEqual(one, Critic(method, 2, ("critic_deviation", "1")));

        // 416 entries: four standard errors of mean and variance.
        Assert.Equal(0, one.Average(), 4 / Math.Sqrt(one.Length));
        Assert.Equal(1, one.Average(x => x * x), 4 * Math.Sqrt(2.0 / one.Length));

        // All methods start from the same critic, and only Res-AC has another.
        Assert.Equal(Critic("actor-g", 1, ("critic_deviation", "1")), one);
        Assert.DoesNotContain(Learner(method, 1, ("critic_deviation", "1")).ResCritic.ToArray(), x => x != 0);
    }

    [Fact]
    public void The_first_res_critic_has_a_deviation_and_draws_of_its_own()
    {
        ITabularLearner learner = Learner("res-ac", 3, ("critic_deviation", "1"), ("residual_deviation", "2"));
        double[] q = learner.Critic.ToArray(), w = learner.ResCritic.ToArray();
        Assert.Equal(4, w.Average(x => x * x), 16 * Math.Sqrt(2.0 / w.Length));
        Assert.InRange(q.Zip(w, (a, b) => a * b).Average(), -0.4, 0.4);
        Assert.DoesNotContain(Learner("res-ac", 3, ("residual_deviation", "2")).Critic.ToArray(), x => x != 0);
    }

    [Fact]
    public void A_random_critic_moves_the_actor_where_a_critic_of_zeros_does_not()
    {
        Assert.Equal(TabularPolicy.Uniform(Task).Probabilities.ToArray(), AfterOneUpdate(0));
        Assert.NotEqual(TabularPolicy.Uniform(Task).Probabilities.ToArray(), AfterOneUpdate(1));

        static double[] AfterOneUpdate(double deviation)
        {
            var learner = new ActorGCritic(Task, new() { CriticDeviation = deviation }, new RandomStream(0));
            learner.Advance();
            return learner.Policy.Probabilities.ToArray();
        }
    }

    [Fact]
    public void The_exact_actor_critic_starts_from_the_same_critic()
    {
        var options = new ExactActorCriticOptions { Actor = ActorUpdate.ActorG, Critic = CriticUpdate.TemporalDifference, CriticDeviation = 1 };
        double CriticReturn(int seed) => Recorder.Of(new ExactActorCritic(Task, options, new RandomStream(seed)))["eval/critic_return"];
        double[] q = Critic("actor-g", 5, ("critic_deviation", "1"));
        var uniform = TabularPolicy.Uniform(Task);
        double[] mean = new double[Task.States];
        uniform.Average(q, mean);
        Assert.Equal(mean.Zip(Task.Initial.ToArray(), (v, p) => v * p).Sum(), CriticReturn(5), 1e-12);
        Assert.NotEqual(CriticReturn(5), CriticReturn(6));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void More_steps_of_the_critic_are_as_many_descents_on_the_same_episode(string method)
    {
        // The actor moves first, so the first episode is the same; five steps of Adam from zero on one episode go farther than one.
        ITabularLearner one = Learner(method, 0), five = Learner(method, 0, ("critic_steps", "5"));
        one.Advance();
        five.Advance();
        Assert.Equal(one.Policy.Probabilities.ToArray(), five.Policy.Probabilities.ToArray());
        double[] near = one.Critic.ToArray(), far = five.Critic.ToArray();
        Assert.Contains(near, x => x != 0);
        Assert.All(near.Zip(far), pair => Assert.True(pair.First == 0 ? pair.Second >= 0 : pair.Second > 2 * pair.First));
    }

    private static double[] Critic(string method, int seed, params (string, string)[] changes) => Learner(method, seed, changes).Critic.ToArray();

    private static ITabularLearner Learner(string method, int seed, params (string, string)[] changes) =>
        (ITabularLearner)MethodCatalog.Tabular(method).With(changes).Create(Task, new RandomStream(seed));
}
