namespace Dyad.Numerics;

/// <summary>
/// Cholesky factors A = L L' of a small dense symmetric positive definite matrix. Buffers are reused: factoring and solving
/// allocate nothing.
/// </summary>
public sealed class CholeskyFactorization
{
    private readonly int _n;
    private readonly double[] _l;

    /// <summary>For matrices of <paramref name="size"/> x <paramref name="size"/>.</summary>
    public CholeskyFactorization(int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        _n = size;
        _l = new double[size * size];
    }

    /// <summary>Rows and columns.</summary>
    public int Size => _n;

    /// <summary>Factors a matrix, of which the lower triangle is read.</summary>
    /// <param name="matrix">Row-major.</param>
    /// <returns>False where the matrix is not positive definite; then nothing can be solved.</returns>
    /// <exception cref="ArgumentException">The matrix has another size.</exception>
    public bool TryFactor(ReadOnlySpan<double> matrix)
    {
        Require(matrix.Length == _n * _n, matrix.Length, nameof(matrix));
        for (int i = 0; i < _n; i++)
        {
            Span<double> row = Row(i);
            for (int j = 0; j <= i; j++)
            {
                ReadOnlySpan<double> other = Row(j);
                double sum = matrix[(i * _n) + j];
                for (int k = 0; k < j; k++)
                {
                    sum -= row[k] * other[k];
                }

                if (i != j)
                {
                    row[j] = sum / other[j];
                }
                else if (sum > 0)
                {
                    row[i] = Math.Sqrt(sum);
                }
                else
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Solves A x = b in place.</summary>
    /// <param name="b">The right-hand side; afterwards the solution.</param>
    /// <exception cref="ArgumentException">b has another length.</exception>
    public void Solve(Span<double> b)
    {
        Require(b.Length == _n, b.Length, nameof(b));
        for (int i = 0; i < _n; i++)
        {
            ReadOnlySpan<double> row = Row(i);
            double sum = b[i];
            for (int k = 0; k < i; k++)
            {
                sum -= row[k] * b[k];
            }

            b[i] = sum / row[i];
        }

        for (int i = _n - 1; i >= 0; i--)
        {
            // Column by column of L', so that rows of L are read.
            ReadOnlySpan<double> row = Row(i);
            double x = b[i] /= row[i];
            for (int k = 0; k < i; k++)
            {
                b[k] -= x * row[k];
            }
        }
    }

    private Span<double> Row(int i) => _l.AsSpan(i * _n, _n);

    private void Require(bool holds, int length, string name)
    {
        if (!holds)
        {
            throw new ArgumentException($"{length} numbers for a factorisation of size {_n}", name);
        }
    }
}
