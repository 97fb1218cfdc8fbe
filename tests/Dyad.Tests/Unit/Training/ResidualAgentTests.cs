using System.Numerics.Tensors;
using Dyad.Algorithms.Catalog;
using Dyad.Core;
using Dyad.Tests.Unit.Algorithms;
using Dyad.Training;

namespace Dyad.Tests.Unit.Training;

/// <summary>Agents with a res-critic beside the plain ones they come from.</summary>
[Trait("Category", "unit")]
public sealed class ResidualAgentTests
{
    [Theory]
    [InlineData("sac", "twin_critics=true")]
    [InlineData("sac", "twin_critics=false")]
    [InlineData("sac", "critic_updates=3,residual_updates=4")]
    [InlineData("sac", "residual_reward=as-published")]
    [InlineData("sac", "order=simultaneous")]
    [InlineData("ddpg", "next_action=target-policy")]
    [InlineData("ddpg", "next_action=current-policy")]
    [InlineData("td3", "actor_delay=2")]
    [InlineData("td3", "next_action=current-policy,actor_delay=1,residual_updates=3")]
    [InlineData("sttd3-al", "leader_derivative=replayed-action")]
    [InlineData("stsac-al", "leader_derivative=current-action")]
    [InlineData("stsac-cl", "twin_critics=true")]
    [InlineData("stack-sac", "twin_critics=true")]
    [InlineData("stddpg-al", "curvature=gauss-newton,solver=sample-space")]
    public void With_a_clip_of_zero_it_is_the_plain_method_to_the_bit(string method, string changes)
    {
        (string, string)[] options = Changes(changes);
        byte[] plain = State(method, 500, options), zero = State(method, 500, [.. options, ("residual", "true"), ("residual_clip", "0")]);
        byte[] corrected = State(method, 500, [.. options, ("residual", "true"), ("residual_clip", "1")]);
        Assert.Equal(plain, zero);
        Assert.NotEqual(plain, corrected);
    }

    [Theory]
    [InlineData("sac", "res-sac", "residual=true")]
    [InlineData("ddpg", "res-ddpg", "residual=true")]
    [InlineData("td3", "res-td3", "residual=true")]
    [InlineData("stsac-al", "res-sac", "rule=individual,residual=true")]
    public void A_named_method_is_its_base_with_a_residual(string plain, string named, string changes)
    {
        Assert.Equal(Policy(named, 400), Policy(plain, 400, Changes(changes)));
        Assert.NotEqual(Policy(named, 400), Policy(plain, 400));
        Assert.Equal(named, SmallTasks.Combination(plain, Changes(changes)));
    }

    [Theory]
    [InlineData("sac", "residual=true,rule=stackelberg", "res-stsac-al")]
    [InlineData("res-sac", "rule=stackelberg,leader=critic", "res-stsac-cl")]
    [InlineData("stack-sac", "residual=true", "res-stack-sac")]
    [InlineData("res-sac", "residual=false", "sac")]
    [InlineData("res-ddpg", "", "res-ddpg")]
    [InlineData("res-td3", "rule=stackelberg", "res-sttd3-al")]
    public void Rule_and_correction_combine(string method, string changes, string combination) =>
        Assert.Equal(combination, SmallTasks.Combination(method, Changes(changes)));

    [Theory]
    [InlineData("sac", "", "SAC-1-0")]
    [InlineData("sac", "critic_updates=10", "SAC-10-0")]
    [InlineData("res-sac", "critic_updates=10,residual_updates=10", "Res-SAC-10-10")]
    [InlineData("sac", "critic_updates=2,residual=true", "Res-SAC-2-1")]
    [InlineData("res-sac", "residual=false", "SAC-1-0")]
    [InlineData("stack-sac", "", "Stack-SAC-1-0")]
    [InlineData("res-ddpg", "rule=stackelberg,residual_updates=5", "Res-STDDPG-AL-1-5")]
    public void The_schedule_has_a_name(string method, string changes, string name) =>
        Assert.Equal(name, MethodCatalog.Agent(method).With(Changes(changes)).ScheduleName);

    [Theory]
    [InlineData("res-sac", "", "residual_reward", "as-published")]
    [InlineData("res-sac", "", "residual_start", "random")]
    [InlineData("res-sac", "", "residual_clip", "0.5")]
    [InlineData("res-sac", "", "residual_clip_rule", "adaptive")]
    [InlineData("res-sac", "residual_clip=0.5", "residual_clip_rule", "none")]
    [InlineData("res-sac", "residual_clip_rule=adaptive", "residual_clip_quantile", "0.5")]
    [InlineData("res-sac", "residual_clip_rule=adaptive", "residual_clip_rate", "0.1")]
    [InlineData("res-sac", "", "residual_updates", "3")]
    [InlineData("res-sac", "", "residual_learning_rate", "1e-2")]
    [InlineData("res-ddpg", "", "residual_clip", "0.5")]
    [InlineData("res-ddpg", "", "residual_updates", "0")]
    [InlineData("res-td3", "", "residual_clip", "0.5")]
    [InlineData("res-td3", "", "target_noise", "0.4")]
    [InlineData("sac", "rule=stackelberg", "residual", "true")]
    [InlineData("stsac-cl", "order=simultaneous", "residual", "true")]
    public void An_option_changes_training_and_keeps_it_finite(string method, string with, string name, string value)
    {
        float[] plain = Policy(method, 500, Changes(with)), changed = Policy(method, 500, [.. Changes(with), (name, value)]);
        Assert.NotEqual(plain, changed);
        Assert.True(TensorPrimitives.IsFiniteAll<float>(changed));
    }

    [Fact]
    public void Without_entropy_both_rewards_are_the_same() =>
        Assert.Equal(Policy("res-ddpg", 400), Policy("res-ddpg", 400, ("residual_reward", "as-published")));

