using System.ComponentModel.DataAnnotations;
using Dyad.Algorithms.Rules;

namespace Dyad.Algorithms;

/// <summary>What the methods that a <see cref="GameAgent"/> plays have in common.</summary>
public abstract record GameOptions : OffPolicyOptions
{
    /// <summary>What turns the costs into directions.</summary>
    public RuleOptions Gradient { get; init; } = new();

    /// <summary>Whether and how a res-critic corrects the critic that the actor follows.</summary>
    public ResidualOptions Correction { get; init; } = new();

    /// <summary>k: steps of Lanczos and Arnoldi for the game's eigenvalues in each row of metrics; 0: none (<see cref="GameMetrics"/>).</summary>
    [Range(0, 1000)]
    public int EigenvalueSteps { get; init; }
}
