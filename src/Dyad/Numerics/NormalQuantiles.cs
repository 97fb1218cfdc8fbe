using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Dyad.Numerics;

/// <summary>
/// The inverse of the normal distribution function (Wichura 1988, algorithm AS 241) of one number, and of many at once with the same
/// bits: additions, multiplications, divisions and square roots only, in one order.
/// </summary>
internal static unsafe class NormalQuantiles
{
    // Probabilities nearer to 0 or 1 than this are rare, and go one by one.
    private const double FarTail = 2e-11;

    private const int Block = 128;

    // Eight coefficients of a numerator, then eight of its denominator, from the highest power.
    private static ReadOnlySpan<double> Central =>
    [
        2.50908092873012267e+3, 3.34305755835881281e+4, 6.72657709270087009e+4, 4.59219539315498715e+4,
        1.37316937655094611e+4, 1.97159095030655144e+3, 1.33141667891784377e+2, 3.38713287279636661,
        5.22649527885285456e+3, 2.87290857357219427e+4, 3.93078958000927106e+4, 2.12137943015865959e+4,
        5.39419602142475111e+3, 6.87187007492057908e+2, 4.23133307016009113e+1, 1,
    ];

    private static ReadOnlySpan<double> Middle =>
    [
        7.74545014278341408e-4, 2.27238449892691846e-2, 2.41780725177450612e-1, 1.27045825245236838,
        3.64784832476320461, 5.76949722146069141, 4.63033784615654530, 1.42343711074968358,
        1.05075007164441684e-9, 5.47593808499534495e-4, 1.51986665636164572e-2, 1.48103976427480075e-1,
        6.89767334985100005e-1, 1.67638483018380385, 2.05319162663775882, 1,
    ];

    private static ReadOnlySpan<double> Far =>
    [
        2.01033439929228813e-7, 2.71155556874348758e-5, 1.24266094738807844e-3, 2.65321895265761231e-2,
        2.96560571828504891e-1, 1.78482653991729133, 5.46378491116411437, 6.65790464350110378,
        2.04426310338993979e-15, 1.42151175831644589e-7, 1.84631831751005468e-5, 7.86869131145613259e-4,
        1.48753612908506149e-2, 1.36929880922735805e-1, 5.99832206555887938e-1, 1,
    ];

    /// <summary>The quantile of one probability.</summary>
    /// <param name="p">In (0, 1).</param>
    public static double Of(double p)
    {
        double q = p - 0.5;
        if (Math.Abs(q) <= 0.425)
        {
            return q * Ratio(Central, 0.180625 - (q * q));
        }

        (double m, double exponent) = Parts(q < 0 ? p : 1 - p);
        double r = Math.Sqrt(-Log(m, exponent));
        double x = r <= 5 ? Ratio(Middle, r - 1.6) : Ratio(Far, r - 5);
        return q < 0 ? -x : x;
    }

    /// <summary>The quantiles of many probabilities, in their place.</summary>
    /// <param name="values">In (0, 1).</param>
    [SkipLocalsInit]
    public static void Apply(Span<double> values)
    {
        double* block = stackalloc double[Block], mantissas = stackalloc double[Block], exponents = stackalloc double[Block];
        byte* tails = stackalloc byte[Block];
        while (!values.IsEmpty)
        {
            int count = Math.Min(Block, values.Length), tail = 0;
            values[..count].CopyTo(new Span<double>(block, count));
            Pad(block, count, 0.5);
            for (int i = 0; i < count; i++)
            {
                double p = block[i];
                if (Math.Abs(p - 0.5) > 0.425)
                {
                    (mantissas[tail], exponents[tail]) = Parts(p < 0.5 ? p : 1 - p);
                    tails[tail++] = (byte)i;
                }
            }

            Pad(mantissas, tail, 1);
            Pad(exponents, tail, -4);
            if (Vector512.IsHardwareAccelerated)
            {
                Run<Lanes512<double>, Vector512<double>>(block, count, mantissas, exponents, tail);
            }
            else if (Vector256.IsHardwareAccelerated)
            {
                Run<Lanes256<double>, Vector256<double>>(block, count, mantissas, exponents, tail);
            }
            else
            {
                Run<Lanes128<double>, Vector128<double>>(block, count, mantissas, exponents, tail);
            }

            for (int i = 0; i < tail; i++)
            {
                double p = values[tails[i]];
                block[tails[i]] = Math.Min(p, 1 - p) < FarTail ? Of(p) : p < 0.5 ? -mantissas[i] : mantissas[i];
            }

            new Span<double>(block, count).CopyTo(values);
            values = values[count..];
        }
    }

