using System.Numerics;
using Dyad.Autodiff;
using Dyad.Networks;
using static Dyad.Autodiff.Operations;

namespace Dyad.Algorithms;

/// <summary>Options of the on-policy actor-critic.</summary>
public sealed record ActorCriticOptions
{
    /// <summary>gamma: discount, in [0, 1].</summary>
    public double Discount { get; init; } = 0.99;
}

/// <summary>Whole episodes, one step a row, as inputs of a program.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="steps">Number of steps of all episodes.</param>
/// <param name="episodes">Number of episodes.</param>
/// <param name="observationSize">Numbers in an observation.</param>
public sealed class EpisodeInputs<T>(Extent steps, Extent episodes, int observationSize)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Number of episodes.</summary>
    public Extent Episodes { get; } = episodes;

    /// <summary>s_t, steps x observation size.</summary>
    public Input<T> Observation { get; } = new("observation", steps, observationSize);

    /// <summary>a_t, one action number a step.</summary>
    public Indices Action { get; } = new("action", steps);

    /// <summary>gamma^t G_t, steps x 1: discounted time times discounted return to go.</summary>
    public Input<T> DiscountedReturn { get; } = new("discounted return", steps, 1);

    /// <summary>Number of the episode that a step belongs to.</summary>
    public Indices Episode { get; } = new("episode", steps);

    /// <summary>s_0, episodes x observation size.</summary>
    public Input<T> FirstObservation { get; } = new("first observation", episodes, observationSize);

    /// <summary>G_0, episodes x 1.</summary>
    public Input<T> Return { get; } = new("return", episodes, 1);
}

/// <summary>
/// On-policy actor-critic with a state-value critic, from whole episodes, as a game: the costs that its Stackelberg form (STAC)
/// is made of.
/// </summary>
public static class ActorCritic
{
    /// <summary>
    /// A cost whose gradient is minus the policy gradient, mean over episodes of sum_t gamma^t grad log pi(a_t|s_t) G_t; 1 x 1.
    /// </summary>
    public static Expression<T> ActorCost<T>(EpisodeInputs<T> batch, CategoricalPolicy<T> policy)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => -Mean(Scores(batch, policy));

    /// <summary>The actor's cost as a function of the critic: -mean V(s_0), 1 x 1.</summary>
    public static Expression<T> ActorCostInCritic<T>(EpisodeInputs<T> batch, StateValue<T> critic)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => -Mean(critic.Value(batch.FirstObservation));

    /// <summary>L(w) = mean (V(s_0) - G_0)^2, 1 x 1.</summary>
    public static Expression<T> CriticCost<T>(EpisodeInputs<T> batch, StateValue<T> critic)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Mean(Square(critic.Value(batch.FirstObservation) - batch.Return));

    /// <summary>
    /// An expression whose mixed second derivative is that of L (Zheng et al. 2021, proposition 1, with the factor 2 of the
    /// workshop version): mean 2 (G_0 - V(s_0)) sum_t gamma^t log pi(a_t|s_t) G_t; 1 x 1. Its value means nothing.
    /// </summary>
    public static Expression<T> Coupling<T>(EpisodeInputs<T> batch, CategoricalPolicy<T> policy, StateValue<T> critic)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Mean(2 * (batch.Return - critic.Value(batch.FirstObservation)) * Scores(batch, policy));

    // sum_t gamma^t log pi(a_t|s_t) G_t of every episode, episodes x 1.
    private static Expression<T> Scores<T>(EpisodeInputs<T> batch, CategoricalPolicy<T> policy)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => ScatterRows(
            batch.DiscountedReturn * policy.LogProbability(batch.Observation, batch.Action), batch.Episode, batch.Episodes);
}
