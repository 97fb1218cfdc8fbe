using System.Numerics.Tensors;
using Dyad.Algorithms.Catalog;
using Dyad.Tests.Unit.Algorithms;
using Dyad.Training;

namespace Dyad.Tests.Unit.Training;

/// <summary>Stackelberg agents beside the plain ones they come from.</summary>
[Trait("Category", "unit")]
public sealed class StackelbergAgentTests
{
    [Theory]
    [InlineData("sac", "stsac-al", "rule=stackelberg,leader=actor")]
    [InlineData("sac", "stsac-cl", "rule=stackelberg,leader=critic")]
    [InlineData("sac", "stack-sac", "rule=stackelberg,leader_derivative=replayed-action")]
    [InlineData("ddpg", "stddpg-al", "rule=stackelberg,next_action=current-policy")]
    [InlineData("ddpg", "stddpg-cl", "rule=stackelberg,leader=critic,next_action=current-policy")]
    [InlineData("td3", "sttd3-al", "rule=stackelberg,leader=actor,next_action=current-policy")]
    public void A_named_method_is_its_base_with_another_rule(string plain, string named, string changes)
    {
        (string, string)[] rule = [.. changes.Split(',').Select(pair => (pair.Split('=')[0], pair.Split('=')[1]))];
        float[] combined = Trained(plain, 400, rule), direct = Trained(named, 400), without = Trained(plain, 400);
        Assert.Equal(direct, combined);
        Assert.NotEqual(direct, without);
        Assert.Equal(named, SmallTasks.Combination(plain, rule));
        Assert.Equal(plain, SmallTasks.Combination(named, [("rule", "individual")]));
    }

    // Proposition 2 of Zheng et al. 2021: as lambda grows, the update becomes the individual one.
    [Theory]
    [InlineData("stsac-al", "sac", "in-turn", "hessian")]
    [InlineData("stsac-al", "sac", "simultaneous", "hessian")]
    [InlineData("stsac-al", "sac", "simultaneous", "gauss-newton")]
    [InlineData("stsac-cl", "sac", "in-turn", "hessian")]
    [InlineData("stsac-cl", "sac", "simultaneous", "hessian")]
    [InlineData("stack-sac", "sac", "in-turn", "hessian")]
    [InlineData("stddpg-al", "ddpg", "in-turn", "gauss-newton")]
    [InlineData("stddpg-al", "ddpg", "simultaneous", "hessian")]
    [InlineData("stddpg-cl", "ddpg", "in-turn", "hessian")]
    [InlineData("stddpg-cl", "ddpg", "simultaneous", "hessian")]
    [InlineData("sttd3-al", "td3", "in-turn", "hessian")]
    [InlineData("sttd3-al", "td3", "in-turn", "gauss-newton")]
    [InlineData("sttd3-al", "td3", "simultaneous", "hessian")]
    [InlineData("sttd3-al", "td3", "simultaneous", "gauss-newton")]
    [InlineData("sttd3-al:leader=critic", "td3", "in-turn", "hessian")]
    [InlineData("sttd3-al:leader=critic", "td3", "simultaneous", "hessian")]
    public void With_very_large_damping_it_is_its_plain_baseline(string method, string baseline, string order, string curvature)
    {
        string[] parts = method.Split(':');
        (string, string)[] solver =
        [
            .. parts[1..].Select(pair => (pair.Split('=')[0], pair.Split('=')[1])),
            .. curvature == "gauss-newton" ? [("curvature", curvature), ("solver", "sample-space")] : Array.Empty<(string, string)>(),
        ];
        float[] led = Trained(parts[0], 260, [("order", order), ("damping", "1e12"), .. solver]);
        (string, string)[] matched = baseline is "ddpg" or "td3" ? [("next_action", "current-policy")] : [];
        float[] plain = Trained(baseline, 260, [("order", order), .. matched]);
        Assert.InRange(TensorPrimitives.Distance<float>(led, plain), 0, 1e-3f * TensorPrimitives.Norm<float>(plain));

        // With little damping it is not.
        float[] damped = Trained(parts[0], 260, [("order", order), ("damping", "0.01"), .. solver]);
        Assert.True(TensorPrimitives.Distance<float>(damped, plain) > 10 * TensorPrimitives.Distance<float>(led, plain));
    }

    [Theory]
    [InlineData("stsac-al", "follower_steps", "3")]
    [InlineData("stsac-cl", "follower_steps", "3")]
    [InlineData("stddpg-al", "independent_batches", "true")]
    [InlineData("stddpg-cl", "independent_batches", "true")]
    [InlineData("stsac-al", "warm_start", "true")]
    [InlineData("stsac-al", "solver", "minres")]
    [InlineData("stddpg-cl", "solver", "nystrom")]
    [InlineData("stsac-al", "damping_schedule", "adaptive")]
    [InlineData("stddpg-al", "critic_rate_power", "0.6")]
    [InlineData("sttd3-al", "independent_batches", "true")]
    [InlineData("sttd3-al", "follower_steps", "2")]
    [InlineData("sttd3-al", "leader", "critic")]
    [InlineData("sttd3-al", "leader_derivative", "replayed-action")]
    [InlineData("sttd3-al", "actor_delay", "3")]
    public void An_option_changes_training_and_keeps_it_finite(string method, string name, string value)
    {
        foreach (string order in new[] { "in-turn", "simultaneous" })
        {
            float[] changed = Trained(method, 300, [("order", order), (name, value), ("damping", "0.01")]);
            Assert.NotEqual(Trained(method, 300, [("order", order), ("damping", "0.01")]), changed);
            Assert.True(TensorPrimitives.IsFiniteAll<float>(changed));
        }
    }

