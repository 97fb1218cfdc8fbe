using System.Numerics.Tensors;
using Dyad.Algorithms.Catalog;
using Dyad.Algorithms.Tabular;
using Dyad.Core;
using Dyad.Environments.Gridworlds;
using Dyad.Numerics;
using Dyad.Tabular;

namespace Dyad.Tests.Unit.Algorithms;

/// <summary>Learners learn FourRoom; those that know the model do what dynamic programming says.</summary>
[Trait("Category", "unit")]
public sealed class LearningTests
{
    private static readonly Mdp Task = FourRoom.Create();

    private static readonly double Optimum = TensorPrimitives.Dot(Task.Initial, DynamicProgramming.PolicyIteration(Task).StateValue);

    private static readonly double Start = new PolicyEvaluation(Task, TabularPolicy.Uniform(Task)).Return;

    [Fact]
    public void Q_learning_comes_close_to_the_optimum() =>
        AssertLearns(new QLearning(Task, new(), new RandomStream(0)), episodes: 600, share: 0.9);

    [Fact]
    public void REINFORCE_learns() => AssertLearns(new TabularReinforce(Task, new(), new RandomStream(0)), episodes: 3000, share: 0.6);

    [Fact]
    public void One_step_actor_critic_learns() =>
        AssertLearns(new TabularOneStepActorCritic(Task, new(), new RandomStream(0)), episodes: 1000, share: 0.8);

    [Theory]
    [InlineData("actor-g")]
    [InlineData("res-ac")]
    public void Actor_critics_from_samples_learn_with_a_larger_step(string name)
    {
        IIterative learner = name == "actor-g"
            ? new ActorGCritic(Task, new() { ActorLearningRate = 0.1 }, new RandomStream(0))
            : new ResidualActorCritic(Task, new() { ActorLearningRate = 0.1 }, new RandomStream(0));
        AssertLearns(learner, episodes: 500, share: 0.6);
    }

    [Fact]
    public void A_greedy_actor_with_an_exact_critic_is_policy_iteration()
    {
        var learner = new ExactActorCritic(Task, new() { Actor = ActorUpdate.Greedy, Critic = CriticUpdate.Exact });
        double before = ReturnOf(learner);
        for (int i = 0; i < 20; i++)
        {
            learner.Advance();
            double now = ReturnOf(learner);
            Assert.True(now >= before - 1e-12, $"iteration {i} lowered the return from {before} to {now}");
            before = now;
        }

        Assert.Equal(Optimum, before, 1e-10);
    }

    [Fact]
    public void A_greedy_actor_with_a_moving_critic_is_Q_learning_and_comes_close()
    {
        var learner = new ExactActorCritic(Task, new() { Actor = ActorUpdate.Greedy, Critic = CriticUpdate.TemporalDifference, OnPolicyWeights = false });
        Advance(learner, 300);
        Assert.InRange(ReturnOf(learner), 0.9 * Optimum, Optimum + 1e-9);
    }

    [Theory]
    [InlineData(0.1, 0)]
    [InlineData(1, 0.05)]
    public void Soft_policy_iteration_ends_at_the_optimum_of_its_family(double temperature, double floor)
    {
        var learner = (SoftPolicyIterationLearner)MethodCatalog.Tabular("soft-policy-iteration")
            .With([("temperature", $"{temperature}"), ("floor", $"{floor}")]).Create(Task, new RandomStream(0));
        Advance(learner, 15);
        var row = Recorder.Of(learner);
        OptimalSolution optimum = SoftPolicyIteration.Solve(Task, temperature, PolicyFamily.AtLeast(floor));
        Assert.Equal(TensorPrimitives.Dot(Task.Initial, optimum.StateValue), row["eval/soft_return"], 1e-9);
        Assert.InRange(row["soft/distance"], 0, 1e-9);
        Assert.InRange(row["soft/contraction"], 0.1, Task.Discount + 1e-9);
        Assert.Equal(new PolicyEvaluation(Task, optimum.Policy).Return, row["eval/return"], 1e-9);
        Assert.InRange(row["eval/return"], Start, Optimum);
    }

    [Fact]
    public void Actor_g_with_an_exact_critic_is_the_policy_gradient_bit_for_bit()
    {
        var actorG = new ExactActorCritic(Task, new() { Actor = ActorUpdate.ActorG, Critic = CriticUpdate.Exact });
        var gradient = new ExactActorCritic(Task, new() { Actor = ActorUpdate.PolicyGradient, Critic = CriticUpdate.Exact });
        for (int i = 0; i < 50; i++)
        {
            Assert.Equal(StateArchive.Save(gradient.Serialize), StateArchive.Save(actorG.Serialize));
            Assert.Equal(BitConverter.DoubleToInt64Bits(ReturnOf(gradient)), BitConverter.DoubleToInt64Bits(ReturnOf(actorG)));
            actorG.Advance();
            gradient.Advance();
        }

        Assert.True(ReturnOf(gradient) > Start);
    }

    [Fact]
    public void The_policy_gradient_does_not_look_at_the_critic()
    {
        var exact = new ExactActorCritic(Task, new() { Actor = ActorUpdate.PolicyGradient, Critic = CriticUpdate.Exact });
        var poor = new ExactActorCritic(Task, new() { Actor = ActorUpdate.PolicyGradient, Critic = CriticUpdate.BellmanResidual });
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(ReturnOf(exact), ReturnOf(poor));
            exact.Advance();
            poor.Advance();
        }
    }

    private static void AssertLearns(IIterative learner, int episodes, double share)
    {
        Assert.True(Start < 0.3 * Optimum, "the uniform policy is already good");
        Advance(learner, episodes);
        Assert.InRange(ReturnOf(learner), share * Optimum, Optimum + 1e-9);
    }

    private static void Advance(IIterative learner, int count)
    {
        for (int i = 0; i < count; i++)
        {
            learner.Advance();
        }
    }

    private static double ReturnOf(IIterative learner) => Recorder.Of(learner)["eval/return"];
}
