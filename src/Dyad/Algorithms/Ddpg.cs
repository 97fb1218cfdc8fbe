using System.Numerics;
using Dyad.Autodiff;
using Dyad.Networks;
using static Dyad.Autodiff.Operations;

namespace Dyad.Algorithms;

/// <summary>Options of DDPG.</summary>
public sealed record DdpgOptions
{
    /// <summary>gamma: discount of the next value, in [0, 1].</summary>
    public double Discount { get; init; } = 0.99;
}

/// <summary>
/// Deep deterministic policy gradient (Lillicrap et al. 2016) as a game: the costs of both players.
/// </summary>
public static class Ddpg
{
    /// <summary>
    /// L(theta, w) = mean (Q(s, a) - y)^2 with y = r + gamma (1 - d) Qbar(s', pi(s')); both 1 x 1 and without a factor 1/2.
    /// Derivatives flow through pi: with the current policy the critic's cost depends on the actor (Zheng et al. 2021 need
    /// this; with a target policy the mixed derivative is zero).
    /// </summary>
    /// <param name="batch">Transitions.</param>
    /// <param name="critic">Q.</param>
    /// <param name="targetCritic">Qbar.</param>
    /// <param name="nextPolicy">pi: the current policy, or a target policy for textbook DDPG.</param>
    /// <param name="options">Options.</param>
    public static Expression<T> CriticCost<T>(TransitionInputs<T> batch, ActionValue<T> critic, ActionValue<T> targetCritic,
        DeterministicPolicy<T> nextPolicy, DdpgOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Expression<T> next = targetCritic.Value(batch.NextObservation, nextPolicy.Action(batch.NextObservation));
        return Mean(Square(critic.Value(batch.Observation, batch.Action) - batch.Target(options.Discount, next)));
    }

    /// <summary>-J(theta, w) = -mean Q(s, pi(s)), 1 x 1.</summary>
    public static Expression<T> ActorCost<T>(TransitionInputs<T> batch, ActionValue<T> critic, DeterministicPolicy<T> policy)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        -Mean(critic.Value(batch.Observation, policy.Action(batch.Observation)));
}
