using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Algorithms.Rules;
using Dyad.Core;

namespace Dyad.Tests.Unit.Algorithms.Catalog;

/// <summary>Names are printed of identities, and found again by them.</summary>
[Trait("Category", "unit")]
public sealed class MethodIdTests
{
    public static TheoryData<MethodFamily, Player?, bool, bool, string, string> Names => new()
    {
        { MethodFamily.Sac, null, false, false, "sac", "SAC" },
        { MethodFamily.Sac, Player.Actor, false, false, "stsac-al", "STSAC-AL" },
        { MethodFamily.Sac, Player.Critic, false, false, "stsac-cl", "STSAC-CL" },
        { MethodFamily.Sac, Player.Actor, true, false, "stack-sac", "Stack-SAC" },
        { MethodFamily.Sac, Player.Actor, true, true, "res-stack-sac", "Res-Stack-SAC" },
        { MethodFamily.Sac, null, false, true, "res-sac", "Res-SAC" },
        { MethodFamily.Ddpg, Player.Actor, false, true, "res-stddpg-al", "Res-STDDPG-AL" },
        { MethodFamily.Td3, Player.Critic, false, false, "sttd3-cl", "STTD3-CL" },
        { MethodFamily.Ac, Player.Actor, false, false, "stac", "STAC" },
        { MethodFamily.Ppo, null, false, false, "ppo", "PPO" },
        { MethodFamily.Ppo, null, false, true, "res-ppo", "Res-PPO" },
        { MethodFamily.A2c, null, false, false, "a2c", "A2C" },
        { MethodFamily.OneStepAc, null, false, false, "one-step-ac", "ONE-STEP-AC" },
        { MethodFamily.SacV, null, false, false, "sac-v", "SAC-V" },
        { MethodFamily.SacDiscrete, null, false, false, "sac-discrete", "SAC-DISCRETE" },
        { MethodFamily.SacDiscrete, Player.Critic, false, true, "res-stsac-discrete-cl", "Res-STSAC-DISCRETE-CL" },
        { MethodFamily.SacDiscrete, Player.Actor, true, false, "stack-sac-discrete", "Stack-SAC-DISCRETE" },
        { MethodFamily.ActorG, null, false, false, "actor-g", "ACTOR-G" },
        { MethodFamily.ActorG, Player.Actor, true, false, "stack-ac", "Stack-AC" },
        { MethodFamily.ActorG, null, false, true, "res-ac", "Res-AC" },
        { MethodFamily.QLearning, null, false, false, "q-learning", "Q-LEARNING" },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void A_name_is_printed_of_its_parts(MethodFamily family, Player? leader, bool semiGradient, bool corrected, string name, string title)
    {
        var id = new MethodId(family) { Leader = leader, SemiGradient = semiGradient, Corrected = corrected };
        Assert.Equal((name, title), (id.Name, id.Title));
    }

    [Fact]
    public void A_name_means_one_method_of_a_kind()
    {
        Assert.Empty(AgentMethods.All.Concat(AgentMethods.Combinations).GroupBy(method => method.Name).Where(group => group.Count() > 1).Select(group => group.Key));
        Assert.Empty(TabularMethods.All.GroupBy(method => method.Name).Where(group => group.Count() > 1).Select(group => group.Key));
        Assert.Equal(MethodCatalog.All.Count, MethodCatalog.All.Select(method => method.Name).Distinct().Count());
        Assert.All(AgentMethods.All.Concat(AgentMethods.Combinations), method => Assert.Same(method, MethodCatalog.Agent(method.Name)));
        Assert.All(TabularMethods.All, method => Assert.Same(method, MethodCatalog.Tabular(method.Name)));
        Assert.Equal(["res-ac", "res-ac"], MethodCatalog.Find("res-ac").Select(method => method.Name));
    }

    [Theory]
    [InlineData("stsca-al", "stsac-al")]
    [InlineData("ddgp", "ddpg")]
    [InlineData("qlearning", "q-learning")]
    public void A_mistyped_name_is_answered_with_near_ones(string name, string meant)
    {
        string sentence = Assert.Throws<UserError>(() => MethodCatalog.Find(name)).Message;
        Assert.StartsWith($"there is no method '{name}'; did you mean ", sentence, StringComparison.Ordinal);
        Assert.Contains(meant, sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_method_asks_for_the_actions_that_it_can_learn()
    {
        var box = AgentTask.RealActions(3, 1);
        UserError error = Assert.Throws<UserError>(() => MethodCatalog.Agent("dqn").With([]).Create(box, new(0)));
        Assert.Equal("dqn needs actions that are finitely many, and those of the task are not", error.Message);
    }
}
