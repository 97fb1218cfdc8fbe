using System.Numerics;
using System.Numerics.Tensors;

namespace Dyad.Games;

/// <summary>Residuals of linear systems, and where iterative solvers begin.</summary>
internal static class LinearStart
{
    /// <summary>
    /// Scales a start x so that its residual is smallest, and no larger than that of 0: the solution of another batch may have
    /// the right direction and the wrong length.
    /// </summary>
    /// <returns>(r, r) with r = b - (A + shift I) x.</returns>
    public static T Begin<T>(ICurvature<T> curvature, T shift, ReadOnlySpan<T> b, Span<T> x, Span<T> r)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (TensorPrimitives.SumOfSquares<T>(x) == T.Zero)
        {
            b.CopyTo(r);
            return TensorPrimitives.SumOfSquares(b);
        }

        Multiply(curvature, shift, x, r);
        T along = TensorPrimitives.Dot(b, r), length = TensorPrimitives.SumOfSquares<T>(r);
        T scale = along / length;
        if (!T.IsFinite(scale))
        {
            x.Clear();
            b.CopyTo(r);
            return TensorPrimitives.SumOfSquares(b);
        }

        TensorPrimitives.Multiply(x, scale, x);
        TensorPrimitives.MultiplyAdd(r, -scale, b, r);
        return TensorPrimitives.SumOfSquares<T>(r);
    }

    /// <summary>(r, r) with r = b - (A + shift I) x.</summary>
    public static T Residual<T>(ICurvature<T> curvature, T shift, ReadOnlySpan<T> b, ReadOnlySpan<T> x, Span<T> r)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Multiply(curvature, shift, x, r);
        TensorPrimitives.Subtract(b, r, r);
        return TensorPrimitives.SumOfSquares<T>(r);
    }

    private static void Multiply<T>(ICurvature<T> curvature, T shift, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        x.CopyTo(curvature.Direction);
        curvature.Multiply();
        TensorPrimitives.MultiplyAdd(x, shift, curvature.Product, y);
    }
}
