using System.Numerics;
using System.Runtime.Intrinsics;
using Dyad.Numerics;

namespace Dyad.Tests.Unit.Numerics;

[Trait("Category", "unit")]
public sealed class MatrixProductTests
{
    private static readonly int[] Sizes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 16, 17, 23, 32, 33, 47, 64, 65, 100];

    [Fact]
    public void Every_shape_layout_start_and_vector_width_gives_the_sums_in_the_order_of_k()
    {
        var random = new RandomStream(1);
        for (int trial = 0; trial < 3000; trial++)
        {
            int m = Sizes[random.Index(Sizes.Length)], n = Sizes[random.Index(Sizes.Length)];
            int k = random.Index(12) == 0 ? 300 + random.Index(300) : Sizes[random.Index(Sizes.Length)];
            Check<float>(random, m, n, k);
            Check<double>(random, m, n, k);
        }
    }

    [Fact]
    public void Row_alone_has_the_bits_it_has_in_a_batch()
    {
        var random = new RandomStream(2);
        foreach ((int n, int k) in new[] { (256, 256), (12, 256), (256, 17), (7, 5), (100, 300) })
        {
            float[] a = Draw<float>(random, 50 * k), b = Draw<float>(random, k * n), bias = Draw<float>(random, n);
            var batch = new float[50 * n];
            var alone = new float[n];
            MatrixProduct.Affine<float>(50, n, k, a, b, bias, batch, rectify: true);
            for (int i = 0; i < 50; i++)
            {
                MatrixProduct.Affine<float>(1, n, k, a.AsSpan(i * k, k), b, bias, alone, rectify: true);
                Assert.Equal(alone, batch.AsSpan(i * n, n).ToArray());
            }
        }
    }

    [Fact]
    public void Not_a_number_survives_rectifying()
    {
        var c = new float[40];
        float[] a = [float.NaN], b = Enumerable.Repeat(1f, 40).ToArray();
        MatrixProduct.Affine<float>(1, 40, 1, a, b, new float[40], c, rectify: true);
        Assert.All(c, x => Assert.True(float.IsNaN(x)));
    }

    [Fact]
    public void Short_span_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(() =>
            MatrixProduct.Multiply<float>(2, 3, 4, new float[8], false, new float[11], false, new float[6]));
        Assert.Contains("4 x 3", error.Message, StringComparison.Ordinal);
    }

    private static unsafe void Check<T>(RandomStream random, int m, int n, int k)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] a = Draw<T>(random, m * k), b = Draw<T>(random, k * n), start = Draw<T>(random, m * n), gate = Draw<T>(random, m * n);
        bool ta = random.Index(2) == 0, tb = random.Index(2) == 0;
        int startKind = random.Index(4), gated = random.Index(3), rectified = random.Index(3);
        var expected = (T[])start.Clone();
        fixed (T* pa = a, pb = b, ps = start, pg = gate, pe = expected)
        {
            Product<T> product = MatrixProduct.Describe(m, n, k, pa, ta, pb, tb, pe);
            product.Gate = gated == 0 ? pg : null;
            product.Rectify = rectified == 0;
            product.StartRow = startKind == 1 ? 0 : n;
            product.Start = startKind switch { 0 => null, 3 => pe, _ => ps };
            MatrixProduct.RunScalar(product);
            bool exact = !(product.AStep == 1 && product.BStep == 1 && (m == 1 || n == 1));
            string what = $"{m}x{n}x{k} {(ta ? "T" : "N")}{(tb ? "T" : "N")} start {startKind} gate {gated} floor {rectified}";
            foreach (int bits in new[] { 512, 256, 128 })
            {
                var actual = (T[])start.Clone();
                fixed (T* pc = actual)
                {
                    product.C = pc;
                    product.Start = startKind switch { 0 => null, 3 => pc, _ => ps };
                    Run(product, bits);
                }

                for (int i = 0; i < actual.Length; i++)
                {
                    double tolerance = exact ? 0 : 2e-6 * k;
                    Assert.True(Math.Abs(double.CreateChecked(actual[i] - expected[i])) <= tolerance,
                        $"{typeof(T).Name} {what} {bits} bits [{i}]: {actual[i]}, not {expected[i]}");
                }
            }
        }
    }

    private static void Run<T>(in Product<T> product, int bits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        switch (bits)
        {
            case 512:
                MatrixProduct.Run<Lanes512<T>, Vector512<T>, T>(product);
                break;
            case 256:
                MatrixProduct.Run<Lanes256<T>, Vector256<T>, T>(product);
                break;
            default:
                MatrixProduct.Run<Lanes128<T>, Vector128<T>, T>(product);
                break;
        }
    }

    private static T[] Draw<T>(RandomStream random, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var values = new T[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = T.CreateChecked(random.Uniform(-1, 1));
        }

        return values;
    }
}
