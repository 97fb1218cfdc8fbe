using System.Numerics;
using Dyad.Autodiff;
using Dyad.Games;

namespace Dyad.Algorithms.Rules;

/// <summary>What a method states once, on one batch: the costs of both players, both minimised.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Actor">theta.</param>
/// <param name="Critic">w.</param>
/// <param name="ActorCost">-J(theta, w), 1 x 1.</param>
/// <param name="CriticCost">L(theta, w), 1 x 1.</param>
public sealed record ActorCriticGame<T>(
    Parameters<T> Actor, Parameters<T> Critic, Expression<T> ActorCost, Expression<T> CriticCost)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The actor's cost as a function of the critic, 1 x 1: its gradient in w is what a leading actor solves for.</summary>
    public Expression<T> ActorCostInCritic { get; init; } = ActorCost;

    /// <summary>L as a sum of mean squared errors, where it is one.</summary>
    public IReadOnlyList<SquaredError<T>> CriticErrors { get; init; } = [];

    /// <summary>What else is computed with the actor's direction, each in one vector.</summary>
    public IReadOnlyList<Expression<T>> ActorMeasures { get; init; } = [];

    /// <summary>What else is computed with the critic's direction, each in one vector.</summary>
    public IReadOnlyList<Expression<T>> CriticMeasures { get; init; } = [];

    /// <summary>The game seen by a leader.</summary>
    public Game<T> LedBy(Player leader) => leader == Player.Actor
        ? new Game<T>(Actor, Critic, ActorCost, CriticCost) { LeaderCostInFollower = ActorCostInCritic, FollowerErrors = CriticErrors }
        : new Game<T>(Critic, Actor, CriticCost, ActorCost);
}