    [Theory]
    [InlineData("sac", "twin_critics=true")]
    [InlineData("sac", "rule=stackelberg,order=simultaneous")]
    [InlineData("sac", "rule=stackelberg,leader=critic")]
    [InlineData("ddpg", "")]
    [InlineData("td3", "rule=stackelberg,next_action=current-policy")]
    public void Measuring_td_errors_changes_nothing_else(string method, string changes)
    {
        Recorder plain = Measured(method, Changes(changes)), measured = Measured(method, [.. Changes(changes), ("td_errors", "true")]);
        Assert.Equal(plain.Values, measured.Values.Where(entry => !entry.Name.StartsWith("train/td_error", StringComparison.Ordinal)));
        Assert.Equal(plain.Values.Count + 3, measured.Values.Count);
        Assert.InRange(measured["train/td_error_q90"], measured["train/td_error_mean"], measured["train/td_error_max"]);

        // Pendulum's rewards lie between -16.3 and 0: untrained critics are off by about as much.
        Assert.InRange(measured["train/td_error_mean"], 0.1, 20);
        Assert.InRange(measured["train/td_error_max"], 1, 100);
    }

    [Fact]
    public void What_the_correction_does_is_measured()
    {
        Recorder none = Measured("res-sac", [("residual_clip", "0")]), tight = Measured("res-sac", [("residual_clip", "0.5")]);
        Assert.Equal(1, none["train/residual_clipped"]);
        Assert.Equal(0, none["train/residual_share"]);
        Assert.Equal(1, none["train/residual_cosine"], 1e-6);
        Assert.Equal(0, none["train/residual_loss"]);
        Assert.Equal(0, none["train/residual_value"]);
        Assert.NotEqual(none["train/critic_value"], tight["train/critic_value"]);
        Assert.NotEqual(0, tight["train/residual_value"]);
        Assert.InRange(tight["train/residual_clipped"], 0.1, 0.99);
        Assert.Equal(0.5, tight["train/residual_clip"]);
        Assert.True(tight["train/residual_share"] > 0);
        Assert.InRange(tight["train/residual_cosine"], -1, 0.999999);
    }

    [Fact]
    public void A_random_res_critic_is_followed_from_the_start()
    {
        // Without a step of its own it is what it was drawn as.
        Recorder zero = Measured("res-sac", [("residual_updates", "0")]), random = Measured("res-sac", [("residual_updates", "0"), ("residual_start", "random")]);
        Assert.Equal(0, zero["train/residual_share"]);
        Assert.True(random["train/residual_share"] > 1e-3);
    }

    [Theory]
    [InlineData("1", 0)]
    [InlineData("0.75", 0.25)]
    [InlineData("0.5", 0.5)]
    public void An_adaptive_clip_at_rate_1_is_the_quantile_of_the_batch(string quantile, double clipped)
    {
        Recorder row = Measured("res-sac", [("residual_clip_rule", "adaptive"), ("residual_clip_rate", "1"), ("residual_clip_quantile", quantile)]);
        Assert.Equal(clipped, row["train/residual_clipped"], 1e-12);
        Assert.InRange(row["train/residual_clip"], 0.01, row["train/td_error_max"]);
    }

    [Fact]
    public void An_adaptive_clip_moves_by_its_rate_from_the_first_batch_on()
    {
        // One update, at step 200, then another: c is the first batch's largest error, then a quarter of the way to the second's.
        (string, string)[] changes = [("residual_clip_rule", "adaptive"), ("residual_clip_rate", "0.25"), ("residual_clip_quantile", "1")];
        using AgentTraining training = Trained("res-ddpg", 200, changes);
        (double c, double largest) first = Row();
        training.Advance();
        (double c, double largest) second = Row();
        Assert.Equal(first.largest, first.c);
        Assert.Equal(first.c + (0.25 * (second.largest - first.c)), second.c, 1e-12);
        Assert.NotEqual(first.c, second.c);

        (double, double) Row()
        {
            var row = new Recorder();
            training.Agent.Measure(row);
            return (row["train/residual_clip"], row["train/td_error_max"]);
        }
    }

    private static (string, string)[] Changes(string text) =>
        [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(pair => (pair.Split('=')[0], pair.Split('=')[1]))];

    private static float[] Policy(string method, int steps, params (string, string)[] changes)
    {
        using AgentTraining training = Trained(method, steps, changes);
        return training.Agent.Policy.Values.ToArray();
    }

    private static Recorder Measured(string method, (string, string)[] changes)
    {
        using AgentTraining training = Trained(method, 700, changes);
        var row = new Recorder();
        training.Agent.Measure(row);
        return row;
    }

    // Actor, critic, their targets, optimisers, random numbers and what else stands before metrics and the correction's own fields.
    private static byte[] State(string method, int steps, (string, string)[] changes)
    {
        using AgentTraining training = Trained(method, steps, changes);
        StateField[] before = [.. StateArchive.Fields(training.Agent.Serialize)
            .TakeWhile(field => field.Name != "means/sums" && !field.Name.Contains("residual", StringComparison.Ordinal))];
        Assert.True(before.Length >= 20, $"only {before.Length} fields: {string.Join(", ", before.Select(field => field.Name))}");
        return [.. before.SelectMany(field => field.Bytes)];
    }

    private static AgentTraining Trained(string method, int steps, (string, string)[] changes)
    {
        AgentTraining training = SmallTasks.Train(
            method, SmallTasks.Pendulum, seed: 2, episodes: 1, [.. SmallTasks.Small, ("hidden_width", "16"), ("batch_size", "16"), .. changes]);
        for (int i = 0; i < steps; i++)
        {
            training.Advance();
        }

        return training;
    }
}
