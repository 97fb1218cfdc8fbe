using System.Numerics;
using System.Numerics.Tensors;
using Dyad.Numerics;

namespace Dyad.Tests.Unit.Numerics;

[Trait("Category", "unit")]
public sealed class VectorMathTests
{
    [Fact]
    public void Tanh_is_within_2_ulp_in_float() =>
        Assert.InRange(WorstUlp<float>(VectorMath.Tanh, x => Math.Tanh(x), -12, 12), 0, 2);

    [Fact]
    public void Tanh_is_within_3_ulp_of_the_scalar_library_in_double() =>
        Assert.InRange(WorstUlp<double>(VectorMath.Tanh, Math.Tanh, -12, 12), 0, 3);

    [Fact]
    public void Exp_and_sigmoid_have_the_bits_of_TensorPrimitives()
    {
        var random = new RandomStream(3);
        for (int n = 1; n <= 70; n++)
        {
            Same<float>(TensorPrimitives.Exp, VectorMath.Exp, n);
            Same<double>(TensorPrimitives.Exp, VectorMath.Exp, n);
            Same<float>(TensorPrimitives.Sigmoid, VectorMath.Sigmoid, n);
            Same<double>(TensorPrimitives.Sigmoid, VectorMath.Sigmoid, n);
        }

        void Same<T>(Action<ReadOnlySpan<T>, Span<T>> expected, Action<ReadOnlySpan<T>, Span<T>> actual, int n)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T[] x = [.. Enumerable.Range(0, n).Select(i => T.CreateTruncating(i % 9 == 8 ? 0 : random.Uniform(-1, 1) * Math.Pow(10, random.Uniform(-3, 2.2))))], y = new T[n], z = new T[n];
            expected(x, y);
            actual(x, z);
            Assert.Equal(y, z);
        }
    }

    [Fact]
    public void Tanh_keeps_zero_infinity_and_not_a_number()
    {
        float payload = BitConverter.UInt32BitsToSingle(0x7FC00155);
        float[] x = [0, -0f, 1e-30f, float.PositiveInfinity, float.NegativeInfinity, float.NaN, payload, 20, -20, 1e30f];
        var y = new float[x.Length];
        VectorMath.Tanh<float>(x, y);
        Assert.Equal([0, -0f, 1e-30f, 1, -1, float.NaN, float.NaN, 1, -1, 1], y);
    }

    [Fact]
    public void Softplus_is_within_4_ulp_in_float() =>
        Assert.InRange(WorstUlp<float>(VectorMath.Softplus, x => Math.Max(x, 0) + LogOnePlus(Math.Exp(-Math.Abs(x))), -60, 60), 0, 4);

    [Fact]
    public void Softplus_is_within_8_ulp_in_double() =>
        Assert.InRange(WorstUlp<double>(VectorMath.Softplus, x => Math.Max(x, 0) + LogOnePlus(Math.Exp(-Math.Abs(x))), -300, 300), 0, 8);

    [Fact]
    public void Softplus_neither_overflows_nor_loses_not_a_number()
    {
        double[] x = [1000, -1000, double.NaN];
        var y = new double[3];
        VectorMath.Softplus<double>(x, y);
        Assert.Equal([1000, 0, double.NaN], y);
    }

    // Kahan's correction of log(1 + t) for small t.
    private static double LogOnePlus(double t)
    {
        double u = 1 + t;
        return u == 1 ? t : Math.Log(u) * t / (u - 1);
    }

    private static double WorstUlp<T>(Function<T> function, Func<double, double> reference, double low, double high)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new RandomStream(3);
        var x = new T[100_003];
        for (int i = 0; i < x.Length; i++)
        {
            // Half of them spread over the magnitudes.
            double u = random.Uniform(low, high);
            x[i] = T.CreateChecked(i % 2 == 0 ? u : Math.ScaleB(u, -random.Index(30)));
        }

        var y = new T[x.Length];
        function(x, y);
        double worst = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double expected = reference(double.CreateChecked(x[i]));
            T rounded = T.CreateChecked(expected);
            double ulp = double.CreateChecked(T.BitIncrement(T.Abs(rounded)) - T.Abs(rounded));
            worst = Math.Max(worst, Math.Abs(double.CreateChecked(y[i]) - expected) / ulp);
        }

        return worst;
    }

    private delegate void Function<T>(ReadOnlySpan<T> x, Span<T> y);
}
