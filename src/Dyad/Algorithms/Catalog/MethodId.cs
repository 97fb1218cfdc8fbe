using System.Text.Json;
using Dyad.Algorithms.Rules;
using Dyad.Core;

namespace Dyad.Algorithms.Catalog;

/// <summary>Which method it is. Its names are printed from here; nothing reads them for what they may mean.</summary>
/// <param name="Family">What it is without a leader and without a correction.</param>
public sealed record MethodId(MethodFamily Family)
{
    /// <summary>Who leads; null where each player follows its own gradient.</summary>
    public Player? Leader { get; init; }

    /// <summary>Whether a leading actor solves for the semi-gradient on replayed actions (Wen et al. 2021, eq. 42).</summary>
    public bool SemiGradient { get; init; }

    /// <summary>Whether a res-critic corrects the critic that the actor follows.</summary>
    public bool Corrected { get; init; }

    /// <summary>The method of the family with neither leader nor correction.</summary>
    public MethodId Plain => new(Family);

    /// <summary>Whether entropy is part of its objective, off policy.</summary>
    public bool IsSoft => Family is MethodFamily.Sac or MethodFamily.SacV or MethodFamily.SacDiscrete;

    /// <summary>Name on the command line and in files: <c>sac</c>, <c>stsac-al</c>, <c>stack-sac</c>, <c>res-stsac-al</c>.</summary>
    public string Name => (Corrected ? "res-" : "") + Leader switch
    {
        null => Stem,
        _ when Family == MethodFamily.PpoNested => Bilevel,
        _ when SemiGradient => $"stack-{Stem}",
        Player leader when EitherLeads => $"st{Stem}-{Letter(leader)}l",
        _ => $"st{Stem}",
    };

    /// <summary>Name as papers write it: <c>SAC</c>, <c>STSAC-AL</c>, <c>Stack-SAC</c>, <c>Res-STSAC-AL</c>.</summary>
    public string Title => (Corrected ? "Res-" : "") + Leader switch
    {
        null => Capitals(Stem),
        _ when Family == MethodFamily.PpoNested => Capitals(Bilevel),
        _ when SemiGradient => $"Stack-{Capitals(Stem)}",
        Player leader when EitherLeads => Capitals($"st{Stem}-{Letter(leader)}l"),
        _ => Capitals($"st{Stem}"),
    };

    /// <summary>The options of rule and correction that make it of its family's plain method.</summary>
    public IReadOnlyList<(string Name, string Value)> Changes =>
    [
        .. Leader is Player leader ? [("rule", "stackelberg"), ("leader", OptionBinder.Text(leader))] : None,
        .. SemiGradient ? [("leader_derivative", "replayed-action")] : None,
        .. Corrected ? [("residual", "true")] : None,
    ];

    /// <summary>The method of the family that a rule and a correction make.</summary>
    public MethodId With(RuleOptions rule, ResidualOptions correction) => Plain with
    {
        Leader = rule.Rule == Rule.Stackelberg ? rule.Leader : null,
        SemiGradient = rule is { Rule: Rule.Stackelberg, Leader: Player.Actor, LeaderDerivative: LeaderDerivative.ReplayedAction },
        Corrected = correction.Residual,
    };

    /// <inheritdoc/>
    public override string ToString() => Name;

    // Prakash et al. 2025 name it so.
    private const string Bilevel = "blpo";

    private static (string, string)[] None => [];

    // Where the critic may lead too, the name says who does.
    private bool EitherLeads => Family is MethodFamily.Ddpg or MethodFamily.Td3 or MethodFamily.Sac or MethodFamily.SacDiscrete;

    // Stack-AC and Res-AC come of what Wen et al. 2021 call Actor_g-Critic.
    private string Stem => Family == MethodFamily.ActorG && (Leader is not null || Corrected)
        ? "ac"
        : JsonNamingPolicy.KebabCaseLower.ConvertName(Family.ToString());

    private static char Letter(Player leader) => leader == Player.Actor ? 'a' : 'c';

    private static string Capitals(string name) => name.ToUpperInvariant();
}
