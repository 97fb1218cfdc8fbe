using System.Numerics;
using Dyad.Core;
using Dyad.Numerics;

namespace Dyad.Games;

/// <summary>
/// Forms the curvature with one product a parameter and solves exactly in double, definite or not. For small followers.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class DenseSolver<T> : IImplicitSolver<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Largest number of unknowns: a matrix of 128 MiB.</summary>
    public const int LargestSize = 4096;

    private readonly double[] _matrix;
    private readonly double[] _solution;
    private readonly LuFactorization _factors;

    /// <summary>A solver with its memory.</summary>
    /// <param name="size">Number of unknowns, at most <see cref="LargestSize"/>.</param>
    public DenseSolver(int size)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, LargestSize);
        _matrix = new double[size * size];
        _solution = new double[size];
        _factors = new LuFactorization(size);
    }

    /// <inheritdoc/>
    public SolveReport Solve(ICurvature<T> curvature, double damping, ReadOnlySpan<T> b, Span<T> x)
    {
        int n = curvature.Size;
        double lowest = double.PositiveInfinity;
        Span<T> direction = curvature.Direction;
        direction.Clear();
        for (int i = 0; i < n; i++)
        {
            direction[i] = T.One;
            curvature.Multiply();
            Span<double> row = _matrix.AsSpan(i * n, n);
            InDouble.Copy<T>(curvature.Product, row);
            lowest = Math.Min(lowest, row[i]);
            row[i] += damping;
            direction[i] = T.Zero;
        }

        InDouble.Copy<T>(b, _solution);
        try
        {
            _factors.Factor(_matrix);
        }
        catch (ArithmeticException)
        {
            x.Clear();
            return new SolveReport(0, double.NaN, lowest);
        }

        _factors.Solve(_solution);
        double error = 0, target = 0;
        for (int i = 0; i < n; i++)
        {
            double r = double.CreateChecked(b[i]), y = r;
            for (int j = 0; j < n; j++)
            {
                r -= _matrix[(i * n) + j] * _solution[j];
            }

            error += r * r;
            target += y * y;
            x[i] = T.CreateTruncating(_solution[i]);
        }

        return new SolveReport(0, target == 0 ? 0 : Math.Sqrt(error / target), lowest);
    }

    /// <inheritdoc/>
    public void Serialize(StateArchive archive)
    {
    }
}
