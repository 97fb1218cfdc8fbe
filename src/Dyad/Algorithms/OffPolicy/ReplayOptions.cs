using System.ComponentModel.DataAnnotations;
using Dyad.Experience;

namespace Dyad.Algorithms;

/// <summary>What methods that learn from a replay buffer have in common: networks, replay, and when updates happen.</summary>
public abstract record ReplayOptions
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

    /// <summary>Environments that step together; an environment step is a step of one of them.</summary>
    [Range(1, 4096)]
    public int Environments { get; init; } = 1;

    /// <summary>n: steps whose rewards a transition has, so that targets are n-step returns; they are not corrected for being off-policy.</summary>
    [Range(1, 1000)]
    public int NSteps { get; init; } = 1;

    /// <summary>Transitions in a batch.</summary>
    [Range(1, 65536)]
    public int BatchSize { get; init; }

    /// <summary>Transitions that the replay buffer keeps.</summary>
    [Range(1, 100_000_000)]
    public int ReplayCapacity { get; init; } = 1_000_000;

    /// <summary>Environment steps before the first update.</summary>
    [Range(1, 100_000_000)]
    public int UpdateAfter { get; init; } = 1000;

    /// <summary>k: environment steps between two rounds of updates.</summary>
    [Range(1, 100_000_000)]
    public int UpdateEvery { get; init; } = 1;

    /// <summary>Updates in a round.</summary>
    [Range(1, 100_000)]
    public int UpdatesPerRound { get; init; } = 1;

    /// <summary>tau: share of a network that its target takes on after each update.</summary>
    [Range(0.0, 1.0)]
    public double TargetRate { get; init; } = 0.005;

    /// <summary>
    /// Whether observations are seen by their running mean and standard deviation, within [-10, 10] (<see cref="ObservationScaler"/>).
    /// </summary>
    public bool NormalizeObservations { get; init; }

    /// <summary>What lies between a direction and a step along it.</summary>
    public StepOptions Step { get; init; } = new();

    /// <summary>
    /// Whether rewards are learned from in units of the running standard deviation of their discounted return (<see cref="RewardScaler"/>);
    /// what is reported stays in the task's.
    /// </summary>
    public bool NormalizeRewards { get; init; }

    /// <summary>The largest magnitude of a normalised reward.</summary>
    [Range(1e-3, 1e9)]
    public double NormalizedRewardClip { get; init; } = 10;

    /// <summary>Whether each transition has a discount of its own.</summary>
    internal bool HasDiscounts => NSteps > 1;

    /// <summary>Sizes of a network with the hidden layers.</summary>
    internal int[] Sizes(int inputs, int outputs) => [inputs, .. Enumerable.Repeat(HiddenWidth, HiddenLayers), outputs];
}
