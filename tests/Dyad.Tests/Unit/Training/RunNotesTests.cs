using System.Text.Json.Nodes;
using Dyad.Algorithms.Catalog;
using Dyad.Training;

namespace Dyad.Tests.Unit.Training;

[Trait("Category", "unit")]
public sealed class RunNotesTests
{
    [Theory]
    [InlineData("sac", "random_steps=200,update_after=100", 200, "the policy never acts: all 200 steps take random actions (random_steps=200)")]
    [InlineData("sac", "random_steps=199,update_after=100", 200, "")]
    [InlineData("ddpg", "random_steps=10,update_after=101,update_every=50", 149, "the policy never learns: there is no update within 149 steps (update_after=101, update_every=50)")]
    [InlineData("ddpg", "random_steps=10,update_after=101,update_every=50", 150, "")]
    [InlineData("dqn", "update_after=300", 200, "the policy never learns: there is no update within 200 steps (update_after=300, update_every=1)")]
    [InlineData("ac", "steps_per_epoch=300", 299, "the policy never learns: there is no epoch within 299 steps (steps_per_epoch=300)")]
    [InlineData("ac", "steps_per_epoch=300", 300, "")]
    public void A_policy_that_never_acts_or_learns_is_told(string method, string changes, int steps, string note)
    {
        (string, string)[] options = [.. changes.Split(',').Select(x => (x.Split('=')[0], x.Split('=')[1])), ("hidden_width", "4")];
        var resolved = MethodCatalog.Agent(method).With(options);
        var config = new RunConfig(MethodConfig.Of(resolved.Id, resolved.Options), new("task"), new(0), new(100));
        Assert.Equal(note, string.Join(';', RunNotes.Of(config, steps)));

        // The sentence is true: the policy is what it was, or is not. One that never acts may learn.
        using AgentTraining training = SmallTasks.Train(method, SmallTasks.ClassicOf(method), seed: 1, episodes: 1, options);
        float[] before = training.Agent.Policy.Values.ToArray();
        while (training.Step < steps)
        {
            training.Advance();
        }

        Assert.Equal(note.Contains("never learns", StringComparison.Ordinal), before.AsSpan().SequenceEqual(training.Agent.Policy.Values));

        // A stored configuration says the same.
        var read = RunConfig.FromJson(JsonNode.Parse(config.ToJson().ToJsonString())!.AsObject(), "config.json");
        Assert.Equal(note, string.Join(';', RunNotes.Of(read, steps)));
    }
}
