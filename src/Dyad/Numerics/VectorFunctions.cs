using System.Numerics;
using System.Runtime.CompilerServices;

namespace Dyad.Numerics;

/// <summary>A function of a vector, element by element.</summary>
internal interface IVectorFunction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    TVector Of<TLanes, TVector>(TVector x)
        where TLanes : struct, ILanes<TVector, T>
        where TVector : struct;
}

/// <summary>exp(x).</summary>
internal readonly struct ExpFunction<T> : IVectorFunction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Of<TLanes, TVector>(TVector x)
        where TLanes : struct, ILanes<TVector, T>
        where TVector : struct => TLanes.Exp(x);
}

/// <summary>1 / (1 + exp(-x)).</summary>
internal readonly struct SigmoidFunction<T> : IVectorFunction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Of<TLanes, TVector>(TVector x)
        where TLanes : struct, ILanes<TVector, T>
        where TVector : struct
    {
        TVector one = TLanes.Fill(T.One);
        return TLanes.Divide(one, TLanes.Add(one, TLanes.Exp(TLanes.Subtract(TLanes.Fill(T.NegativeZero), x))));
    }
}

/// <summary>1 where positive, elsewhere 0.</summary>
internal readonly struct PositiveFunction<T> : IVectorFunction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Of<TLanes, TVector>(TVector x)
        where TLanes : struct, ILanes<TVector, T>
        where TVector : struct => TLanes.Gate(TLanes.Fill(T.One), x);
}

/// <summary>1 inside an interval, elsewhere 0.</summary>
internal readonly struct InsideFunction<T>(T low, T high) : IVectorFunction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Of<TLanes, TVector>(TVector x)
        where TLanes : struct, ILanes<TVector, T>
        where TVector : struct
    {
        TVector zero = TLanes.Fill(T.Zero), one = TLanes.Fill(T.One);
        return TLanes.SelectLess(x, TLanes.Fill(low), zero, TLanes.SelectLess(TLanes.Fill(high), x, zero, one));
    }
}

/// <summary>Held inside an interval.</summary>
internal readonly struct ClampFunction<T>(T low, T high) : IVectorFunction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Of<TLanes, TVector>(TVector x)
        where TLanes : struct, ILanes<TVector, T>
        where TVector : struct
    {
        TVector bottom = TLanes.Fill(low), top = TLanes.Fill(high);
        return TLanes.SelectLess(x, bottom, bottom, TLanes.SelectLess(top, x, top, x));
    }
}

