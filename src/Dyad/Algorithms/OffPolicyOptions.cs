using System.ComponentModel.DataAnnotations;
using Dyad.Algorithms.Rules;

namespace Dyad.Algorithms;

/// <summary>What off-policy methods have in common: the gradient rule, networks, replay, and when updates happen.</summary>
public abstract record OffPolicyOptions : RuleOptions
{
    /// <summary>gamma: discount of the next value.</summary>
    [Range(0.0, 1.0)]
    public double Discount { get; init; } = 0.99;

    /// <summary>Hidden units of a layer, in all networks.</summary>
    [Range(1, 4096)]
    public int HiddenWidth { get; init; } = 256;

    /// <summary>Hidden layers of all networks.</summary>
    [Range(1, 8)]
    public int HiddenLayers { get; init; } = 2;

    /// <summary>Step length of the actor's Adam.</summary>
    [Range(1e-9, 1.0)]
    public double ActorLearningRate { get; init; }

    /// <summary>Step length of the critic's Adam.</summary>
    [Range(1e-9, 1.0)]
    public double CriticLearningRate { get; init; }

    /// <summary>Transitions in a batch.</summary>
    [Range(1, 65536)]
    public int BatchSize { get; init; }

    /// <summary>Transitions that the replay buffer keeps.</summary>
    [Range(1, 100_000_000)]
    public int ReplayCapacity { get; init; } = 1_000_000;

    /// <summary>Environment steps with uniformly random actions at the start.</summary>
    [Range(0, 100_000_000)]
    public int RandomSteps { get; init; } = 1000;

    /// <summary>Environment steps before the first update.</summary>
    [Range(1, 100_000_000)]
    public int UpdateAfter { get; init; } = 1000;

    /// <summary>k: environment steps between two rounds of updates.</summary>
    [Range(1, 100_000_000)]
    public int UpdateEvery { get; init; } = 1;

    /// <summary>Updates of the actor in a round.</summary>
    [Range(1, 100_000)]
    public int UpdatesPerRound { get; init; } = 1;

    /// <summary>x of Algo-x-y: updates of the critic, each with a batch of its own, for each update of the actor.</summary>
    [Range(1, 1000)]
    public int CriticUpdates { get; init; } = 1;

    /// <summary>tau: share of a network that its target takes on after each update.</summary>
    [Range(0.0, 1.0)]
    public double TargetRate { get; init; } = 0.005;

    /// <summary>Sizes of a network with the hidden layers.</summary>
    internal int[] Sizes(int inputs, int outputs) => [inputs, .. Enumerable.Repeat(HiddenWidth, HiddenLayers), outputs];
}
