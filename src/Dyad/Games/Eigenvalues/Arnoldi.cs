using System.Numerics;
using System.Numerics.Tensors;
using Dyad.Numerics;

namespace Dyad.Games;

/// <summary>
/// Arnoldi's method with full reorthogonalisation: eigenvalues of a matrix that need not be symmetric, outermost first, from
/// products alone.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="size">Rows of the matrix.</param>
/// <param name="steps">Largest dimension of the Krylov space; its vectors are kept.</param>
public sealed class Arnoldi<T>(int size, int steps)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _steps = Math.Min(size, steps);
    private readonly T[] _basis = new T[(long)size * (Math.Min(size, steps) + 1)];

    /// <summary>A product: argument, result.</summary>
    public delegate void Product(ReadOnlySpan<T> v, Span<T> result);

    /// <summary>Eigenvalues of the Krylov space, by falling magnitude; those of the matrix where it is as large.</summary>
    /// <param name="multiply">The matrix.</param>
    /// <param name="random">Draws the start.</param>
    public IReadOnlyList<Complex> Compute(Product multiply, RandomStream random)
    {
        Span<T> first = Vector(0);
        random.Normal(first);
        TensorPrimitives.Divide(first, TensorPrimitives.Norm<T>(first), first);
        var h = new Complex[_steps, _steps];
        int m = 0;
        double scale = 0;
        while (m < _steps)
        {
            Span<T> w = Vector(m + 1);
            multiply(Vector(m), w);
            scale = Math.Max(scale, double.CreateChecked(TensorPrimitives.Norm<T>(w)));
            for (int pass = 0; pass < 2; pass++)
            {
                for (int i = 0; i <= m; i++)
                {
                    T along = TensorPrimitives.Dot<T>(Vector(i), w);
                    h[i, m] += double.CreateChecked(along);
                    TensorPrimitives.MultiplyAdd(Vector(i), -along, w, w);
                }
            }

            double next = double.CreateChecked(TensorPrimitives.Norm<T>(w));
            m++;
            if (m == _steps || !(next > 1e-2 * Math.Sqrt(InDouble.Precision<T>()) * scale))
            {
                break;
            }

            h[m, m - 1] = next;
            TensorPrimitives.Divide(w, T.CreateChecked(next), w);
        }

        return [.. HessenbergEigenvalues.Of(h, m).OrderByDescending(value => value.Magnitude)];
    }

    private Span<T> Vector(int i) => _basis.AsSpan(i * size, size);
}

/// <summary>Eigenvalues of an upper Hessenberg matrix by the QR iteration with Wilkinson's shift (Golub and Van Loan, section 7.5).</summary>
internal static class HessenbergEigenvalues
{
    private const int Iterations = 200;

    /// <summary>The eigenvalues of the leading m x m block, which is overwritten.</summary>
    public static Complex[] Of(Complex[,] h, int m)
    {
        var values = new Complex[m];
        int high = m - 1;
        for (int iteration = 0; high >= 0 && iteration < Iterations * m; iteration++)
        {
            // A subdiagonal element that vanished splits the matrix.
            int low = high;
            while (low > 0 && h[low, low - 1].Magnitude > 1e-15 * (h[low, low].Magnitude + h[low - 1, low - 1].Magnitude))
            {
                low--;
            }

            if (low == high)
            {
                values[high] = h[high, high];
                high--;
                continue;
            }

            Step(h, low, high, iteration % 10 == 9 ? h[high, high] + h[high, high - 1].Magnitude : Shift(h, high));
        }

        return values;
    }

    // The eigenvalue of the last 2 x 2 block that is nearer to its last element.
    private static Complex Shift(Complex[,] h, int k)
    {
        Complex a = h[k - 1, k - 1], b = h[k - 1, k], c = h[k, k - 1], d = h[k, k];
        Complex half = (a + d) / 2, root = Complex.Sqrt((half * half) - ((a * d) - (b * c)));
        return (half + root - d).Magnitude < (half - root - d).Magnitude ? half + root : half - root;
    }

    // H - s I = Q R by rotations; H = R Q + s I.
    private static void Step(Complex[,] h, int low, int high, Complex shift)
    {
        var rotations = new (Complex C, Complex S)[high - low];
        for (int i = low; i <= high; i++)
        {
            h[i, i] -= shift;
        }

        for (int k = low; k < high; k++)
        {
            Complex x = h[k, k], y = h[k + 1, k];
            double norm = double.Hypot(x.Magnitude, y.Magnitude);
            (Complex c, Complex s) = rotations[k - low] = norm == 0 ? (Complex.One, Complex.Zero) : (x / norm, y / norm);
            for (int j = k; j <= high; j++)
            {
                (h[k, j], h[k + 1, j]) = (
                    (Complex.Conjugate(c) * h[k, j]) + (Complex.Conjugate(s) * h[k + 1, j]), (c * h[k + 1, j]) - (s * h[k, j]));
            }
        }

        for (int k = low; k < high; k++)
        {
            (Complex c, Complex s) = rotations[k - low];
            for (int i = low; i <= Math.Min(k + 1, high); i++)
            {
                (h[i, k], h[i, k + 1]) = (
                    (h[i, k] * c) + (h[i, k + 1] * s), (h[i, k + 1] * Complex.Conjugate(c)) - (h[i, k] * Complex.Conjugate(s)));
            }
        }

        for (int i = low; i <= high; i++)
        {
            h[i, i] += shift;
        }
    }
}
