using System.Numerics;
using Dyad.Autodiff;
using Dyad.Games;

namespace Dyad.Algorithms.Rules;

/// <summary>A player.</summary>
public enum Player
{
    /// <summary>theta.</summary>
    Actor,

    /// <summary>w.</summary>
    Critic,
}

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
    /// <summary>The actor's cost where it leads, 1 x 1.</summary>
    public Expression<T> LeadingActorCost { get; init; } = ActorCost;

    /// <summary>The actor's cost as a function of the critic, 1 x 1: its gradient in w is what a leading actor solves for.</summary>
    public Expression<T> ActorCostInCritic { get; init; } = ActorCost;

    /// <summary>L as a sum of mean squared errors, where it is one.</summary>
    public IReadOnlyList<SquaredError<T>> CriticErrors { get; init; } = [];

    /// <summary>The game that the actor leads, where its four slots do not come from the costs; null where they do.</summary>
    public Game<T>? LedByActor { get; init; }

    /// <summary>What else is computed with the actor's direction.</summary>
    public IReadOnlyList<Measure<T>> ActorMeasures { get; init; } = [];

    /// <summary>What else is computed with the critic's direction.</summary>
    public IReadOnlyList<Measure<T>> CriticMeasures { get; init; } = [];

    /// <summary>One player's side of the game.</summary>
    public PlayerCost<T> Of(Player player) => player == Player.Actor
        ? new PlayerCost<T>(Actor, ActorCost, ActorMeasures)
        : new PlayerCost<T>(Critic, CriticCost, CriticMeasures);

    /// <summary>The game seen by a leader: the four slots of a Stackelberg step.</summary>
    public Game<T> LedBy(Player leader) => leader == Player.Actor
        ? LedByActor ?? new Game<T>(Actor, Critic, LeadingActorCost, CriticCost) { LeaderCostInFollower = ActorCostInCritic, FollowerErrors = CriticErrors }
        : new Game<T>(Critic, Actor, CriticCost, ActorCost);
}

/// <summary>Makes games.</summary>
public static class ActorCriticGame
{
    /// <summary>A game whose critic regresses on a target.</summary>
    /// <param name="actor">theta.</param>
    /// <param name="critic">w.</param>
    /// <param name="actorCost">-J(theta, w), 1 x 1.</param>
    /// <param name="startActorCost">(1 - gamma) times the same over states that episodes began in.</param>
    /// <param name="replayedActorCost">The same on replayed actions, for the semi-gradient of Wen et al. 2021, eq. 42.</param>
    /// <param name="criticErrors">L(theta, w) is the sum of their costs.</param>
    /// <param name="options">Which of these costs is a leading actor's, and which as a function of the critic.</param>
    public static ActorCriticGame<T> Of<T>(Parameters<T> actor, Parameters<T> critic, Expression<T> actorCost, Func<Expression<T>> startActorCost,
        Expression<T> replayedActorCost, IReadOnlyList<SquaredError<T>> criticErrors, RuleOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Expression<T> leading = options.LeadsFromStarts ? startActorCost() : actorCost;
        return new ActorCriticGame<T>(actor, critic, actorCost, SquaredError.Sum(criticErrors))
        {
            CriticErrors = criticErrors,
            LeadingActorCost = leading,
            ActorCostInCritic = options.LeaderDerivative == LeaderDerivative.CurrentAction ? leading : replayedActorCost,
        };
    }
}

/// <summary>A player's side of a game.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Player">Who minimises.</param>
/// <param name="Cost">What, 1 x 1.</param>
/// <param name="Measures">What else is computed with the player's direction.</param>
public sealed record PlayerCost<T>(Parameters<T> Player, Expression<T> Cost, IReadOnlyList<Measure<T>> Measures)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;

/// <summary>Something that is computed along with a player's direction, known by its name.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Name">Among the measures of the player; that of the metric, where it is one.</param>
/// <param name="Value">What is computed.</param>
/// <param name="Metric">
/// What of a 1 x 1 value is reported, as a mean over the player's steps; null where the value is not reported.
/// </param>
public sealed record Measure<T>(string Name, Expression<T> Value, Func<double, double>? Metric = null)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;
