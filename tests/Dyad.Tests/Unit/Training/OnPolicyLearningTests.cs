using Dyad.Algorithms.Catalog;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.Wrappers;
using Dyad.Tests.Unit.Algorithms;
using Dyad.Training;

namespace Dyad.Tests.Unit.Training;

/// <summary>On-policy methods learn: fixed seeds, wide margins. And a run is a function of its seed.</summary>
[Trait("Category", "unit")]
public sealed class OnPolicyLearningTests
{
    public static TheoryData<string, string[]> Variants => new()
    {
        { "reinforce", ["episodes_per_update=4"] },
        { "one-step-ac", ["actor_learning_rate=2e-4"] },
        { "one-step-ac", ["actor_learning_rate=1e-3", "environments=4"] },
        { "ac", ["steps_per_epoch=100", "critic_updates=10"] },
        { "ac", ["steps_per_epoch=160", "environments=8", "critic_updates=10", "critic=q", "critic_target=bootstrapped", "direct_term=critic"] },
        {
            "ac",
            ["steps_per_epoch=160", "environments=8", "critic_updates=10", "critic=q", "critic_target=bootstrapped", "direct_term=critic",
                "residual=true", "residual_updates=10", "residual_learning_rate=1e-3"]
        },
        { "ppo", ["steps_per_epoch=200", "minibatch_size=50", "passes=5"] },
        {
            "ppo",
            ["steps_per_epoch=320", "environments=8", "entropy_coefficient=0.001", "value_clip=0.5", "rate_schedule=linear", "clip_schedule=linear",
                "schedule_steps=24000", "target_kl=0.1"]
        },
        { "ppo", ["steps_per_epoch=200", "passes=5", "residual=true", "residual_updates=5", "residual_learning_rate=1e-3"] },
        { "a2c", [] },
        { "stppo", ["steps_per_epoch=200", "minibatch_size=50", "passes=5", "curvature=gauss-newton", "solver=sample-space", "implicit_bound=1"] },
        { "stppo", ["steps_per_epoch=320", "environments=8", "minibatch_size=0", "passes=5", "solver=minres", "coupling=returns-and-visits", "implicit_bound=1"] },
        { "ppo-nested", ["steps_per_epoch=200", "environments=4", "passes=4", "critic_updates=3"] },
        { "blpo", ["steps_per_epoch=200", "environments=4", "passes=4", "critic_updates=3", "implicit_bound=1"] },
        { "stac", ["steps_per_epoch=100", "critic_updates=10"] },
        { "stac", ["steps_per_epoch=100", "critic_updates=10", "curvature=gauss-newton", "solver=sample-space", "order=simultaneous"] },
        { "stac", ["steps_per_epoch=100", "critic_updates=10", "episode_form=as-published", "implicit_bound=1", "whole_episodes=true"] },
    };

