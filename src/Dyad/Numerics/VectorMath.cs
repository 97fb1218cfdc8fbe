using System.Numerics;

namespace Dyad.Numerics;

/// <summary>Element-wise functions that <c>TensorPrimitives</c> lacks, or has with too little accuracy or speed.</summary>
public static partial class VectorMath
{
    /// <summary><c>y = tanh(x)</c>; the spans may be the same.</summary>
    public static void Tanh<T>(ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < x.Length; i++)
        {
            y[i] = T.Tanh(x[i]);
        }
    }

    /// <summary><c>y = log(1 + exp(x))</c> without overflow; the spans may be the same.</summary>
    public static void Softplus<T>(ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < x.Length; i++)
        {
            y[i] = T.Max(x[i], T.Zero) + T.CreateChecked(Math.Log(1 + Math.Exp(-Math.Abs(double.CreateChecked(x[i])))));
        }
    }

    /// <summary>1 where x is positive, elsewhere 0; the spans may be the same.</summary>
    public static void Positive<T>(ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < x.Length; i++)
        {
            y[i] = x[i] > T.Zero ? T.One : T.Zero;
        }
    }

    /// <summary>1 where low &lt;= x &lt;= high, elsewhere 0; the spans may be the same.</summary>
    public static void Inside<T>(ReadOnlySpan<T> x, T low, T high, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < x.Length; i++)
        {
            y[i] = x[i] >= low && x[i] <= high ? T.One : T.Zero;
        }
    }

    /// <summary><c>y = min(max(x, low), high)</c>; a NaN stays; the spans may be the same.</summary>
    public static void Clamp<T>(ReadOnlySpan<T> x, T low, T high, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < x.Length; i++)
        {
            y[i] = x[i] < low ? low : x[i] > high ? high : x[i];
        }
    }

    /// <summary>z = x where y is positive, elsewhere 0; z may be either.</summary>
    public static void Gate<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> z)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < x.Length; i++)
        {
            z[i] = y[i] > T.Zero ? x[i] : T.Zero;
        }
    }
}
