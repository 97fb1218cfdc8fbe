using System.ComponentModel.DataAnnotations;
using Dyad.Core;

namespace Dyad.Algorithms;

/// <summary>Which TD error rewards the res-critic.</summary>
public enum ResidualReward
{
    /// <summary>
    /// Without the entropy of the next action, as Wen et al. 2021 print it in appendix D.2.1: with an exact w the actor follows the
    /// value of the reward alone.
    /// </summary>
    AsPublished,

    /// <summary>delta_E, with the entropy of the next action (appendix C.1): with an exact w the actor follows its soft value.</summary>
    Correct,
}

/// <summary>What a res-critic is at the start.</summary>
public enum ResidualStart
{
    /// <summary>0 everywhere, by weights and biases of 0 in its last layer: the actor follows q alone at first.</summary>
    Zero,

    /// <summary>A random network, drawn as the critic is (Wen et al. 2021, algorithm 5: "Initialize parameters theta, phi, psi").</summary>
    Random,
}

/// <summary>Where the bound of the res-critic's reward comes from.</summary>
public enum ClipRule
{
    /// <summary>A number that stays.</summary>
    Fixed,

    /// <summary>A moving average of a quantile of the batch's |TD error|.</summary>
    Adaptive,

    /// <summary>There is none.</summary>
    None,
}

/// <summary>Options of the residual correction (<see cref="Residual"/>).</summary>
public sealed record ResidualOptions
{
    /// <summary>Whether a res-critic corrects the critic that the actor follows.</summary>
    public bool Residual { get; init; }

    /// <summary>What the res-critic is at the start.</summary>
    [Neutral(ResidualStart.Zero)]
    public ResidualStart ResidualStart { get; init; } = ResidualStart.Zero;

    /// <summary>Which TD error rewards the res-critic; the same for methods without entropy.</summary>
    public ResidualReward ResidualReward { get; init; } = ResidualReward.Correct;

    /// <summary>Where the bound of the reward comes from.</summary>
    public ClipRule ResidualClipRule { get; init; } = ClipRule.Fixed;

    /// <summary>c: the reward is held in [-c, c], by the fixed rule; with 0 there is no correction.</summary>
    [Range(0.0, 1e12)]
    public double ResidualClip { get; init; } = 6;

    /// <summary>Quantile of the batch's |TD error| that c follows, by the adaptive rule; 1 for the largest.</summary>
    [Range(0.0, 1.0)]
    public double ResidualClipQuantile { get; init; } = 0.99;

    /// <summary>Share of the batch's quantile that c takes on with each step of the res-critic, by the adaptive rule.</summary>
    [Range(0.0, 1.0)]
    public double ResidualClipRate { get; init; } = 1e-3;

    /// <summary>y of Algo-x-y: steps of the res-critic in an update, each with a batch of its own.</summary>
    [Range(0, 1000)]
    public int ResidualUpdates { get; init; } = 1;

    /// <summary>Step length of the res-critic's Adam.</summary>
    [Range(1e-9, 1.0)]
    public double ResidualLearningRate { get; init; } = 3e-4;

    /// <summary>Whether the critic's TD errors are measured where there is no res-critic, which measures them anyway.</summary>
    public bool TdErrors { get; init; }

    /// <summary>Whether the critic's own steps measure its TD errors.</summary>
    internal bool MeasuresCritic => TdErrors && !Residual;
}
