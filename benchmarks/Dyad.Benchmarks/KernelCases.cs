using Dyad.Numerics;

namespace Dyad.Benchmarks;

/// <summary>Matrix products of the shapes that small networks need.</summary>
public static class KernelCases
{
    /// <summary>The cases.</summary>
    public static IReadOnlyList<BenchmarkCase> Create() =>
    [
        Product(100, 256, 256, "nn"), Product(100, 256, 256, "nt"), Product(256, 256, 100, "tn"), Product(256, 256, 256, "nn"),
        Product(256, 256, 256, "nt"), Product(256, 256, 256, "tn"),
        Product(100, 256, 23, "nn"), Product(100, 23, 256, "nt"), Product(4000, 64, 32, "nn"), Product(8, 256, 256, "nn"),
        Product(1, 256, 256, "nn"), Product(100, 1, 256, "nn"), Product(100, 12, 256, "nn"), Product(100, 64, 64, "nn"),
        Product(100, 64, 64, "nt"), Product(64, 64, 100, "tn"), Product(1, 12, 256, "nn"), Product(100, 256, 1, "nt"),
        Product(256, 1, 100, "tn"),
    ];

    private static BenchmarkCase Product(int m, int n, int k, string layout)
    {
        var random = new RandomStream(1);
        float[] a = Draw(random, m * k), b = Draw(random, k * n), c = new float[m * n];
        bool ta = layout[0] == 't', tb = layout[1] == 't';
        return new($"matmul-{m}x{n}x{k}-{layout}", 2.0 * m * n * k, () => MatrixProduct.Multiply<float>(m, n, k, a, ta, b, tb, c));
    }

    private static float[] Draw(RandomStream random, int count)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = (float)random.Uniform(-1, 1);
        }

        return values;
    }
}
