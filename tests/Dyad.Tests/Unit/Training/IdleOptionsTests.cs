using Dyad.Algorithms.Catalog;
using Dyad.Training;

namespace Dyad.Tests.Unit.Training;

/// <summary>What is said to have no effect has none, to the bit; with what the sentence asks for it has one, or is said nothing of.</summary>
[Trait("Category", "unit")]
public sealed class IdleOptionsTests
{
    [Theory]
    [InlineData("sac", "", "damping=100", "the option 'damping' has no effect here without a leader: give rule=stackelberg")]
    [InlineData("ddpg", "", "leader=critic", "without a leader")]
    [InlineData("ddpg", "", "follower_steps=3", "without a leader")]
    [InlineData("sac", "", "solver=minres", "without a leader")]
    [InlineData("sac", "", "solver_iterations=3", "without a leader")]
    [InlineData("sac", "", "solver_tolerance=0.5", "without a leader")]
    [InlineData("sac", "", "stop_at_negative_curvature=false", "without a leader")]
    [InlineData("sac", "", "warm_start=true", "without a leader")]
    [InlineData("sac", "", "curvature=gauss-newton", "without a leader")]
    [InlineData("sac", "", "damping_schedule=adaptive", "without a leader")]
    [InlineData("sac", "", "damping_decay_steps=3", "without a leader")]
    [InlineData("sac", "", "implicit_bound=0.5", "without a leader")]
    [InlineData("sac", "", "leader_derivative=replayed-action", "without a leader")]
    [InlineData("sac", "", "leader_states=start", "without a leader")]
    [InlineData("sac", "", "independent_batches=true", "without a leader")]
    [InlineData("stddpg-al", "", "damping_decay_steps=3", "but with damping_schedule=exponential")]
    [InlineData("ddpg", "", "residual_clip=0", "without a correction: give residual=true")]
    [InlineData("ddpg", "", "residual_clip_rule=none", "without a correction")]
    [InlineData("ddpg", "", "residual_start=random", "without a correction")]
    [InlineData("sac", "", "residual_reward=as-published", "without a correction")]
    [InlineData("ddpg", "", "residual_updates=2", "without a correction")]
    [InlineData("ddpg", "", "residual_learning_rate=0.1", "without a correction")]
    [InlineData("res-ddpg", "residual_clip_rule=adaptive", "residual_clip=0", "has no effect here but with residual_clip_rule=fixed, with which residual_clip=0 is no correction")]
    [InlineData("res-ddpg", "residual_clip_rule=none", "residual_clip=0", "but with residual_clip_rule=fixed")]
    [InlineData("res-ddpg", "residual_clip_rule=fixed", "residual_clip_quantile=0.1", "but with residual_clip_rule=adaptive")]
    [InlineData("res-ddpg", "residual_clip_rule=fixed", "residual_clip_rate=0.7", "but with residual_clip_rule=adaptive")]
    [InlineData("res-ddpg", "", "td_errors=true", "with a correction, which measures them anyway")]
    [InlineData("sac", "tune_entropy_weight=false", "target_entropy_per_action=3", "but with tune_entropy_weight=true")]
    [InlineData("sac-v", "tune_entropy_weight=false", "entropy_learning_rate=0.3", "but with tune_entropy_weight=true")]
    [InlineData("sac", "", "schedule_steps=10", "without a schedule: give rate_schedule=linear")]
    [InlineData("dqn", "", "schedule_end=0.5", "without a schedule: give rate_schedule=linear")]
    [InlineData("sac-v", "target_update=moving-average", "target_period=1", "but with target_update=periodic")]
    [InlineData("sac-v", "target_update=periodic", "target_rate=0.9", "but with target_update=moving-average")]
    [InlineData("dqn", "target_update=periodic", "target_rate=0.9", "but with target_update=moving-average")]
    public void An_option_that_is_said_to_do_nothing_does_nothing(string method, string with, string change, string reason)
    {
        (string, string)[] rest = [.. with.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Pair)];
        Assert.Contains(reason, Assert.Single(Sentences(method, [.. rest, Pair(change)], change.Split('=')[0])), StringComparison.Ordinal);
        Assert.Equal(Policy(method, rest), Policy(method, [.. rest, Pair(change)]));
    }

    [Theory]
    [InlineData("stddpg-al", "", "damping=100")]
    [InlineData("res-ddpg", "residual_clip_rule=fixed,residual_start=random", "residual_clip=0")]
    [InlineData("sac", "tune_entropy_weight=true", "target_entropy_per_action=3")]
    [InlineData("ddpg", "", "order=simultaneous")]
    [InlineData("ddpg", "", "actor_rate_power=0.5")]
    public void Of_an_option_that_does_something_nothing_is_said(string method, string with, string change)
    {
        (string, string)[] rest = [.. with.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Pair)];
        Assert.Empty(Sentences(method, [.. rest, Pair(change)], change.Split('=')[0]));
        Assert.NotEqual(Policy(method, rest), Policy(method, [.. rest, Pair(change)]));
    }

    [Fact]
    public void What_nobody_asked_for_is_not_told() =>
        Assert.Empty(IdleOptions.Sentences(MethodConfig.Of(MethodCatalog.Agent("sac").With([]).Id, MethodCatalog.Agent("sac").With([]).Options).Options, []));

    private static (string, string) Pair(string text) => (text.Split('=')[0], text.Split('=')[1]);

    private static IReadOnlyList<string> Sentences(string method, (string, string)[] changes, string asked)
    {
        var resolved = MethodCatalog.Agent(method).With(changes);
        return IdleOptions.Sentences(MethodConfig.Of(resolved.Id, resolved.Options).Options, [asked]);
    }

    private static float[] Policy(string method, (string, string)[] changes)
    {
        (string, string)[] small = [("hidden_width", "8"), ("batch_size", "16"), ("update_after", "20"), .. method == "dqn" ? [] : new[] { ("random_steps", "20") }, .. changes];
        using AgentTraining training = SmallTasks.Train(method, SmallTasks.ClassicOf(method), seed: 1, episodes: 1, small);
        while (training.Step < 60)
        {
            training.Advance();
        }

        return training.Agent.Policy.Values.ToArray();
    }
}
