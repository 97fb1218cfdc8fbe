using System.Numerics;
using Dyad.Autodiff;

namespace Dyad.Games;

/// <summary>
/// A two-player game seen by its leader (Zheng et al. 2021, section 3): the four slots of a Stackelberg step. In a game of two
/// costs f1 (leader) and f2 (follower) all four come from them; methods that estimate the parts in different ways set them apart.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Leader">Parameters of the leader, x.</param>
/// <param name="Follower">Parameters of the follower, y.</param>
/// <param name="LeaderCost">1 x 1; its gradient in the leader's parameters is the direct term.</param>
/// <param name="FollowerCost">1 x 1; what the follower minimises.</param>
public sealed record Game<T>(Parameters<T> Leader, Parameters<T> Follower, Expression<T> LeaderCost, Expression<T> FollowerCost)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The leader's cost as a function of the follower, 1 x 1; its gradient in y is what the implicit term solves for.</summary>
    public Expression<T> LeaderCostInFollower { get; init; } = LeaderCost;

    /// <summary>Product of the follower's curvature with a direction; by default the Hessian of the follower's cost.</summary>
    public Func<IReadOnlyList<Expression<T>>, IReadOnlyList<Expression<T>>> Curvature { get; init; } =
        v => Derivatives.HessianVectorProduct(FollowerCost, Follower, v);

    /// <summary>1 x 1; its mixed second derivative couples the players.</summary>
    public Expression<T> Coupling { get; init; } = FollowerCost;

    /// <summary>
    /// The follower's cost as a sum of mean squared errors, where it is one: then its curvature has a Gauss-Newton part
    /// (<see cref="GaussNewton"/>). Empty where it is none.
    /// </summary>
    public IReadOnlyList<SquaredError<T>> FollowerErrors { get; init; } = [];
}

/// <summary>A cost mean (prediction - target)^2, without a factor 1/2.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Prediction">n x 1, a function of the player that minimises.</param>
/// <param name="Target">n x 1, a function of the other player or of none.</param>
public sealed record SquaredError<T>(Expression<T> Prediction, Expression<T> Target)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>mean (prediction - target)^2, 1 x 1.</summary>
    public Expression<T> Cost => Operations.Mean(Operations.Square(Prediction - Target));
}

/// <summary>Costs of several squared errors.</summary>
public static class SquaredError
{
    /// <summary>The sum of their costs, 1 x 1.</summary>
    public static Expression<T> Sum<T>(IEnumerable<SquaredError<T>> errors)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => errors.Select(error => error.Cost).Aggregate((a, b) => a + b);
}
