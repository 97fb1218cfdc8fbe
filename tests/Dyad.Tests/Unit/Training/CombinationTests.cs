using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Numerics;
using Dyad.Training;

namespace Dyad.Tests.Unit.Training;

/// <summary>A method with a name of its own is its family's with rule and correction set, under every preset.</summary>
[Trait("Category", "unit")]
public sealed class CombinationTests
{
    private static readonly string[] Tasks = ["Pendulum-v1", "HalfCheetah-v4", "Reacher-v4", "CartPole-v0", ""];

    private static readonly (string, string)[] Small =
    [
        ("hidden_width", "8"), ("batch_size", "8"), ("random_steps", "20"), ("update_after", "20"), ("update_every", "1"), ("updates_per_round", "1"),
        ("replay_capacity", "1000"), ("environments", "1"), ("steps_per_epoch", "30"), ("critic_updates", "2"), ("solver_iterations", "3"),
    ];

    public static IEnumerable<Method<AgentTask, IAgent>> Combined =>
        AgentMethods.All.Concat(AgentMethods.Combinations).Where(method => method.Id != method.Id.Plain);

    [Fact]
    public void A_combination_resolves_to_the_method_of_its_name()
    {
        int pairs = 0;
        foreach (Method<AgentTask, IAgent> named in Combined)
        {
            // From the plain method, from itself, and from every other of the family.
            foreach (Method<AgentTask, IAgent> start in AgentMethods.All.Concat(AgentMethods.Combinations).Where(x => x.Id.Family == named.Id.Family))
            {
                foreach (AgentPreset preset in AgentPreset.All)
                {
                    foreach (string task in Tasks)
                    {
                        ResolvedMethod<AgentTask, IAgent> direct = preset.Resolve(named, task, []);
                        ResolvedMethod<AgentTask, IAgent> combined = preset.Resolve(start, task, Difference(start.Id, named.Id));
                        Assert.Equal(named.Id, combined.Id);
                        Assert.Equal(direct.Id, combined.Id);
                        Assert.Equal(direct.Options, combined.Options);
                        Assert.Empty(combined.Changed);
                        pairs++;
                    }
                }
            }
        }

        Assert.True(pairs > 2000);
    }

    [Fact]
    public void A_combination_trains_to_the_bits_of_the_method_of_its_name()
    {
        foreach (Method<AgentTask, IAgent> named in AgentMethods.All.Where(method => method.Id != method.Id.Plain))
        {
            Method<AgentTask, IAgent> plain = MethodCatalog.Agent(named.Id.Plain.Name);
            foreach (AgentPreset preset in AgentPreset.All)
            {
                (string, string)[] small = [.. Small.Where(change => named.Accepted.Any(option => option.Name == change.Item1))];
                float[] direct = Trained(preset.Resolve(named, "Pendulum-v1", small));
                Assert.Equal(direct, Trained(preset.Resolve(plain, "Pendulum-v1", [.. Difference(plain.Id, named.Id), .. small])));
                Assert.NotEqual(direct, Trained(preset.Resolve(plain, "Pendulum-v1", small)));
            }
        }
    }

    [Theory]
    [InlineData("ddpg", "rule=stackelberg", "next_action", "current-policy")]
    [InlineData("td3", "rule=stackelberg,leader=critic", "next_action", "current-policy")]
    [InlineData("stddpg-al", "rule=individual", "next_action", "target-policy")]
    [InlineData("ac", "residual=true", "direct_term", "critic")]
    public void What_a_combination_must_change_in_its_family_is_changed_and_changed_back(string method, string changes, string option, string value)
    {
        (string, string)[] pairs = [.. changes.Split(',').Select(x => (x.Split('=')[0], x.Split('=')[1]))];
        ResolvedMethod<AgentTask, IAgent> resolved = AgentPreset.All[0].Resolve(MethodCatalog.Agent(method), "Pendulum-v1", pairs);
        Assert.Contains((option, value), resolved.Options);

        // It is a difference from the plain method, and not one that the user made.
        Assert.Equal(resolved.Id != resolved.Id.Plain, resolved.OffPlain.Contains((option, value)));
        Assert.Empty(resolved.Changed);

        // What the user says counts most, and is told as a change.
        string other = resolved.Options.Single(x => x.Name == "discount").Value.ToString()!;
        Assert.Equal("0.99", other);
        ResolvedMethod<AgentTask, IAgent> changed = AgentPreset.All[0].Resolve(MethodCatalog.Agent(method), "Pendulum-v1", [.. pairs, ("discount", "0.90")]);
        Assert.Equal([("discount", 0.9)], changed.Changed);
    }

    [Fact]
    public void A_change_to_what_is_there_anyway_is_none() => Assert.Empty(
        AgentPreset.All[0].Resolve(MethodCatalog.Agent("sac"), "Pendulum-v1", [("discount", "0.990"), ("hidden_width", "64")]).Changed);

    [Fact]
    public void A_combination_that_makes_no_sense_is_told_and_not_made()
    {
        foreach ((string method, (string, string)[] changes) in new (string, (string, string)[])[]
        {
            ("ac", [("rule", "stackelberg"), ("leader", "critic")]), ("stac", [("residual", "true")]),
            ("stsac-cl", [("leader_derivative", "replayed-action")]), ("ac", [("residual", "true"), ("critic", "v")]),
        })
        {
            Assert.Throws<UserError>(() => AgentPreset.All[0].Resolve(MethodCatalog.Agent(method), "Pendulum-v1", changes));
        }
    }

    // The options of rule and correction that take one method of a family to another.
    private static (string, string)[] Difference(MethodId from, MethodId to) =>
    [
        ("rule", to.Leader is null ? "individual" : "stackelberg"),
        .. to.Leader is { } leader ? [("leader", OptionBinder.Text(leader))] : Array.Empty<(string, string)>(),
        .. from.SemiGradient || to.SemiGradient ? [("leader_derivative", to.SemiGradient ? "replayed-action" : "current-action")] : Array.Empty<(string, string)>(),
        ("residual", to.Corrected ? "true" : "false"),
    ];

    private static float[] Trained(ResolvedMethod<AgentTask, IAgent> method)
    {
        IEnvironment task = SmallTasks.Pendulum();
        IAgent agent = method.Create(AgentTask.Of(task), new RandomStream(5).Split("agent"));
        using var training = new AgentTraining(agent, SmallTasks.Pendulum, task, evaluationEpisodes: 1, seed: 5);
        for (int i = 0; i < 260; i++)
        {
            training.Advance();
        }

        return agent.Policy.Values.ToArray();
    }
}
