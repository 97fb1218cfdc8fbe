using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace Dyad.Numerics;

/// <summary>
/// Cholesky factors A = U' U of a small dense symmetric positive definite matrix. Buffers are reused: factoring and solving
/// allocate nothing.
/// </summary>
internal sealed class CholeskyFactorization
{
    private readonly double[] _u;
    private int _n;

    /// <summary>For matrices of <paramref name="size"/> x <paramref name="size"/>, or smaller ones.</summary>
    public CholeskyFactorization(int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        Capacity = size;
        _n = size;
        _u = new double[size * size];
    }

    /// <summary>Largest number of rows and columns.</summary>
    public int Capacity { get; }

    /// <summary>Rows and columns of the matrix.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not in 1 .. capacity.</exception>
    public int Size
    {
        get => _n;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Capacity);
            _n = value;
        }
    }

    /// <summary>Factors a matrix, of which the lower triangle is read.</summary>
    /// <param name="matrix">Row-major.</param>
    /// <returns>False where the matrix is not positive definite, or not finite; then nothing can be solved.</returns>
    /// <exception cref="ArgumentException">The matrix has another size.</exception>
    public unsafe bool TryFactor(ReadOnlySpan<double> matrix)
    {
        Require(matrix.Length == _n * _n, matrix.Length, nameof(matrix));
        for (int i = 0; i < _n; i++)
        {
            Span<double> row = Row(i);
            for (int j = i; j < _n; j++)
            {
                row[j] = matrix[(j * _n) + i];
            }
        }

        fixed (double* u = _u)
        {
            for (int k = 0; k < _n; k++)
            {
                double* pivot = u + ((nint)k * _n);
                if (!(pivot[k] > 0) || double.IsPositiveInfinity(pivot[k]))
                {
                    return false;
                }

                pivot[k] = Math.Sqrt(pivot[k]);
                for (int j = k + 1; j < _n; j++)
                {
                    pivot[j] /= pivot[k];
                }

                for (int i = k + 1; i < _n; i++)
                {
                    Subtract(u + ((nint)i * _n), pivot, pivot[i], i, _n);
                }
            }
        }

        return true;
    }

    /// <summary>Solves A x = b in place.</summary>
    /// <param name="b">The right-hand side; afterwards the solution.</param>
    /// <exception cref="ArgumentException">b has another length.</exception>
    public unsafe void Solve(Span<double> b)
    {
        Require(b.Length == _n, b.Length, nameof(b));
        fixed (double* x = b, u = _u)
        {
            for (int i = 0; i < _n; i++)
            {
                double* row = u + ((nint)i * _n);
                x[i] /= row[i];
                Subtract(x, row, x[i], i + 1, _n);
            }
        }

        for (int i = _n - 1; i >= 0; i--)
        {
            ReadOnlySpan<double> row = Row(i);
            double sum = i + 1 < _n ? TensorPrimitives.Dot(row[(i + 1)..], b[(i + 1)..]) : 0;
            b[i] = (b[i] - sum) / row[i];
        }
    }

    // x -= factor y, from an index on; the loops are too short for calls.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Subtract(double* x, double* y, double factor, int from, int to)
    {
        int i = from;
        var f = new Vector<double>(factor);
        for (; i <= to - Vector<double>.Count; i += Vector<double>.Count)
        {
            Vector.Store(Vector.Load(x + i) - (f * Vector.Load(y + i)), x + i);
        }

        for (; i < to; i++)
        {
            x[i] -= factor * y[i];
        }
    }

    private Span<double> Row(int i) => _u.AsSpan(i * _n, _n);

    private void Require(bool holds, int length, string name)
    {
        if (!holds)
        {
            throw new ArgumentException($"{length} numbers for a factorisation of size {_n}", name);
        }
    }
}
