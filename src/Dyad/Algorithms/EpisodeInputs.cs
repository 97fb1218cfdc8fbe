using System.Numerics;
using Dyad.Autodiff;

namespace Dyad.Algorithms;

/// <summary>Episodes, whole or cut, one step a row, as inputs of a program.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="steps">Number of steps of all episodes.</param>
/// <param name="episodes">Number of episodes.</param>
/// <param name="observationSize">Numbers in an observation.</param>
/// <param name="actionSize">Numbers in an action.</param>
public sealed class EpisodeInputs<T>(Extent steps, Extent episodes, int observationSize, int actionSize = 1)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Number of episodes.</summary>
    public Extent Episodes { get; } = episodes;

    /// <summary>s_t, steps x observation size.</summary>
    public Input<T> Observation { get; } = new("observation", steps, observationSize);

    /// <summary>a_t where actions are real vectors, steps x action size.</summary>
    public Input<T> Action { get; } = new("action", steps, actionSize);

    /// <summary>a_t where there are finitely many actions, one action number a step.</summary>
    public Indices Choice { get; } = new("choice", steps);

    /// <summary>gamma^t G_t, steps x 1: discounted time times discounted return to go.</summary>
    public Input<T> DiscountedReturn { get; } = new("discounted return", steps, 1);

    /// <summary>Number of the episode that a step belongs to.</summary>
    public Indices Episode { get; } = new("episode", steps);

    /// <summary>s_0, episodes x observation size.</summary>
    public Input<T> FirstObservation { get; } = new("first observation", episodes, observationSize);

    /// <summary>G_0, episodes x 1.</summary>
    public Input<T> Return { get; } = new("return", episodes, 1);
}