    [Theory]
    [MemberData(nameof(Variants))]
    public void The_better_of_two_actions_is_learned_in_seconds(string method, string[] changes)
    {
        using AgentTraining training = Train(method, () => new TimeLimit(new SignTask(), 10), 0, [.. Fast, .. changes]);
        Advance(training, 16_000);

        // Ten steps: a random policy is right in five of them.
        Assert.InRange(Return(training), 9, 10);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void The_identity_is_learned_in_seconds(string method, string[] changes)
    {
        using AgentTraining training = Train(method, SmallTasks.Identity, 0, [.. Fast, .. changes]);
        Advance(training, 24_000);
        Assert.InRange(Return(training), -0.8, 0);
    }

    [Fact]
    public void CartPole_is_balanced_for_500_steps()
    {
        IReadOnlyList<(string Name, string Value)> changes = AgentPreset.Get(AgentPreset.Correct).Changes(MethodCatalog.Agent("ac").Id, "CartPole-v1");
        using AgentTraining training = SmallTasks.Train(
            "ac", () => EnvironmentRegistry.Create("CartPole-v1"), seed: 0, episodes: 10, [.. changes]);
        double best = 0;
        for (int i = 0; i < 6 && best < 475; i++)
        {
            Advance(training, 25_000);
            best = Return(training);
        }

        Assert.InRange(best, 475, 500);
    }

    [Theory]
    [InlineData("ac", "discounted_visits=true", "optimizer=sgd")]
    [InlineData("ppo", "steps_per_epoch=300", "target_kl=0.01")]
    [InlineData("reinforce", "step_by_step=true", "optimizer=sgd", "actor_learning_rate=1e-6", "critic_learning_rate=1e-4")]
    [InlineData("one-step-ac", "environments=3", "optimizer=sgd")]
    public void A_run_is_a_function_of_its_seed(string method, params string[] changes)
    {
        float[] Policy(int seed)
        {
            using AgentTraining training = Train(
                method, SmallTasks.Pendulum, seed, [.. changes, .. method == "ac" ? Epochs : []]);
            Advance(training, 900);
            return training.Agent.Policy.Values.ToArray();
        }

        Assert.Equal(Policy(1), Policy(1));
        Assert.NotEqual(Policy(1), Policy(2));
    }

    [Theory]
    [InlineData("ac", 1)]
    [InlineData("ac", 4)]
    [InlineData("ppo", 4)]
    [InlineData("stac", 1)]
    [InlineData("reinforce", 1)]
    [InlineData("one-step-ac", 4)]
    public void A_step_allocates_nothing(string method, int environments)
    {
        string[] changes = method switch
        {
            "ac" => [.. Epochs, $"environments={environments}", "critic=q"],
            "ppo" => ["steps_per_epoch=100", $"environments={environments}", "residual=true", "value_clip=0.2", "target_kl=0.05", "bootstrap_at_time_limit=false", "recompute_advantages=true"],
            "one-step-ac" => [$"environments={environments}"],
            "stac" => [.. Epochs, "curvature=gauss-newton", "solver=sample-space"],
            _ => [],
        };
        foreach (Func<IEnvironment> task in new[] { SmallTasks.Pendulum, () => EnvironmentRegistry.Create("CartPole-v1") })
        {
            using AgentTraining training = Train(method, task, 0, changes);
            Advance(training, 2000);
            Assert.Equal(0, Allocations.Of(() => Advance(training, 1000)));
        }
    }

    [Theory]
    [InlineData("reinforce")]
    [InlineData("one-step-ac")]
    [InlineData("ac")]
    public void A_simulator_that_gives_up_is_not_learned_from(string method)
    {
        using AgentTraining training = Train(
            method, () => new TimeLimit(new SignTask(failsEvery: 7), 10), 0, [.. Fast, .. method == "ac" ? Epochs : []]);
        Advance(training, 3000);
        var row = new Recorder();
        training.Measure(row, TestContext.Current.CancellationToken);

        // The reward of such a step is not a number: one of them would have spoilt the policy.
        Assert.True(row["train/failures"] > 100);
        Assert.True(double.IsFinite(row["train/critic_loss"]));
    }

    [Theory]
    [InlineData("reinforce")]
    [InlineData("one-step-ac")]
    [InlineData("ac")]
    public void A_task_that_breaks_ends_training_with_a_sentence(string method)
    {
        using AgentTraining training = Train(
            method, () => new TimeLimit(new IdentityTask(breaksAt: 600), 10), 0, [.. Fast, .. method == "ac" ? Epochs : []]);

        // In the step where an action is none, or where the policy is measured.
        UserError error = Assert.Throws<UserError>(() =>
        {
            Advance(training, 1200);
            Return(training);
        });
        Assert.InRange(training.Step, 600, 1200);
        Assert.Contains($"training diverged before step {training.Step}: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_that_cannot_be_shared_out_are_refused()
    {
        UserError error = Assert.Throws<UserError>(() =>
            Train("ac", SmallTasks.Identity, 0, ["steps_per_epoch=100", "environments=3"]).Dispose());
        Assert.Contains("steps_per_epoch is 100 and environments 3", error.Message, StringComparison.Ordinal);
    }

    private static readonly string[] Fast = ["hidden_width=16", "last_hidden_width=16", "actor_learning_rate=3e-3", "critic_learning_rate=1e-2", "discount=0.5"];

    private static readonly string[] Epochs = ["steps_per_epoch=120", "critic_updates=3"];

    private static AgentTraining Train(string method, Func<IEnvironment> task, int seed, string[] changes) => SmallTasks.Train(
        method, task, seed, episodes: 5, [.. changes.Select(change => (change.Split('=')[0], change.Split('=')[1]))]);

    private static void Advance(AgentTraining training, long steps)
    {
        for (long end = training.Step + steps; training.Step < end;)
        {
            training.Advance();
        }
    }

    private static double Return(AgentTraining training)
    {
        var row = new Recorder();
        training.Measure(row);
        return row["eval/return"];
    }
}
