using System.Numerics;
using System.Numerics.Tensors;
using Dyad.Core;
using Dyad.Numerics;

namespace Dyad.Games;

/// <summary>From which directions Omega a <see cref="Nystrom{T}"/> solve learns A.</summary>
public enum NystromSampling
{
    /// <summary>Random ones, normally distributed.</summary>
    Directions,

    /// <summary>Columns of A, drawn evenly.</summary>
    Columns,
}

/// <summary>
/// Low-rank solve (Hataya and Yamada 2023): A is replaced by its Nystrom approximation C W^-1 C' from k random directions,
/// C = A Omega and W = Omega' A Omega, whose damped inverse is known in closed form:
/// x = (b - C (damping W + C'C)^-1 C'b) / damping. The directions are drawn anew for each solve.
/// <para>
/// A jitter j adds damping j to the diagonal of the small system: the code of Prakash et al. 2025 has j = 1, their
/// (W + C'C / damping + j I)^-1 / damping^2, where it outweighs C'C unless A is about as large as the root of the damping.
/// </para>
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Nystrom<T> : IImplicitSolver<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _size;
    private readonly int _rank;
    private readonly RandomStream _random;
    private readonly double _jitter;
    private readonly int[]? _drawn;
    private readonly T[] _columns;
    private readonly double[] _core;
    private readonly double[] _small;
    private readonly LuFactorization _factors;

    /// <summary>A solver with its memory.</summary>
    /// <param name="size">Number of unknowns.</param>
    /// <param name="rank">k: number of directions.</param>
    /// <param name="random">Draws the directions.</param>
    /// <param name="sampling">What they are.</param>
    /// <param name="jitter">j, at least 0.</param>
    public Nystrom(int size, int rank, RandomStream random, NystromSampling sampling = NystromSampling.Directions, double jitter = 0)
    {
        _size = size;
        _rank = Math.Min(rank, size);
        _random = random;
        _jitter = jitter;
        _drawn = sampling == NystromSampling.Columns ? new int[_rank] : null;
        _columns = new T[(long)size * _rank];
        _core = new double[_rank * _rank];
        _small = new double[_rank];
        _factors = new LuFactorization(_rank);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The damping is not positive.</exception>
    public SolveReport Solve(ICurvature<T> curvature, double damping, ReadOnlySpan<T> b, Span<T> x)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(damping);
        double lowest = double.PositiveInfinity;
        for (int j = 0; j < _rank; j++)
        {
            Draw(j, curvature.Direction);
            curvature.Multiply();
            curvature.Product.CopyTo(Column(j));
            for (int i = 0; i <= j; i++)
            {
                double w = Inner(curvature.Direction, Column(i));
                _core[(i * _rank) + j] = _core[(j * _rank) + i] = damping * w;
                lowest = i == j ? Math.Min(lowest, w / Inner(curvature.Direction, curvature.Direction)) : lowest;
            }
        }

        for (int j = 0; j < _rank; j++)
        {
            for (int i = 0; i <= j; i++)
            {
                double c = Inner(Column(i), Column(j));
                _core[(i * _rank) + j] += c;
                _core[(j * _rank) + i] += i == j ? 0 : c;
            }

            _core[(j * _rank) + j] += damping * _jitter;
            _small[j] = Inner(Column(j), b);
        }

        try
        {
            _factors.Factor(_core);
        }
        catch (ArithmeticException)
        {
            x.Clear();
            return new SolveReport(_rank, double.NaN, lowest);
        }

        _factors.Solve(_small);
        b.CopyTo(x);
        for (int j = 0; j < _rank; j++)
        {
            TensorPrimitives.MultiplyAdd(Column(j), T.CreateTruncating(-_small[j]), x, x);
        }

        TensorPrimitives.Divide(x, T.CreateChecked(damping), x);

        // The true residual, for one more product; the first column is free by now.
        T squared = LinearStart.Residual<T>(curvature, T.CreateChecked(damping), b, x, Column(0));
        T target = TensorPrimitives.SumOfSquares(b);
        double residual = target == T.Zero ? 0 : Math.Sqrt(double.CreateChecked(squared) / double.CreateChecked(target));
        return new SolveReport(_rank, residual, lowest);
    }

    /// <inheritdoc/>
    public void Serialize(StateArchive archive) => _random.Serialize(archive);

    // A normal direction, or a unit vector that was not drawn yet in this solve.
    private void Draw(int j, Span<T> direction)
    {
        if (_drawn is null)
        {
            _random.Normal(direction);
            return;
        }

        do
        {
            _drawn[j] = _random.Index(_size);
        }
        while (_drawn.AsSpan(0, j).Contains(_drawn[j]));

        direction.Clear();
        direction[_drawn[j]] = T.One;
    }

    private static double Inner(ReadOnlySpan<T> x, ReadOnlySpan<T> y) => double.CreateChecked(TensorPrimitives.Dot(x, y));

    private Span<T> Column(int j) => _columns.AsSpan(j * _size, _size);
}
