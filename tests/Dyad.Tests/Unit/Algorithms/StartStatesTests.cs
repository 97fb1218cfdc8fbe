using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Numerics;

namespace Dyad.Tests.Unit.Algorithms;

/// <summary>A leading actor whose own cost is over states that episodes began in.</summary>
[Trait("Category", "unit")]
public sealed class StartStatesTests
{
    [Fact]
    public void Starts_are_the_first_states_of_episodes_however_these_end()
    {
        GameAgent agent = Agent(("leader_states", "start"));
        var random = new RandomStream(3);
        double[] s = new double[3], next = new double[3], a = new double[2];
        for (int t = 0; t < 60; t++)
        {
            // Episodes of 4 steps begin at 7; they are terminated, cut and given up on in turn.
            s[0] = t % 4 == 0 ? 7 : random.Uniform();
            next[0] = random.Uniform();
            random.Normal(a);
            bool end = t % 4 == 3;
            int kind = t / 4 % 3;
            agent.Observe(s, a, [new StepResult(1, Terminated: end && kind == 0, Truncated: end && kind > 0, Failed: end && kind == 2)], next);
        }

        GameBatch batch = agent.GameOn(32);
        batch.Draw(new RandomStream(4));
        Assert.All(Enumerable.Range(0, 32), i => Assert.Equal(7, batch.Transitions.StartObservation.Values[3 * i]));
        Assert.Contains(Enumerable.Range(0, 32), i => batch.Transitions.Observation.Values[3 * i] != 7);
    }

    [Theory]
    [InlineData("stack-sac")]
    [InlineData("stddpg-al")]
    [InlineData("sttd3-al")]
    public void They_change_training(string method)
    {
        Assert.NotEqual(Trained(method), Trained(method, ("leader_states", "start")));
        Assert.All(Trained(method, ("leader_states", "start")), x => Assert.True(float.IsFinite(x)));
    }

    [Fact]
    public void They_do_nothing_where_nobody_leads() => Assert.Equal(Trained("sac"), Trained("sac", ("leader_states", "start")));

    [Theory]
    [InlineData("stsac-cl", "for a leading actor")]
    [InlineData("stac", "methods with a replay")]
    public void Where_there_are_none_that_is_told(string method, string part)
    {
        UserError error = Assert.Throws<UserError>(() => Create(method, ("leader_states", "start")));
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    private static GameAgent Agent(params (string, string)[] changes) => (GameAgent)Create("stack-sac", changes);

    private static IAgent Create(string method, params (string, string)[] changes) => MethodCatalog.Agent(method).With(
        [("hidden_width", "6"), .. method == "stac" ? [] : ((string, string)[])[("batch_size", "8"), ("random_steps", "10"), ("update_after", "10")], .. changes])
        .Create(new AgentTask(3, Box.Uniform(2, -1, 1)), new RandomStream(5));

    private static float[] Trained(string method, params (string, string)[] changes)
    {
        IAgent agent = Create(method, changes);
        var random = new RandomStream(6);
        double[] s = new double[3], next = new double[3], a = new double[2];
        random.Normal(s);
        for (int t = 0; t < 40; t++)
        {
            agent.Act(s, a, explore: true);
            random.Normal(next);
            agent.Observe(s, a, [new StepResult(random.Normal(), Terminated: t % 7 == 6, Truncated: false)], next);
            next.CopyTo(s, 0);
        }

        return agent.Policy.Values.ToArray();
    }
}
