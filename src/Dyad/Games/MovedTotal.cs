using System.Numerics;
using System.Numerics.Tensors;
using Dyad.Numerics;

namespace Dyad.Games;

/// <summary>Central differences of a total derivative along a move of both players, which are put back.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="game">Whose parameters move.</param>
/// <param name="total">What is differenced; nothing of it may depend on computations before.</param>
internal sealed class MovedTotal<T>(Game<T> game, TotalDerivative<T> total)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Where rounding and truncation of a central difference meet.
    private static readonly double Difference = Math.Cbrt(InDouble.Precision<T>());

    private readonly T[] _leader = new T[game.Leader.Count];
    private readonly T[] _follower = new T[game.Follower.Count];

    /// <summary>The step along a direction at which a difference is taken.</summary>
    /// <param name="point">Norm of what moves.</param>
    /// <param name="direction">Norm of the direction.</param>
    public static double StepFor(double point, double direction) => Difference * Math.Max(1, point) / Math.Max(direction, double.Epsilon);

    /// <summary>The derivative of the total derivative along a move.</summary>
    /// <param name="dx">The leader's move.</param>
    /// <param name="dy">The follower's.</param>
    /// <param name="step">How far of it either way.</param>
    /// <param name="result">As long as the leader.</param>
    public void Along(ReadOnlySpan<T> dx, ReadOnlySpan<T> dy, double step, Span<T> result)
    {
        game.Leader.Values.CopyTo(_leader);
        game.Follower.Values.CopyTo(_follower);
        Move(dx, dy, step);
        total.Total.CopyTo(result);
        Move(dx, dy, -step);
        TensorPrimitives.Subtract(result, total.Total, result);
        TensorPrimitives.Multiply(result, T.CreateChecked(1 / (2 * step)), result);
        _leader.CopyTo(game.Leader.Values);
        _follower.CopyTo(game.Follower.Values);
    }

    private void Move(ReadOnlySpan<T> dx, ReadOnlySpan<T> dy, double by)
    {
        TensorPrimitives.MultiplyAdd(dx, T.CreateChecked(by), _leader, game.Leader.Values);
        TensorPrimitives.MultiplyAdd(dy, T.CreateChecked(by), _follower, game.Follower.Values);
        total.Compute();
    }
}
