using System.ComponentModel.DataAnnotations;
using Dyad.Experience;
using Dyad.Networks;

namespace Dyad.Algorithms;

/// <summary>What a gradient is turned into a step by.</summary>
public enum Optimizer
{
    /// <summary>Adam (Kingma and Ba 2015).</summary>
    Adam,

    /// <summary>The learning rate times the gradient, as the pseudo-codes print it.</summary>
    Sgd,
}

/// <summary>What on-policy methods have in common: networks and steps.</summary>
public abstract record OnPolicyOptions
{
    /// <summary>gamma: discount of the next value.</summary>
    [Range(0.0, 1.0)]
    public double Discount { get; init; } = 0.99;

    /// <summary>Hidden units of a layer, in both networks.</summary>
    [Range(1, 4096)]
    public int HiddenWidth { get; init; } = 64;

    /// <summary>Hidden layers of both networks.</summary>
    [Range(1, 8)]
    public int HiddenLayers { get; init; } = 2;

    /// <summary>Hidden units of the last hidden layer; 0: as many as in the others.</summary>
    [Range(0, 4096)]
    public int LastHiddenWidth { get; init; }

    /// <summary>Function between layers.</summary>
    public Activation Activation { get; init; } = Activation.Tanh;

    /// <summary>log sigma at the start, where actions are real vectors; it is learned and the same in all states.</summary>
    [Range(-20.0, 2.0)]
    public double InitialLogDeviation { get; init; } = -0.5;

    /// <summary>How both players step.</summary>
    public Optimizer Optimizer { get; init; } = Optimizer.Adam;

    /// <summary>alpha_theta: step length of the actor.</summary>
    [Range(1e-9, 10.0)]
    public double ActorLearningRate { get; init; } = 1e-3;

    /// <summary>alpha_w: step length of the critic or baseline.</summary>
    [Range(1e-9, 10.0)]
    public double CriticLearningRate { get; init; } = 1e-3;

    /// <summary>
    /// Whether a step at time t counts gamma^t in the actor's gradient, as in the policy gradient of the discounted return;
    /// otherwise every visit counts the same, as in most implementations.
    /// </summary>
    public bool DiscountedVisits { get; init; }

    /// <summary>
    /// Whether observations are seen by their running mean and standard deviation, within [-10, 10] (<see cref="ObservationScaler"/>).
    /// </summary>
    public bool NormalizeObservations { get; init; }

    /// <summary>
    /// Whether rewards are learned from in units of the running standard deviation of their discounted return (<see cref="RewardScaler"/>);
    /// what is reported stays in the task's.
    /// </summary>
    public bool NormalizeRewards { get; init; }

    /// <summary>The largest magnitude of a normalised reward.</summary>
    [Range(1e-3, 1e9)]
    public double NormalizedRewardClip { get; init; } = 10;

    /// <summary>Sizes of a network with the hidden layers.</summary>
    internal int[] Sizes(int inputs, int outputs)
    {
        int[] sizes = [inputs, .. Enumerable.Repeat(HiddenWidth, HiddenLayers), outputs];
        sizes[^2] = LastHiddenWidth > 0 ? LastHiddenWidth : HiddenWidth;
        return sizes;
    }
}