    // To a whole number of vectors; a block is one.
    private static void Pad(double* values, int count, double value)
    {
        for (int i = count; i % Vector512<double>.Count != 0; i++)
        {
            values[i] = value;
        }
    }

    private static double Ratio(ReadOnlySpan<double> coefficients, double x)
    {
        double n = coefficients[0], d = coefficients[8];
        for (int i = 1; i < 8; i++)
        {
            n = (n * x) + coefficients[i];
            d = (d * x) + coefficients[i + 8];
        }

        return n / d;
    }

    // x = m 2^e with m in (sqrt(1/2), sqrt(2)]. By the bits: the C library's last ones differ between platforms.
    private static (double Mantissa, double Exponent) Parts(double x)
    {
        long bits = BitConverter.DoubleToInt64Bits(x);
        long exponent = (bits >> 52) - 1023;
        double m = BitConverter.Int64BitsToDouble((bits & 0x000FFFFFFFFFFFFF) | 0x3FF0000000000000);
        return m > 1.4142135623730951 ? (m * 0.5, exponent + 1) : (m, exponent);
    }

    // log x = e log 2 + 2 artanh((m - 1) / (m + 1)).
    private static double Log(double m, double exponent)
    {
        double s = (m - 1) / (m + 1), square = s * s, sum = 0;
        for (int k = 23; k >= 1; k -= 2)
        {
            sum = (sum * square) + (1.0 / k);
        }

        return (exponent * 0.6931471805599453) + (2 * s * sum);
    }

    // The central formula on all of the block; the one of the tails on their mantissas, where its results are left.
    private static void Run<TLanes, TVector>(double* block, int count, double* mantissas, double* exponents, int tail)
        where TLanes : struct, ILanes<TVector, double>
        where TVector : struct
    {
        fixed (double* central = Central, middle = Middle)
        {
            CentralQuantiles<TLanes, TVector>(block, count, central);
            TailQuantiles<TLanes, TVector>(mantissas, exponents, tail, middle);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CentralQuantiles<TLanes, TVector>(double* values, int count, double* coefficients)
        where TLanes : struct, ILanes<TVector, double>
        where TVector : struct
    {
        TVector half = TLanes.Fill(0.5), limit = TLanes.Fill(0.180625);
        for (int i = 0; i < count; i += TLanes.Count)
        {
            TVector q = TLanes.Subtract(TLanes.Load(values + i), half);
            TLanes.Store(TLanes.Multiply(q, Ratio<TLanes, TVector>(coefficients, TLanes.Subtract(limit, TLanes.Multiply(q, q)))), values + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TailQuantiles<TLanes, TVector>(double* values, double* exponents, int count, double* coefficients)
        where TLanes : struct, ILanes<TVector, double>
        where TVector : struct
    {
        TVector zero = TLanes.Fill(0), one = TLanes.Fill(1), two = TLanes.Fill(2), offset = TLanes.Fill(1.6), log2 = TLanes.Fill(0.6931471805599453);
        for (int i = 0; i < count; i += TLanes.Count)
        {
            TVector m = TLanes.Load(values + i);
            TVector s = TLanes.Divide(TLanes.Subtract(m, one), TLanes.Add(m, one)), square = TLanes.Multiply(s, s), sum = zero;
            for (int k = 23; k >= 1; k -= 2)
            {
                sum = TLanes.Add(TLanes.Multiply(sum, square), TLanes.Fill(1.0 / k));
            }

            TVector log = TLanes.Add(TLanes.Multiply(TLanes.Load(exponents + i), log2), TLanes.Multiply(TLanes.Multiply(two, s), sum));
            TVector r = TLanes.Sqrt(TLanes.Subtract(zero, log));
            TLanes.Store(Ratio<TLanes, TVector>(coefficients, TLanes.Subtract(r, offset)), values + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Ratio<TLanes, TVector>(double* coefficients, TVector x)
        where TLanes : struct, ILanes<TVector, double>
        where TVector : struct
    {
        TVector n = TLanes.Fill(coefficients[0]), d = TLanes.Fill(coefficients[8]);
        for (int i = 1; i < 8; i++)
        {
            n = TLanes.Add(TLanes.Multiply(n, x), TLanes.Fill(coefficients[i]));
            d = TLanes.Add(TLanes.Multiply(d, x), TLanes.Fill(coefficients[i + 8]));
        }

        return TLanes.Divide(n, d);
    }
}
