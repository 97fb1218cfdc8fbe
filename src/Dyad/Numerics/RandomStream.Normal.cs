using System.Numerics;

namespace Dyad.Numerics;

public sealed partial class RandomStream
{
    /// <summary>
    /// A standard normal number: the inverse of the distribution function at one uniform number (Wichura 1988, algorithm
    /// AS 241), with additions, multiplications, divisions and square roots only.
    /// </summary>
    public double Normal() => NormalQuantile(((NextBits() >> 12) + 0.5) * (1.0 / (1UL << 52)));

    /// <summary>Fills a span with standard normal numbers, one draw each.</summary>
    public void Normal<T>(Span<T> values)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        foreach (ref T value in values)
        {
            value = T.CreateTruncating(Normal());
        }
    }

    /// <summary>Fills a span with 0 .. length - 1 in random order (Fisher and Yates).</summary>
    public void Permutation(Span<int> order)
    {
        for (int i = 0; i < order.Length; i++)
        {
            int j = Index(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
    }

    internal static double NormalQuantile(double p)
    {
        double q = p - 0.5;
        if (Math.Abs(q) <= 0.425)
        {
            return q * CentralRatio(0.180625 - (q * q));
        }

        double r = Math.Sqrt(-LogOfFraction(q < 0 ? p : 1 - p));
        double x = r <= 5 ? MiddleRatio(r - 1.6) : FarRatio(r - 5);
        return q < 0 ? -x : x;
    }

    private static double CentralRatio(double x)
    {
        double n = 2.50908092873012267e+3;
        n = (n * x) + 3.34305755835881281e+4;
        n = (n * x) + 6.72657709270087009e+4;
        n = (n * x) + 4.59219539315498715e+4;
        n = (n * x) + 1.37316937655094611e+4;
        n = (n * x) + 1.97159095030655144e+3;
        n = (n * x) + 1.33141667891784377e+2;
        n = (n * x) + 3.38713287279636661;
        double d = 5.22649527885285456e+3;
        d = (d * x) + 2.87290857357219427e+4;
        d = (d * x) + 3.93078958000927106e+4;
        d = (d * x) + 2.12137943015865959e+4;
        d = (d * x) + 5.39419602142475111e+3;
        d = (d * x) + 6.87187007492057908e+2;
        d = (d * x) + 4.23133307016009113e+1;
        d = (d * x) + 1;
        return n / d;
    }

    private static double MiddleRatio(double x)
    {
        double n = 7.74545014278341408e-4;
        n = (n * x) + 2.27238449892691846e-2;
        n = (n * x) + 2.41780725177450612e-1;
        n = (n * x) + 1.27045825245236838;
        n = (n * x) + 3.64784832476320461;
        n = (n * x) + 5.76949722146069141;
        n = (n * x) + 4.63033784615654530;
        n = (n * x) + 1.42343711074968358;
        double d = 1.05075007164441684e-9;
        d = (d * x) + 5.47593808499534495e-4;
        d = (d * x) + 1.51986665636164572e-2;
        d = (d * x) + 1.48103976427480075e-1;
        d = (d * x) + 6.89767334985100005e-1;
        d = (d * x) + 1.67638483018380385;
        d = (d * x) + 2.05319162663775882;
        d = (d * x) + 1;
        return n / d;
    }

    private static double FarRatio(double x)
    {
        double n = 2.01033439929228813e-7;
        n = (n * x) + 2.71155556874348758e-5;
        n = (n * x) + 1.24266094738807844e-3;
        n = (n * x) + 2.65321895265761231e-2;
        n = (n * x) + 2.96560571828504891e-1;
        n = (n * x) + 1.78482653991729133;
        n = (n * x) + 5.46378491116411437;
        n = (n * x) + 6.65790464350110378;
        double d = 2.04426310338993979e-15;
        d = (d * x) + 1.42151175831644589e-7;
        d = (d * x) + 1.84631831751005468e-5;
        d = (d * x) + 7.86869131145613259e-4;
        d = (d * x) + 1.48753612908506149e-2;
        d = (d * x) + 1.36929880922735805e-1;
        d = (d * x) + 5.99832206555887938e-1;
        d = (d * x) + 1;
        return n / d;
    }

    // log x = e log 2 + 2 artanh((m - 1) / (m + 1)) with x = m 2^e: the C library's last bits differ between platforms.
    private static double LogOfFraction(double x)
    {
        long bits = BitConverter.DoubleToInt64Bits(x);
        int exponent = (int)(bits >> 52) - 1023;
        double m = BitConverter.Int64BitsToDouble((bits & 0x000FFFFFFFFFFFFF) | 0x3FF0000000000000);
        if (m > 1.4142135623730951)
        {
            m *= 0.5;
            exponent++;
        }

        double s = (m - 1) / (m + 1), square = s * s, sum = 0;
        for (int k = 23; k >= 1; k -= 2)
        {
            sum = (sum * square) + (1.0 / k);
        }

        return (exponent * 0.6931471805599453) + (2 * s * sum);
    }
}
