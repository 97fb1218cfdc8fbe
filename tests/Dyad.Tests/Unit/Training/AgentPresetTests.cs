using Dyad.Algorithms;
using Dyad.Environments;
using Dyad.Environments.Wrappers;

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
                    IReadOnlyList<(string Name, string Value)> changes = preset.Changes(method.Name, task);
                    Dictionary<string, object> options = method.With(changes).Options.ToDictionary(option => option.Name, option => option.Value);
                    Assert.All(changes, change => Assert.True(options.ContainsKey(change.Name), change.Name));
                }
            }
        }
    }

    [Fact]
    public void The_published_experiments_are_told_apart_from_what_we_recommend()
    {
        IReadOnlyList<(string Name, object Value)> Options(string preset, string method) => Method.Find(AgentMethods.All, method)!
            .With(AgentPreset.Get(preset).Changes(method, "HalfCheetah-v4")).Options;
        Assert.Contains(("next_action", "current-policy"), Options("as-published", "ddpg"));
        Assert.Contains(("next_action", "target-policy"), Options("correct", "ddpg"));
        Assert.Contains(("tune_entropy_weight", false), Options("as-published", "sac"));
        Assert.Contains(("twin_critics", false), Options("wen2021", "sac"));
        Assert.Contains(("next_action", "current-policy"), Options("as-published", "td3"));
        Assert.Contains(("tune_entropy_weight", false), Options("as-published", "sac-v"));
        Assert.Contains(("value_learning_rate", 1e-3), Options("correct", "sac-v"));

        // These experiments have no deep Q-learning.
        Assert.Empty(AgentPreset.Get("as-published").Changes("dqn", "CartPole-v1"));
        Assert.Empty(AgentPreset.Get("wen2021").Changes("dqn", "CartPole-v1"));
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
