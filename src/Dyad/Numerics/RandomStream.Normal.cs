using System.Numerics;
using System.Runtime.CompilerServices;

namespace Dyad.Numerics;

public sealed partial class RandomStream
{
    private const int Block = 128;

    /// <summary>
    /// A standard normal number: the inverse of the distribution function at one uniform number (Wichura 1988, algorithm
    /// AS 241), with additions, multiplications, divisions and square roots only.
    /// </summary>
    public double Normal() => NormalQuantiles.Of(Fraction(NextBits()));

    /// <summary>Fills a span with standard normal numbers, one draw each: those that so many calls would give.</summary>
    [SkipLocalsInit]
    public void Normal<T>(Span<T> values)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Span<double> block = stackalloc double[Block];
        while (!values.IsEmpty)
        {
            Span<double> part = block[..Math.Min(Block, values.Length)];
            Fractions(part);
            NormalQuantiles.Apply(part);
            for (int i = 0; i < part.Length; i++)
            {
                values[i] = T.CreateTruncating(part[i]);
            }

            values = values[part.Length..];
        }
    }

    // In (0, 1), an odd multiple of 2^-53.
    private static double Fraction(ulong bits) => ((bits >> 12) + 0.5) * (1.0 / (1UL << 52));

    // The state stays in registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Fractions(Span<double> values)
    {
        ulong s0 = _s0, s1 = _s1, s2 = _s2, s3 = _s3;
        foreach (ref double value in values)
        {
            value = Fraction(Advance(ref s0, ref s1, ref s2, ref s3));
        }

        (_s0, _s1, _s2, _s3) = (s0, s1, s2, s3);
    }
}
