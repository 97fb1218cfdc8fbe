using System.Numerics;
using Dyad.Autodiff;
using Dyad.Environments;

namespace Dyad.Algorithms;

/// <summary>What a Gaussian draws, held within a box of which components may lack bounds.</summary>
internal static class ActionBounds
{
    /// <summary>Actions within the box, rows x actions.</summary>
    /// <param name="action">rows x actions.</param>
    /// <param name="box">The box as agents see it.</param>
    public static Expression<T> Held<T>(Expression<T> action, Box box)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => box.IsBounded
        ? Operations.Clamp(action, -1, 1)
        : Each(action, box, (x, own) => double.IsInfinity(own.Low[0]) && double.IsInfinity(own.High[0]) ? x : Operations.Clamp(x, own.Low[0], own.High[0]));

    /// <summary>Each component by itself, rows x actions.</summary>
    /// <param name="action">rows x actions.</param>
    /// <param name="box">Bounds of all.</param>
    /// <param name="change">What becomes of one, rows x 1, with its bounds.</param>
    public static Expression<T> Each<T>(Expression<T> action, Box box, Func<Expression<T>, Box, Expression<T>> change)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Array.TrueForAll(box.Low, double.IsNegativeInfinity) && Array.TrueForAll(box.High, double.IsPositiveInfinity))
        {
            return action;
        }

        Expression<T>[] parts = [.. Enumerable.Range(0, box.Size).Select(i => change(
            box.Size == 1 ? action : Operations.Slice(action, i, 1), new Box([box.Low[i]], [box.High[i]])))];
        return parts.Length == 1 ? parts[0] : Operations.Concatenate(parts);
    }
}
