using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Dyad.Numerics;

/// <summary>
/// Element-wise functions that <c>TensorPrimitives</c> lacks, or has with too little accuracy or speed. In all of them the
/// result may be written over an argument.
/// </summary>
internal static unsafe class VectorMath
{
    /// <summary><c>y = tanh(x)</c>, within 2 ulp; exactly 1 where it rounds to 1.</summary>
    public static void Tanh<T>(ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Map(x, y, default(TanhFunction<T>));

    /// <summary><c>y = log(1 + exp(x))</c> without overflow, within 4 ulp.</summary>
    public static void Softplus<T>(ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Map(x, y, default(SoftplusFunction<T>));

    /// <summary>
    /// <c>y = exp(x)</c>, with the bits of <c>TensorPrimitives</c>, whose loop a process runs unoptimised for its first second.
    /// </summary>
    public static void Exp<T>(ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (x.Length < Vector128<T>.Count)
        {
            TensorPrimitives.Exp(x, y);
            return;
        }

        Map(x, y, default(ExpFunction<T>));
    }

    /// <summary><c>y = 1 / (1 + exp(-x))</c>, likewise.</summary>
    public static void Sigmoid<T>(ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (x.Length < Vector128<T>.Count)
        {
            TensorPrimitives.Sigmoid(x, y);
            return;
        }

        Map(x, y, default(SigmoidFunction<T>));
    }

    /// <summary>1 where x is positive, elsewhere 0.</summary>
    public static void Positive<T>(ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Map(x, y, default(PositiveFunction<T>));

    /// <summary>1 where low &lt;= x &lt;= high, elsewhere 0.</summary>
    public static void Inside<T>(ReadOnlySpan<T> x, T low, T high, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Map(x, y, new InsideFunction<T>(low, high));

    /// <summary><c>y = min(max(x, low), high)</c>; a NaN stays.</summary>
    public static void Clamp<T>(ReadOnlySpan<T> x, T low, T high, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Map(x, y, new ClampFunction<T>(low, high));

    /// <summary>z = x where y is positive, elsewhere 0.</summary>
    public static void Gate<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> z)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            fixed (T* px = x, py = y, pz = z)
            {
                for (; i <= x.Length - Vector256<T>.Count; i += Vector256<T>.Count)
                {
                    Lanes256<T>.Store(Lanes256<T>.Gate(Lanes256<T>.Load(px + i), Lanes256<T>.Load(py + i)), pz + i);
                }
            }
        }

        for (; i < x.Length; i++)
        {
            z[i] = y[i] > T.Zero ? x[i] : T.Zero;
        }
    }

    private static void Map<TFunction, T>(ReadOnlySpan<T> x, Span<T> y, TFunction function)
        where TFunction : struct, IVectorFunction<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (y.Length < x.Length)
        {
            throw new ArgumentException($"{y.Length} results for {x.Length} arguments", nameof(y));
        }

        fixed (T* px = x, py = y)
        {
            if (Vector512.IsHardwareAccelerated)
            {
                Map<TFunction, Lanes512<T>, Vector512<T>, T>(px, py, x.Length, function);
            }
            else if (Vector256.IsHardwareAccelerated)
            {
                Map<TFunction, Lanes256<T>, Vector256<T>, T>(px, py, x.Length, function);
            }
            else
            {
                Map<TFunction, Lanes128<T>, Vector128<T>, T>(px, py, x.Length, function);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Map<TFunction, TLanes, TVector, T>(T* x, T* y, nint length, TFunction function)
        where TFunction : struct, IVectorFunction<T>
        where TLanes : struct, ILanes<TVector, T>
        where TVector : struct
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int w = TLanes.Count;
        nint i = 0;
        for (; i <= length - w; i += w)
        {
            TLanes.Store(function.Of<TLanes, TVector>(TLanes.Load(x + i)), y + i);
        }

        if (i < length)
        {
            // The rest goes through a vector of its own, so that every element is computed in the same way.
            T* rest = stackalloc T[Vector512<T>.Count];
            TLanes.Store(TLanes.Fill(T.Zero), rest);
            for (nint j = i; j < length; j++)
            {
                rest[j - i] = x[j];
            }

            TLanes.Store(function.Of<TLanes, TVector>(TLanes.Load(rest)), rest);
            for (nint j = i; j < length; j++)
            {
                y[j] = rest[j - i];
            }
        }
    }
}
