using System.Runtime.CompilerServices;
using ILGPU;

namespace Dyad.Gpu.Kernels;

/// <summary>The functions of <see cref="Dyad.Autodiff.ElementKind"/> in single precision, by arithmetic alone: the same formulas as the processor's loops have.</summary>
internal static class DeviceMath
{
    // 1.5 * 2^23: adding it rounds to an integer, which is in the lowest bits.
    private const float Magic = 12582912f;

    /// <summary>e^x: 2^n e^r with |r| at most log(2) / 2 and a polynomial (Cephes, Moshier); 0 and infinity where it leaves the range.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Exp(float x)
    {
        float held = x < -104f ? -104f : x > 89f ? 89f : x;
        float shifted = (held * 1.44269504088896341f) + Magic;
        float n = shifted - Magic;
        float r = held - (n * 0.693359375f);
        r += n * 2.12194440e-4f;
        float p = 1.9875691500e-4f;
        p = (p * r) + 1.3981999507e-3f;
        p = (p * r) + 8.3334519073e-3f;
        p = (p * r) + 4.1665795894e-2f;
        p = (p * r) + 1.6666665459e-1f;
        p = (p * r) + 5.0000001201e-1f;
        float exp = (p * (r * r)) + r + 1f;

        // In two factors: the power alone may leave the range.
        int power = (int)n, half = power / 2;
        exp = exp * PowerOfTwo(half) * PowerOfTwo(power - half);

        // A NaN stays one.
        return IsNaN(x) ? x : exp;
    }

    /// <summary>The natural logarithm, x = 2^e m with m in [sqrt(1/2), sqrt(2)) and a polynomial (Cephes).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Log(float x)
    {
        if (!(x > 0f))
        {
            return x == 0f ? float.NegativeInfinity : float.NaN;
        }

        if (x == float.PositiveInfinity)
        {
            return x;
        }

        bool tiny = x < 1.17549435e-38f;
        float scaled = tiny ? x * 8388608f : x;
        uint bits = Interop.FloatAsInt(scaled);
        int exponent = (int)(bits >> 23) - 126 - (tiny ? 23 : 0);
        float m = Interop.IntAsFloat((bits & 0x007FFFFFu) | 0x3F000000u);
        if (m < 0.707106781186547524f)
        {
            exponent--;
            m += m;
        }

        m -= 1f;
        float z = m * m;
        float p = 7.0376836292e-2f;
        p = (p * m) - 1.1514610310e-1f;
        p = (p * m) + 1.1676998740e-1f;
        p = (p * m) - 1.2420140846e-1f;
        p = (p * m) + 1.4249322787e-1f;
        p = (p * m) - 1.6668057665e-1f;
        p = (p * m) + 2.0000714765e-1f;
        p = (p * m) - 2.4999993993e-1f;
        p = (p * m) + 3.3333331174e-1f;
        p = p * m * z;
        float e = exponent;
        p += e * -2.12194440e-4f;
        p -= 0.5f * z;
        return m + p + (e * 0.693359375f);
    }

    /// <summary>tanh: below 5/8 a polynomial of the square, above 1 - 2 / (exp(2|x|) + 1) (Cephes).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Tanh(float x)
    {
        float magnitude = x < 0f ? -x : x;
        if (magnitude < 0.625f)
        {
            float square = x * x;
            float p = -5.70498872745e-3f;
            p = (p * square) + 2.06390887954e-2f;
            p = (p * square) - 5.37397155531e-2f;
            p = (p * square) + 1.33314422036e-1f;
            p = (p * square) - 3.33332819422e-1f;
            return (p * square * x) + x;
        }

        float large = 1f - (2f / (Exp(magnitude + magnitude) + 1f));
        return x < 0f ? -large : large;
    }

    /// <summary>log(1 + e^x) = max(x, 0) + 2 artanh(t / (2 + t)) with t = e^-|x|, as a series.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Softplus(float x)
    {
        float t = Exp(x < 0f ? x : -x), s = t / (t + 2f), square = s * s;
        float sum = 1f / 15f;
        sum = (sum * square) + (1f / 13f);
        sum = (sum * square) + (1f / 11f);
        sum = (sum * square) + (1f / 9f);
        sum = (sum * square) + (1f / 7f);
        sum = (sum * square) + (1f / 5f);
        sum = (sum * square) + (1f / 3f);
        sum = (sum * square) + 1f;
        return (x < 0f ? 0f : x) + (2f * s * sum);
    }

    /// <summary>Whether it is no number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsNaN(float x) => (Interop.FloatAsInt(x) & 0x7FFFFFFFu) > 0x7F800000u;

    /// <summary>Whether it is a number, and not an infinite one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsFinite(float x) => (Interop.FloatAsInt(x) & 0x7FFFFFFFu) < 0x7F800000u;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float PowerOfTwo(int n) => Interop.IntAsFloat((uint)(n + 127) << 23);
}
