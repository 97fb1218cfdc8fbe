using System.Numerics;
using System.Numerics.Tensors;
using Dyad.Core;
using Dyad.Numerics;

namespace Dyad.Games;

/// <summary>
/// MINRES (Paige and Saunders 1975): the Krylov method for a symmetric curvature that need not be definite. Its residual never
/// grows, and negative curvature does not stop it.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="size">Number of unknowns.</param>
/// <param name="iterations">k: largest number of steps, at least 1.</param>
/// <param name="tolerance">Relative residual at which to stop; 0 for all steps.</param>
public sealed class Minres<T>(int size, int iterations, double tolerance = 0) : IImplicitSolver<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Lanczos vectors before the last, the last, and the next; directions likewise.
    private T[] _before = new T[size];
    private T[] _last = new T[size];
    private T[] _next = new T[size];
    private T[] _oldest = new T[size];
    private T[] _older = new T[size];
    private T[] _direction = new T[size];

    /// <inheritdoc/>
    public SolveReport Solve(ICurvature<T> curvature, double damping, ReadOnlySpan<T> b, Span<T> x)
    {
        T shift = T.CreateChecked(damping);
        Span<T> v = curvature.Direction;
        double target = InDouble.Norm<T>(b);
        double beta = Math.Sqrt(double.CreateChecked(LinearStart.Begin(curvature, shift, b, x, _last)));
        _older.AsSpan().Clear();
        _direction.AsSpan().Clear();
        double phi = beta, previous = 0, cos = -1, sin = 0, bar = 0, epsilon = 0, lowest = double.NaN;
        int k = 0;
        while (k < iterations && phi > tolerance * target && beta > 0)
        {
            // Lanczos: the next vector, orthogonal to the last two.
            TensorPrimitives.Multiply(_last, Number(1 / beta), v);
            curvature.Multiply();
            TensorPrimitives.MultiplyAdd(v, shift, curvature.Product, _next);
            if (k > 0)
            {
                TensorPrimitives.MultiplyAdd(_before, Number(-beta / previous), _next, _next);
            }

            double alpha = double.CreateChecked(TensorPrimitives.Dot<T>(v, _next));
            TensorPrimitives.MultiplyAdd(_last, Number(-alpha / beta), _next, _next);
            lowest = Math.Min(double.IsNaN(lowest) ? double.PositiveInfinity : lowest, alpha - damping);
            (_before, _last, _next) = (_last, _next, _before);
            previous = beta;
            beta = InDouble.Norm<T>(_last);

            // The rotation that keeps the tridiagonal matrix's factor triangular.
            double oldEpsilon = epsilon, delta = (cos * bar) + (sin * alpha), gammaBar = (sin * bar) - (cos * alpha);
            epsilon = sin * beta;
            bar = -cos * beta;
            double gamma = double.Hypot(gammaBar, beta);
            if (!(gamma > 0))
            {
                phi = double.IsNaN(gamma) ? gamma : phi;
                break;
            }

            cos = gammaBar / gamma;
            sin = beta / gamma;
            double step = cos * phi;
            phi = Math.Abs(sin * phi);

            // The direction that this step adds, and the step.
            (_oldest, _older, _direction) = (_older, _direction, _oldest);
            TensorPrimitives.MultiplyAdd(_oldest, Number(-oldEpsilon), v, _direction);
            TensorPrimitives.MultiplyAdd(_older, Number(-delta), _direction, _direction);
            TensorPrimitives.Multiply(_direction, Number(1 / gamma), _direction);
            TensorPrimitives.MultiplyAdd(_direction, Number(step), x, x);
            k++;
        }

        return new SolveReport(k, target == 0 ? 0 : phi / target, lowest);
    }

    /// <inheritdoc/>
    public void Serialize(StateArchive archive)
    {
    }

    private static T Number(double value) => T.CreateTruncating(value);
}
