using System.Numerics;
using Dyad.Numerics;

namespace Dyad.Networks;

/// <summary>Random matrices with orthonormal rows or columns, whichever are fewer.</summary>
internal static class Orthogonal
{
    /// <summary>Fills a row-major matrix; uniformly distributed, by Gram-Schmidt on normal vectors.</summary>
    public static void Draw<T>(Span<T> matrix, int rows, int columns, RandomStream random, double gain)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool tall = rows >= columns;
        int count = tall ? columns : rows, length = tall ? rows : columns;
        var vectors = new double[count][];
        for (int i = 0; i < count; i++)
        {
            double[] v = vectors[i] = new double[length];
            for (int k = 0; k < length; k++)
            {
                v[k] = random.Normal();
            }

            // Twice, since the first pass leaves rounding errors where much cancels.
            for (int pass = 0; pass < 2; pass++)
            {
                for (int j = 0; j < i; j++)
                {
                    double dot = Dot(v, vectors[j]);
                    for (int k = 0; k < length; k++)
                    {
                        v[k] -= dot * vectors[j][k];
                    }
                }
            }

            double norm = Math.Sqrt(Dot(v, v));
            for (int k = 0; k < length; k++)
            {
                v[k] /= norm;
                matrix[tall ? (k * columns) + i : (i * columns) + k] = T.CreateChecked(gain * v[k]);
            }
        }
    }

    private static double Dot(double[] x, double[] y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            sum += x[i] * y[i];
        }

        return sum;
    }
}
