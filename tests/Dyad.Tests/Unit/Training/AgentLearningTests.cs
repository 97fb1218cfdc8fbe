using Dyad.Algorithms.Catalog;
using Dyad.Core;
using Dyad.Tests.Unit.Algorithms;
using Dyad.Training;

namespace Dyad.Tests.Unit.Training;

/// <summary>Neural methods learn: fixed seeds, wide margins.</summary>
[Trait("Category", "unit")]
public sealed class AgentLearningTests
{
    public static TheoryData<string> Methods => [.. SmallTasks.Methods];

    [Theory]
    [MemberData(nameof(Methods))]
    public void The_identity_is_learned_in_seconds(string method)
    {
        using AgentTraining training = SmallTasks.Train(method, SmallTasks.IdentityOf(method), changes: SmallTasks.SmallOf(method));
        double before = Return(training);
        Advance(training, 2500);

        // Ten steps: a random policy loses about 6.7 in them.
        Assert.InRange(before, -20, -1.5);
        Assert.InRange(Return(training), -0.5, 0);
    }

    [Theory]
    [InlineData("sac", "entropy_learning_rate")]
    [InlineData("sac", "twin_critics")]
    [InlineData("sac", "tune_entropy_weight")]
    [InlineData("ddpg", "next_action")]
    [InlineData("td3", "target_noise")]
    [InlineData("td3", "next_action")]
    [InlineData("sac-v", "entropy_learning_rate")]
    [InlineData("sac-v", "target_update")]
    public void Pendulum_swings_up_in_20000_steps(string method, string varied)
    {
        (string, string)[] changes =
        [
            ("hidden_width", "64"), ("batch_size", "100"), ("actor_learning_rate", "1e-3"), ("critic_learning_rate", "1e-3"),
            (varied, varied switch
            {
                "entropy_learning_rate" => "1e-3",
                "next_action" => "current-policy",
                "target_noise" => "0.2",
                "target_update" => "periodic",
                _ => "false",
            }),
        ];
        if (method == "sac-v")
        {
            changes = [.. changes, ("value_learning_rate", "1e-3"), ("target_period", "200")];
        }

        using AgentTraining training = SmallTasks.Train(method, SmallTasks.Pendulum, seed: 1, episodes: 10, changes);
        Advance(training, 20_000);
        Assert.InRange(Return(training), -250, 0);
    }

    [Fact]
    public void CartPole_is_solved_by_dqn_as_recommended()
    {
        (string, string)[] changes = [.. AgentPreset.Get(AgentPreset.Correct).Changes(MethodCatalog.Agent("dqn").Id, "CartPole-v1")];
        using AgentTraining training = SmallTasks.Train("dqn", SmallTasks.CartPole, seed: 0, episodes: 20, changes);
        double best = 0;

        // Greedy policies come and go: solved is when one of them reaches the threshold.
        while (best < 475 && training.Step < 100_000)
        {
            Advance(training, 2500);
            best = Math.Max(best, Return(training));
        }

        Assert.InRange(best, 475, 500);
    }

    [Fact]
    public void The_best_policy_is_kept()
    {
        using var folder = new TempFolder();
        using AgentTraining training = SmallTasks.Train("ddpg", SmallTasks.Identity, changes: SmallTasks.Small);
        Advance(training, 2500);
        double best = Return(training);
        training.SavePolicies(folder.FullPath);

        // Whatever happens to the policy afterwards, the best one stays.
        training.Agent.Policy.Values.Clear();
        Assert.True(Return(training) < best);
        training.SavePolicies(folder.FullPath);
        Dyad.Networks.Safetensors.Read(Path.Combine(folder.FullPath, "policy-best.safetensors"), training.Agent.Policy);
        Assert.Equal(best, Return(training));
        Dyad.Networks.Safetensors.Read(Path.Combine(folder.FullPath, "policy.safetensors"), training.Agent.Policy);
        Assert.True(Return(training) < best);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_task_that_breaks_ends_training_with_a_sentence(string method)
    {
        using AgentTraining training = SmallTasks.Train(
            method, SmallTasks.IdentityOf(method, breaksAt: 600), changes: SmallTasks.SmallOf(method));

        // In the step where an action is none, or where the policy is measured.
        UserError error = Assert.Throws<UserError>(() =>
        {
            Advance(training, 2500);
            Return(training);
        });
        Assert.InRange(training.Step, 600, 2500);
        Assert.Contains($"training diverged before step {training.Step}: ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_step_allocates_nothing(string method)
    {
        using AgentTraining training = SmallTasks.Train(method, SmallTasks.ClassicOf(method), changes: SmallTasks.SmallOf(method));
        Advance(training, 1000);
        Assert.Equal(0, Allocations.Of(() => Advance(training, 500)));
    }

    private static void Advance(AgentTraining training, int steps)
    {
        for (int i = 0; i < steps; i++)
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