    [Theory]
    [InlineData("stsac-al")]
    [InlineData("stsac-cl")]
    [InlineData("stddpg-al")]
    [InlineData("stddpg-cl")]
    [InlineData("sttd3-al")]
    public void Indefinite_curvature_without_damping_never_makes_parameters_that_are_no_numbers(string method)
    {
        using AgentTraining training = Train(method, [("damping", "0")]);
        Advance(training, 500);
        Assert.True(TensorPrimitives.IsFiniteAll<float>(training.Agent.Policy.Values));
        var row = new Recorder();
        training.Measure(row, TestContext.Current.CancellationToken);
        Assert.True(row["train/negative_curvatures"] > 0);
    }

    [Theory]
    [InlineData("stsac-al")]
    [InlineData("stddpg-al")]
    [InlineData("sttd3-al")]
    public void Steps_of_a_following_critic_are_updates_of_the_critic(string method)
    {
        foreach (string order in new[] { "in-turn", "simultaneous" })
        {
            Assert.Equal(
                Trained(method, 250, ("order", order), ("critic_updates", "3")), Trained(method, 250, ("order", order), ("follower_steps", "3")));
        }
    }

    [Fact]
    public void Without_the_targets_gradient_the_leader_has_nothing_to_foresee()
    {
        Assert.Equal(0, Implicit([("target_gradient", "false")]));
        Assert.True(Implicit([]) > 0);
        Assert.Equal(Trained("sac", 300), Trained("sac", 300, ("target_gradient", "false")));

        static double Implicit((string, string)[] changes)
        {
            using AgentTraining training = Train("stsac-al", changes);
            Advance(training, 300);
            var row = new Recorder();
            training.Measure(row);
            return row["train/implicit_norm"];
        }
    }

    [Fact]
    public void Steps_shrink_with_their_power()
    {
        (string, string)[] fast = [("actor_rate_power", "1"), ("critic_rate_power", "1")];
        float[] start = Trained("sac", 199), plain = Trained("sac", 600), slowed = Trained("sac", 600, fast);
        Assert.True(TensorPrimitives.Distance<float>(start, slowed) < 0.2f * TensorPrimitives.Distance<float>(start, plain));
    }

    [Fact]
    public void Presets_go_by_the_combination()
    {
        IReadOnlyList<(string, string)> published = AgentPreset.Get("as-published").Changes(MethodCatalog.Agent("stsac-al").Id, "HalfCheetah-v4");
        Assert.Contains(("damping", "500"), published);
        Assert.Contains(("order", "simultaneous"), published);
        Assert.Contains(("damping", "500"), AgentPreset.Get("as-published").Changes(MethodCatalog.Agent("sttd3-cl").Id, "HalfCheetah-v4"));
        Assert.Contains(("solver", "sample-space"), AgentPreset.Get(AgentPreset.Correct).Changes(MethodCatalog.Agent("sttd3-al").Id, "HalfCheetah-v4"));
        Assert.Contains(("damping_schedule", "adaptive"), AgentPreset.Get(AgentPreset.Correct).Changes(MethodCatalog.Agent("sttd3-cl").Id, "HalfCheetah-v4"));
        Assert.DoesNotContain(AgentPreset.Get("as-published").Changes(MethodCatalog.Agent("sac").Id, "HalfCheetah-v4"), change => change.Name == "order");
        Assert.Equal("stsac-al", SmallTasks.Combination("sac", [("rule", "stackelberg")]));
        Assert.Equal("stddpg-cl", SmallTasks.Combination("stddpg-al", [("leader", "critic")]));
        Assert.Equal("sttd3-cl", SmallTasks.Combination("td3", [("rule", "stackelberg"), ("leader", "critic")]));
        Assert.Equal("sac", SmallTasks.Combination("sac", [("leader", "critic")]));
    }

    private static float[] Trained(string method, int steps, params (string, string)[] changes)
    {
        using AgentTraining training = Train(method, changes);
        Advance(training, steps);
        return training.Agent.Policy.Values.ToArray();
    }

    private static AgentTraining Train(string method, (string, string)[] changes) => SmallTasks.Train(
        method, SmallTasks.Pendulum, seed: 2, episodes: 1, [.. SmallTasks.Small, ("hidden_width", "16"), ("batch_size", "16"), .. changes]);

    private static void Advance(AgentTraining training, int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            training.Advance();
        }
    }
}
