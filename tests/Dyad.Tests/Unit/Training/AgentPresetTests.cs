using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Environments;
using Dyad.Environments.Wrappers;
using Dyad.Training;

namespace Dyad.Tests.Unit.Training;

[Trait("Category", "unit")]
public sealed class AgentPresetTests
{
    [Fact]
    public void Every_preset_fits_every_method()
    {
        foreach (AgentPreset preset in AgentPreset.All)
        {
            foreach (Method<AgentTask, IAgent> method in AgentMethods.All)
            {
                foreach (string task in new[] { "HalfCheetah-v4", "Pendulum-v1", "CartPole-v0", "CartPole-v1", "FourRoom" })
                {
                    IReadOnlyList<(string Name, string Value)> changes = preset.Changes(method.Id, task);
                    Dictionary<string, object> options = method.With(changes).Options.ToDictionary(option => option.Name, option => option.Value);
                    Assert.All(changes, change => Assert.True(options.ContainsKey(change.Name), change.Name));
                }
            }
        }
    }

    [Theory]
    [InlineData("ac", "res-ac", "residual=true,critic=q,direct_term=critic")]
    [InlineData("ac", "stac", "rule=stackelberg")]
    [InlineData("ppo", "res-ppo", "residual=true")]
    [InlineData("res-a2c", "a2c", "residual=false")]
    [InlineData("stac", "ac", "rule=individual")]
    [InlineData("sac", "res-stsac-cl", "residual=true,rule=stackelberg,leader=critic")]
    [InlineData("res-ddpg", "ddpg", "residual=false")]
    [InlineData("td3", "res-td3", "residual=true")]
    [InlineData("sac-discrete", "stsac-discrete-al", "rule=stackelberg")]
    [InlineData("sac-discrete", "res-stsac-discrete-cl", "residual=true,rule=stackelberg,leader=critic")]
    [InlineData("td3", "sttd3-al", "rule=stackelberg,next_action=current-policy")]
    public void Every_preset_fits_a_combination(string method, string name, string changes)
    {
        (string, string)[] pairs = [.. changes.Split(',').Select(x => (x.Split('=')[0], x.Split('=')[1]))];
        Assert.Equal(name, SmallTasks.Combination(method, pairs));
        foreach (AgentPreset preset in AgentPreset.All)
        {
            foreach (string task in new[] { "Pendulum-v1", "CartPole-v1" })
            {
                Assert.Equal(name, preset.Resolve(MethodCatalog.Agent(method), task, pairs).Id.Name);
            }
        }
    }

    [Fact]
    public void The_published_experiments_are_told_apart_from_what_we_recommend()
    {
        IReadOnlyList<(string Name, object Value)> Options(string preset, string method) => MethodCatalog.Agent(method)
            .With(AgentPreset.Get(preset).Changes(MethodCatalog.Agent(method).Id, "HalfCheetah-v4")).Options;
        Assert.Contains(("next_action", "current-policy"), Options("as-published", "ddpg"));
        Assert.Contains(("next_action", "target-policy"), Options("correct", "ddpg"));
        Assert.Contains(("tune_entropy_weight", false), Options("as-published", "sac"));
        Assert.Contains(("tune_entropy_weight", false), Options("as-published", "sac-discrete"));
        Assert.Contains(("twin_critics", false), Options("wen2021", "sac-discrete"));
        Assert.Contains(("entropy_in_target", "false"), AgentPreset.Get("correct").Changes(new(MethodFamily.SacDiscrete), "FrozenLake-v1"));
        Assert.Contains(("entropy_in_target", true), Options("correct", "sac-discrete"));
        Assert.Contains(("twin_critics", false), Options("wen2021", "sac"));
        Assert.Contains(("next_action", "current-policy"), Options("as-published", "td3"));
        Assert.Contains(("tune_entropy_weight", false), Options("as-published", "sac-v"));
        Assert.Contains(("value_learning_rate", 1e-3), Options("correct", "sac-v"));

        Assert.Contains(("residual_clip", 6.0), Options("wen2021", "res-sac"));
        Assert.Contains(("twin_critics", false), Options("wen2021", "res-sac"));
        Assert.Contains(("residual_reward", "as-published"), Options("wen2021", "res-sac"));
        Assert.Contains(("residual_reward", "as-published"), Options("as-published", "res-ddpg"));
        Assert.Contains(("residual_reward", "correct"), Options("correct", "res-sac"));
        Assert.Contains(("residual_clip_rule", "adaptive"), Options("correct", "res-ddpg"));
        Assert.Contains(("residual_reward", "as-published"), Options("wen2021", "res-td3"));
        Assert.Equal(
            [("Pendulum-v1", "4"), ("Reacher-v4", "1"), ("Hopper-v4", null)],
            new[] { "Pendulum-v1", "Reacher-v4", "Hopper-v4" }.Select(task => (
                task, (string?)AgentPreset.Get("wen2021").Changes(MethodCatalog.Agent("res-sac").Id, task).LastOrDefault(change => change.Name == "residual_clip").Value)));

        // A correction takes nothing from the rule's options.
        Assert.Subset(
            AgentPreset.Get("correct").Changes(MethodCatalog.Agent("res-stsac-al").Id, "HalfCheetah-v4").ToHashSet(),
            AgentPreset.Get("correct").Changes(MethodCatalog.Agent("stsac-al").Id, "HalfCheetah-v4").ToHashSet());

        // These experiments have no deep Q-learning.
        Assert.Empty(AgentPreset.Get("as-published").Changes(MethodCatalog.Agent("dqn").Id, "CartPole-v1"));
        Assert.Empty(AgentPreset.Get("wen2021").Changes(MethodCatalog.Agent("dqn").Id, "CartPole-v1"));
        Assert.True(AgentPreset.Get("as-published").TimeLimitTerminates);
        Assert.False(AgentPreset.Get("correct").TimeLimitTerminates);
    }

    [Fact]
    public void A_time_limit_can_be_made_a_termination()
    {
        using IEnvironment truncates = new TimeLimit(new IdentityTask(), 3);
        using IEnvironment terminates = new TerminateAtTimeLimit(new TimeLimit(new IdentityTask(), 3));
        foreach (IEnvironment task in new[] { truncates, terminates })
        {
            double[] observation = new double[1];
            task.Reset(observation, 0);
            Assert.False(task.Step([0.0], observation).Done);
            Assert.False(task.Step([0.0], observation).Done);
            StepResult last = task.Step([0.0], observation);
            Assert.Equal((task == terminates, task == truncates), (last.Terminated, last.Truncated));
        }
    }
}
