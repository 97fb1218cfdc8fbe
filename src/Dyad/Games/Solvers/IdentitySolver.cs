using System.Numerics;
using System.Numerics.Tensors;
using Dyad.Core;

namespace Dyad.Games;

/// <summary>
/// x = b / damping, as if A were 0: what a solve is held against, to see what knowing A is worth. Its residual, |A b| / |damping b|,
/// says how far that is from a solution.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="size">Number of unknowns.</param>
public sealed class IdentitySolver<T>(int size) : IImplicitSolver<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] _error = new T[size];

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The damping is not positive.</exception>
    public SolveReport Solve(ICurvature<T> curvature, double damping, ReadOnlySpan<T> b, Span<T> x)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(damping);
        TensorPrimitives.Divide(b, T.CreateChecked(damping), x);
        T squared = LinearStart.Residual<T>(curvature, T.CreateChecked(damping), b, x, _error), target = TensorPrimitives.SumOfSquares(b);
        return new SolveReport(0, target == T.Zero ? 0 : Math.Sqrt(double.CreateChecked(squared) / double.CreateChecked(target)), double.NaN);
    }

    /// <inheritdoc/>
    public void Serialize(StateArchive archive)
    {
    }
}
