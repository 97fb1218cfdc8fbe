using Dyad.Games;
using Dyad.Numerics;

namespace Dyad.Tests.Unit.Games;

/// <summary>A curvature that is a matrix; counts its products.</summary>
internal sealed class MatrixCurvature(double[] matrix) : ICurvature<double>
{
    private readonly double[] _direction = new double[(int)Math.Sqrt(matrix.Length)];
    private readonly double[] _product = new double[(int)Math.Sqrt(matrix.Length)];

    public int Products { get; private set; }

    public int Size => _direction.Length;

    public Span<double> Direction => _direction;

    public ReadOnlySpan<double> Product => _product;

    public double[] Matrix => matrix;

    public void Multiply()
    {
        Products++;
        MatrixProduct.Multiply<double>(Size, 1, Size, matrix, false, _direction, false, _product);
    }

    /// <summary>B B' / n + shift I, with B of the given rank.</summary>
    public static MatrixCurvature Random(int n, int rank, double shift, RandomStream random)
    {
        double[] b = new double[n * rank], a = new double[n * n];
        random.Normal<double>(b);
        MatrixProduct.Multiply<double>(n, n, rank, b, false, b, true, a);
        for (int i = 0; i < a.Length; i++)
        {
            a[i] /= n;
        }

        for (int i = 0; i < n; i++)
        {
            a[(i * n) + i] += shift;
        }

        return new MatrixCurvature(a);
    }

    /// <summary>(A + damping I) x.</summary>
    public double[] Apply(double damping, ReadOnlySpan<double> x)
    {
        double[] y = new double[Size];
        MatrixProduct.Multiply<double>(Size, 1, Size, matrix, false, x, false, y);
        for (int i = 0; i < y.Length; i++)
        {
            y[i] += damping * x[i];
        }

        return y;
    }
}
