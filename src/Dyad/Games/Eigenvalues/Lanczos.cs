using System.Numerics;
using System.Numerics.Tensors;
using Dyad.Numerics;

namespace Dyad.Games;

/// <summary>Extreme eigenvalues of a symmetric matrix.</summary>
/// <param name="Lowest">The lowest.</param>
/// <param name="Highest">The highest.</param>
/// <param name="Error">Each of them is at most this far from an eigenvalue: the larger residual |A v - value v| of the two, and the rounding of a product.</param>
/// <param name="NearestToZero">Some eigenvalue has at most this magnitude.</param>
/// <param name="Products">Products with the matrix.</param>
public readonly record struct ExtremeEigenvalues(double Lowest, double Highest, double Error, double NearestToZero, int Products)
{
    /// <summary>The larger magnitude of the two.</summary>
    public double Scale => Math.Max(Math.Abs(Lowest), Math.Abs(Highest));
}

/// <summary>
/// Lanczos's method with full reorthogonalisation: the extreme eigenvalues of a player's Hessian from products alone. A
/// Krylov space as large as the matrix gives all that the starting vector sees.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="size">Rows of the matrix.</param>
/// <param name="steps">Largest dimension of the Krylov space; its vectors are kept.</param>
public sealed class Lanczos<T>(int size, int steps)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _steps = Math.Min(size, steps);
    private readonly T[] _basis = new T[(long)size * Math.Min(size, steps)];
    private readonly double[] _small = new double[Math.Min(size, steps) * Math.Min(size, steps)];
    private readonly double[] _last = new double[Math.Min(size, steps)];

    /// <summary>The extreme eigenvalues, or what the Krylov space shows of them.</summary>
    /// <param name="matrix">Symmetric.</param>
    /// <param name="random">Draws the start.</param>
    /// <param name="damping">Added to the diagonal.</param>
    public ExtremeEigenvalues Compute(ICurvature<T> matrix, RandomStream random, double damping = 0)
    {
        Span<T> first = Vector(0);
        random.Normal(first);
        TensorPrimitives.Multiply(first, T.CreateChecked(1 / InDouble.Norm<T>(first)), first);
        Span<double> diagonal = stackalloc double[_steps], beside = stackalloc double[_steps];
        int m = 0;
        double scale = 0;
        while (m < _steps)
        {
            Span<T> v = Vector(m);
            v.CopyTo(matrix.Direction);
            matrix.Multiply();
            Span<T> w = matrix.Direction;
            matrix.Product.CopyTo(w);
            diagonal[m] = double.CreateChecked(TensorPrimitives.Dot<T>(v, w)) + damping;
            double before = InDouble.Norm<T>(w);
            scale = Math.Max(scale, before);

            // Twice is enough.
            for (int pass = 0; pass < 2; pass++)
            {
                for (int i = 0; i <= m; i++)
                {
                    TensorPrimitives.MultiplyAdd(Vector(i), -TensorPrimitives.Dot<T>(Vector(i), w), w, w);
                }
            }

            beside[m] = InDouble.Norm<T>(w);
            m++;
            if (m == _steps || !(beside[m - 1] > Precision * scale))
            {
                break;
            }

            TensorPrimitives.Multiply(w, T.CreateChecked(1 / beside[m - 1]), Vector(m));
        }

        Span<double> small = _small.AsSpan(0, m * m);
        small.Clear();
        for (int i = 0; i < m; i++)
        {
            small[(i * m) + i] = diagonal[i];
            if (i + 1 < m)
            {
                small[(i * m) + i + 1] = small[((i + 1) * m) + i] = beside[i];
            }
        }

        Span<double> last = _last.AsSpan(0, m);
        SymmetricEigenvalues.Diagonalize(small, last);
        int low = 0, high = 0;
        double nearest = double.PositiveInfinity;
        for (int i = 0; i < m; i++)
        {
            nearest = Math.Min(nearest, Math.Abs(small[(i * m) + i]) + (beside[m - 1] * Math.Abs(last[i])));
            low = small[(i * m) + i] < small[(low * m) + low] ? i : low;
            high = small[(i * m) + i] > small[(high * m) + high] ? i : high;
        }

        double rounding = InDouble.Precision<T>() * scale;
        double error = rounding + (beside[m - 1] * Math.Max(Math.Abs(last[low]), Math.Abs(last[high])));
        return new ExtremeEigenvalues(small[(low * m) + low], small[(high * m) + high], error, nearest + rounding, m);
    }

    private static double Precision => Math.Sqrt(InDouble.Precision<T>()) * 1e-2;

    private Span<T> Vector(int i) => _basis.AsSpan(i * size, size);
}
