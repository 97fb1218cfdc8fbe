using Dyad.Autodiff;
using Dyad.Experience;

namespace Dyad.Algorithms;

/// <summary>The policy that an agent explores with in training, at its parameters of the moment.</summary>
/// <param name="Observation">s, rows x observation size.</param>
/// <param name="Noise">Standard normal, rows x action size; not read where actions are finitely many.</param>
/// <param name="Move">
/// a, rows x action size, and its entropy; log pi(.|s), rows x actions, where they are finitely many, those of several choices beside one another.
/// </param>
public sealed record ExploringPolicy(Input<float> Observation, Input<float> Noise, NextMove<float> Move)
{
    /// <summary>
    /// How many values each choice has that an action is made of, none where actions are real vectors: a choice is drawn by inversion of
    /// its distribution function.
    /// </summary>
    public IReadOnlyList<int> Choices { get; init; } = [];

    /// <summary>What observations are seen by; null for nothing.</summary>
    public ObservationScaler? Scaler { get; init; }

    /// <summary>In what unit the agent learns from rewards, and so its objective is; null for the task's.</summary>
    public RewardScaler? Rewards { get; init; }
}
