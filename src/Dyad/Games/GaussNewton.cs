using System.Numerics;
using Dyad.Autodiff;

namespace Dyad.Games;

/// <summary>The part of a squared error's curvature that is never negative.</summary>
public static class GaussNewton
{
    /// <summary>
    /// The Gauss-Newton curvature of a cost that is a mean of squared errors, summed over some predictions: (2/n) J'J, with J
    /// the derivative of the n predicted values.
    /// </summary>
    /// <param name="player">Whose parameters.</param>
    /// <param name="predictions">Columns of n values.</param>
    public static Func<IReadOnlyList<Expression<T>>, IReadOnlyList<Expression<T>>> Product<T>(Parameters<T> player,
        params Expression<T>[] predictions)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => v => Derivatives.PullBack(
            predictions,
            [.. predictions.Select(q => 2 * Operations.Reciprocal(q) * Derivatives.JacobianVectorProduct(q, player, v))],
            player.Leaves);
}