/// <summary>
/// After Cephes (Moshier): below 5/8 a polynomial (float) or rational function (double) of the square, so that small arguments
/// keep their relative accuracy; above, 1 - 2 / (exp(2|x|) + 1).
/// </summary>
internal readonly struct TanhFunction<T> : IVectorFunction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Of<TLanes, TVector>(TVector x)
        where TLanes : struct, ILanes<TVector, T>
        where TVector : struct
    {
        TVector one = TLanes.Fill(T.One), magnitude = TLanes.Abs(x), square = TLanes.Multiply(x, x), small;
        if (typeof(T) == typeof(float))
        {
            TVector p = Number<TLanes, TVector>(-5.70498872745e-3);
            p = TLanes.MultiplyAdd(p, square, Number<TLanes, TVector>(2.06390887954e-2));
            p = TLanes.MultiplyAdd(p, square, Number<TLanes, TVector>(-5.37397155531e-2));
            p = TLanes.MultiplyAdd(p, square, Number<TLanes, TVector>(1.33314422036e-1));
            p = TLanes.MultiplyAdd(p, square, Number<TLanes, TVector>(-3.33332819422e-1));
            small = TLanes.MultiplyAdd(TLanes.Multiply(p, square), x, x);
        }
        else
        {
            TVector p = Number<TLanes, TVector>(-9.64399179425052238628e-1);
            p = TLanes.MultiplyAdd(p, square, Number<TLanes, TVector>(-9.92877231001918586564e1));
            p = TLanes.MultiplyAdd(p, square, Number<TLanes, TVector>(-1.61468768441708447952e3));
            TVector q = TLanes.Add(square, Number<TLanes, TVector>(1.12811678491632931402e2));
            q = TLanes.MultiplyAdd(q, square, Number<TLanes, TVector>(2.23548839060100448583e3));
            q = TLanes.MultiplyAdd(q, square, Number<TLanes, TVector>(4.84406305325125486048e3));
            small = TLanes.MultiplyAdd(TLanes.Multiply(TLanes.Divide(p, q), square), x, x);
        }

        TVector exp = typeof(T) == typeof(float)
            ? SingleExp<TLanes, TVector>(TLanes.Add(magnitude, magnitude))
            : TLanes.Exp(TLanes.Add(magnitude, magnitude));
        TVector large = TLanes.Subtract(one, TLanes.Divide(Number<TLanes, TVector>(2), TLanes.Add(exp, one)));
        return TLanes.SelectLess(magnitude, Number<TLanes, TVector>(0.625), small, TLanes.CopySign(large, x));
    }

    // exp of numbers that are not negative, 2^n exp(r) with |r| <= log(2) / 2 and a polynomial (Cephes), in single precision
    // throughout: the library's goes through double. Beyond 40 it stays where it is.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector SingleExp<TLanes, TVector>(TVector x)
        where TLanes : struct, ILanes<TVector, T>
        where TVector : struct
    {
        TVector most = Number<TLanes, TVector>(40), magic = Number<TLanes, TVector>(1.5 * (1 << 23));
        x = TLanes.SelectLess(most, x, most, x);
        TVector shifted = TLanes.MultiplyAdd(x, Number<TLanes, TVector>(1.44269504088896341), magic);
        TVector n = TLanes.Subtract(shifted, magic);
        TVector r = TLanes.MultiplyAdd(n, Number<TLanes, TVector>(-0.693359375), x);
        r = TLanes.MultiplyAdd(n, Number<TLanes, TVector>(2.12194440e-4), r);
        TVector p = Number<TLanes, TVector>(1.9875691500e-4);
        p = TLanes.MultiplyAdd(p, r, Number<TLanes, TVector>(1.3981999507e-3));
        p = TLanes.MultiplyAdd(p, r, Number<TLanes, TVector>(8.3334519073e-3));
        p = TLanes.MultiplyAdd(p, r, Number<TLanes, TVector>(4.1665795894e-2));
        p = TLanes.MultiplyAdd(p, r, Number<TLanes, TVector>(1.6666665459e-1));
        p = TLanes.MultiplyAdd(p, r, Number<TLanes, TVector>(5.0000001201e-1));
        TVector exp = TLanes.Add(TLanes.MultiplyAdd(TLanes.Multiply(r, r), p, r), TLanes.Fill(T.One));

        // Bits that were shifted may have made a number of what is none.
        return TLanes.MultiplyAdd(TLanes.Fill(T.Zero), x, TLanes.TimesPowerOfTwo(exp, shifted));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Number<TLanes, TVector>(double value)
        where TLanes : struct, ILanes<TVector, T>
        where TVector : struct => TLanes.Fill(T.CreateTruncating(value));
}

/// <summary>max(x, 0) + log(1 + t) with t = exp(-|x|), and log(1 + t) = 2 artanh(t / (2 + t)) as a series.</summary>
internal readonly struct SoftplusFunction<T> : IVectorFunction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Of<TLanes, TVector>(TVector x)
        where TLanes : struct, ILanes<TVector, T>
        where TVector : struct
    {
        TVector zero = TLanes.Fill(T.Zero), two = TLanes.Fill(T.CreateTruncating(2.0));
        TVector t = TLanes.Exp(TLanes.Subtract(zero, TLanes.Abs(x)));
        TVector s = TLanes.Divide(t, TLanes.Add(t, two)), square = TLanes.Multiply(s, s);

        // s <= 1/3, so the terms fall off by 9: 8 suffice for float, 17 for double.
        TVector sum = zero;
        for (int k = typeof(T) == typeof(float) ? 15 : 33; k >= 1; k -= 2)
        {
            sum = TLanes.MultiplyAdd(sum, square, TLanes.Fill(T.CreateTruncating(1.0 / k)));
        }

        return TLanes.Add(TLanes.AtLeast(zero, x), TLanes.Multiply(TLanes.Multiply(two, s), sum));
    }
}
