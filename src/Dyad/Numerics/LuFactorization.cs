using System.Numerics.Tensors;

namespace Dyad.Numerics;

/// <summary>
/// LU factorisation of a dense n x n matrix with partial pivoting, PA = LU (Golub and Van Loan, section 3.4). The buffers are
/// reused from one matrix to the next. Costs 2/3 n^3 floating-point operations, and 2 n^2 a solve.
/// </summary>
internal sealed class LuFactorization
{
    // Columns factorised at a time: their rows of U stay in the second-level cache while they are subtracted from the rest.
    private const int Block = 48;

    private readonly int _n;
    private readonly double[] _lu;
    private readonly int[] _pivots;

    /// <summary>Room for matrices with <paramref name="size"/> rows.</summary>
    public LuFactorization(int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        _n = size;
        _lu = new double[(long)size * size];
        _pivots = new int[size];
    }

    /// <summary>Room for a row-major n x n matrix, to be filled before <see cref="Factor(Action{double}?)"/>; its factors afterwards.</summary>
    public Span<double> Matrix => _lu;

    /// <summary>Factorises a row-major n x n matrix.</summary>
    /// <exception cref="ArgumentException">The matrix has another size.</exception>
    /// <exception cref="ArithmeticException">The matrix is singular, or not finite.</exception>
    public void Factor(ReadOnlySpan<double> matrix)
    {
        if (matrix.Length != _lu.Length)
        {
            throw new ArgumentException($"{matrix.Length} numbers given for a {_n} x {_n} matrix", nameof(matrix));
        }

        matrix.CopyTo(_lu);
        Factor();
    }

    /// <summary>Factorises what <see cref="Matrix"/> was filled with.</summary>
    /// <param name="progress">Is told how much is done, from 0 to 1.</param>
    /// <exception cref="ArithmeticException">The matrix is singular, or not finite.</exception>
    public void Factor(Action<double>? progress = null)
    {
        // Elimination alone would miss an entry above the diagonal that no row below it depends on.
        if (!TensorPrimitives.IsFiniteAll<double>(_lu))
        {
            throw new ArithmeticException($"a {_n} x {_n} matrix is not finite");
        }

        for (int start = 0; start < _n; start += Block)
        {
            int end = Math.Min(start + Block, _n);
            FactorPanel(start, end);
            UpdateRest(start, end);
            progress?.Invoke(1 - Math.Pow((double)(_n - end) / _n, 3));
        }
    }

    /// <summary>Solves A x = b in place.</summary>
    public void Solve(Span<double> b)
    {
        for (int i = 0; i < _n; i++)
        {
            int p = _pivots[i];
            (b[i], b[p]) = (b[p], b[i]);
        }

        for (int i = 1; i < _n; i++)
        {
            b[i] -= TensorPrimitives.Dot(Row(i)[..i], b[..i]);
        }

        for (int i = _n - 1; i >= 0; i--)
        {
            ReadOnlySpan<double> row = Row(i);
            double sum = i + 1 < _n ? TensorPrimitives.Dot(row[(i + 1)..], b[(i + 1).._n]) : 0;
            b[i] = (b[i] - sum) / row[i];
        }
    }

    /// <summary>Solves A' x = b in place.</summary>
    public void SolveTransposed(Span<double> b)
    {
        // U' y = b, then L' z = y, column by column so that rows are read in order; then the row swaps undone.
        for (int i = 0; i < _n; i++)
        {
            ReadOnlySpan<double> row = Row(i);
            b[i] /= row[i];
            SubtractMultiple(row[(i + 1)..], b[i], b[(i + 1).._n]);
        }

        for (int i = _n - 1; i > 0; i--)
        {
            SubtractMultiple(Row(i)[..i], b[i], b[..i]);
        }

        for (int i = _n - 1; i >= 0; i--)
        {
            int p = _pivots[i];
            (b[i], b[p]) = (b[p], b[i]);
        }
    }

    private Span<double> Row(int i) => _lu.AsSpan(i * _n, _n);

    // target -= factor * source
    private static void SubtractMultiple(ReadOnlySpan<double> source, double factor, Span<double> target) =>
        TensorPrimitives.MultiplyAdd(source, -factor, target, target);

    private void FactorPanel(int start, int end)
    {
        for (int column = start; column < end; column++)
        {
            int pivot = column;
            double largest = Math.Abs(_lu[(column * _n) + column]);
            for (int i = column + 1; i < _n; i++)
            {
                double candidate = Math.Abs(_lu[(i * _n) + column]);
                if (candidate > largest)
                {
                    largest = candidate;
                    pivot = i;
                }
            }

            if (!(largest > 0) || !double.IsFinite(largest))
            {
                throw new ArithmeticException($"a {_n} x {_n} matrix is singular or not finite (column {column})");
            }

            _pivots[column] = pivot;
            if (pivot != column)
            {
                SwapRows(column, pivot);
            }

            ReadOnlySpan<double> pivotRow = Row(column)[column..end];
            for (int i = column + 1; i < _n; i++)
            {
                Span<double> row = Row(i)[column..end];
                double factor = row[0] / pivotRow[0];
                row[0] = factor;
                if (factor != 0)
                {
                    SubtractMultiple(pivotRow[1..], factor, row[1..]);
                }
            }
        }
    }

    private void UpdateRest(int start, int end)
    {
        if (end == _n)
        {
            return;
        }

        // Rows of the block first (they become rows of U), then everything below them.
        for (int i = start + 1; i < _n; i++)
        {
            Span<double> row = Row(i);
            int last = Math.Min(i, end);
            for (int k = start; k < last; k++)
            {
                double factor = row[k];
                if (factor != 0)
                {
                    SubtractMultiple(Row(k)[end..], factor, row[end..]);
                }
            }
        }
    }

    private void SwapRows(int i, int j)
    {
        Span<double> a = Row(i);
        Span<double> b = Row(j);
        for (int k = 0; k < a.Length; k++)
        {
            (a[k], b[k]) = (b[k], a[k]);
        }
    }
}
