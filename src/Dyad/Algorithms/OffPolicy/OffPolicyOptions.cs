using System.ComponentModel.DataAnnotations;

namespace Dyad.Algorithms;

/// <summary>What off-policy actor-critic methods have in common, besides the replay.</summary>
public abstract record OffPolicyOptions : ReplayOptions
{
    /// <summary>Step length of the actor's Adam.</summary>
    [Range(1e-9, 1.0)]
    public double ActorLearningRate { get; init; }

    /// <summary>Step length of the critic's Adam.</summary>
    [Range(1e-9, 1.0)]
    public double CriticLearningRate { get; init; }

    /// <summary>Environment steps with uniformly random actions at the start.</summary>
    [Range(0, 100_000_000)]
    public int RandomSteps { get; init; } = 1000;

    /// <summary>x of Algo-x-y: steps of the critic in an update, each with a batch of its own; the actor steps once.</summary>
    [Range(1, 1000)]
    public int CriticUpdates { get; init; } = 1;
}
