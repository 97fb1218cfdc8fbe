using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Dyad.Numerics;

/// <summary>Steps of optimisers over flat vectors: one pass over memory, no fused arithmetic, the same bits for every vector width.</summary>
internal static unsafe class OptimizerLoops
{
    /// <summary>Gradient descent: parameters -= rate * gradient.</summary>
    /// <param name="parameters">Moved in place.</param>
    /// <param name="gradient">As long as the parameters.</param>
    /// <param name="rate">Step length; negative to ascend.</param>
    public static void Descend<T>(Span<T> parameters, ReadOnlySpan<T> gradient, double rate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        TensorPrimitives.MultiplyAdd(gradient, T.CreateChecked(-rate), parameters, parameters);

    /// <summary>Polyak averaging: target += rate (source - target).</summary>
    /// <param name="target">Moved in place.</param>
    /// <param name="source">As long as the target.</param>
    /// <param name="rate">In [0, 1]; 1 copies, up to rounding.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Average<T>(Span<T> target, ReadOnlySpan<T> source, double rate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (target.Length != source.Length)
        {
            throw new ArgumentException($"{target.Length} targets and {source.Length} sources");
        }

        T r = T.CreateChecked(rate);
        fixed (T* t = target, s = source)
        {
            nint done = Vector512.IsHardwareAccelerated ? Average<Lanes512<T>, Vector512<T>, T>(t, s, target.Length, r)
                : Vector256.IsHardwareAccelerated ? Average<Lanes256<T>, Vector256<T>, T>(t, s, target.Length, r)
                : Average<Lanes128<T>, Vector128<T>, T>(t, s, target.Length, r);
            for (nint i = done; i < target.Length; i++)
            {
                t[i] += r * (s[i] - t[i]);
            }
        }
    }

    /// <summary>
    /// m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; parameters += step m / (sqrt(v correction) + epsilon). Moments that fade
    /// out, as those of units that no longer fire, become 0 before they would become subnormal, which processors are slow at.
    /// </summary>
    internal static void Adam<T>(Span<T> parameters, ReadOnlySpan<T> gradient, Span<T> first, Span<T> second, T step, T correction,
        T beta1, T beta2, T epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        AdamNumbers<T> numbers = new(step, correction, beta1, T.One - beta1, beta2, T.One - beta2, epsilon,
            T.CreateChecked(SmallestMoment<T>()));
        fixed (T* p = parameters, g = gradient, m = first, v = second)
        {
            int n = parameters.Length;
            nint done = Vector512.IsHardwareAccelerated ? Adam<Lanes512<T>, Vector512<T>, T>(p, g, m, v, n, numbers)
                : Vector256.IsHardwareAccelerated ? Adam<Lanes256<T>, Vector256<T>, T>(p, g, m, v, n, numbers)
                : Adam<Lanes128<T>, Vector128<T>, T>(p, g, m, v, n, numbers);
            for (nint i = done; i < n; i++)
            {
                T mean = (beta1 * m[i]) + (numbers.Rest1 * g[i]);
                T square = (beta2 * v[i]) + (numbers.Rest2 * g[i] * g[i]);
                m[i] = T.Abs(mean) < numbers.Smallest ? T.Zero : mean;
                v[i] = square < numbers.Smallest ? T.Zero : square;
                p[i] += step * m[i] / (T.Sqrt(v[i] * correction) + epsilon);
            }
        }
    }

    /// <summary>Moments below become 0.</summary>
    internal static double SmallestMoment<T>() => typeof(T) == typeof(float) ? Math.ScaleB(1, -120) : Math.ScaleB(1, -1000);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint Average<TLanes, TVector, T>(T* target, T* source, nint length, T rate)
        where TLanes : struct, ILanes<TVector, T>
        where TVector : struct
        where T : unmanaged
    {
        TVector r = TLanes.Fill(rate);
        nint i = 0;
        for (; i <= length - TLanes.Count; i += TLanes.Count)
        {
            TVector t = TLanes.Load(target + i);
            TLanes.Store(TLanes.Add(t, TLanes.Multiply(r, TLanes.Subtract(TLanes.Load(source + i), t))), target + i);
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint Adam<TLanes, TVector, T>(T* p, T* g, T* m, T* v, nint length, AdamNumbers<T> numbers)
        where TLanes : struct, ILanes<TVector, T>
        where TVector : struct
        where T : unmanaged
    {
        TVector step = TLanes.Fill(numbers.Step), correction = TLanes.Fill(numbers.Correction);
        TVector beta1 = TLanes.Fill(numbers.Beta1), rest1 = TLanes.Fill(numbers.Rest1);
        TVector beta2 = TLanes.Fill(numbers.Beta2), rest2 = TLanes.Fill(numbers.Rest2), epsilon = TLanes.Fill(numbers.Epsilon);
        TVector smallest = TLanes.Fill(numbers.Smallest), zero = TLanes.Fill(default);
        nint i = 0;
        for (; i <= length - TLanes.Count; i += TLanes.Count)
        {
            TVector x = TLanes.Load(g + i);
            TVector mean = TLanes.Add(TLanes.Multiply(beta1, TLanes.Load(m + i)), TLanes.Multiply(rest1, x));
            TVector square = TLanes.Add(
                TLanes.Multiply(beta2, TLanes.Load(v + i)), TLanes.Multiply(TLanes.Multiply(rest2, x), x));
            mean = TLanes.SelectLess(TLanes.Abs(mean), smallest, zero, mean);
            square = TLanes.SelectLess(square, smallest, zero, square);
            TLanes.Store(mean, m + i);
            TLanes.Store(square, v + i);
            TVector root = TLanes.Add(TLanes.Sqrt(TLanes.Multiply(square, correction)), epsilon);
            TLanes.Store(TLanes.Add(TLanes.Load(p + i), TLanes.Divide(TLanes.Multiply(step, mean), root)), p + i);
        }

        return i;
    }

    private readonly record struct AdamNumbers<T>(T Step, T Correction, T Beta1, T Rest1, T Beta2, T Rest2, T Epsilon, T Smallest);
}
