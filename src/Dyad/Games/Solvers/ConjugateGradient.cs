using System.Numerics;
using System.Numerics.Tensors;
using Dyad.Core;
using Dyad.Numerics;

namespace Dyad.Games;

/// <summary>
/// Conjugate gradient (Hestenes and Stiefel 1952), the solver of Zheng et al. 2021, appendix E. Right for a positive definite
/// curvature; where a direction shows that it is none, it stops and keeps the last iterate, or goes on as most implementations do,
/// which solves the system in the end unless a direction has no curvature at all.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="size">Number of unknowns.</param>
/// <param name="iterations">k: largest number of steps, at least 1.</param>
/// <param name="tolerance">Relative residual at which to stop; 0 for all steps.</param>
/// <param name="stopsAtNegativeCurvature">Whether it stops where a direction shows that the curvature is not positive definite.</param>
public sealed class ConjugateGradient<T>(int size, int iterations, double tolerance = 0, bool stopsAtNegativeCurvature = true) : IImplicitSolver<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] _residual = new T[size];

    /// <summary>k, the tolerance, and whether it stops at negative curvature.</summary>
    internal int Iterations => iterations;

    internal double Tolerance => tolerance;

    internal bool StopsAtNegativeCurvature => stopsAtNegativeCurvature;

    /// <inheritdoc/>
    public SolveReport Solve(ICurvature<T> curvature, double damping, ReadOnlySpan<T> b, Span<T> x)
    {
        T shift = T.CreateChecked(damping);
        Span<T> r = _residual, p = curvature.Direction;
        T target = TensorPrimitives.SumOfSquares(b);
        T squared = LinearStart.Begin(curvature, shift, b, x, r);
        r.CopyTo(p);

        // Nothing is gained below the numbers' precision, and in float the squares would soon be subnormal.
        double relative = Math.Max(tolerance, InDouble.Precision<T>());
        T enough = target * T.CreateChecked(relative * relative);
        double lowest = double.NaN;
        bool negative = false;
        int k = 0;
        while (k < iterations && squared > enough)
        {
            curvature.Multiply();
            (T along, T length) = SolverLoops.InnerProducts(p, curvature.Product);
            T damped = along + (shift * length);
            lowest = Math.Min(double.IsNaN(lowest) ? double.PositiveInfinity : lowest, double.CreateChecked(along / length));
            negative |= damped <= T.Zero;
            if (!(damped > T.Zero) && (stopsAtNegativeCurvature || !(damped < T.Zero)))
            {
                // A NaN is no curvature: the residual then tells.
                squared = T.IsNaN(damped) ? damped : squared;
                break;
            }

            T step = squared / damped;
            T next = SolverLoops.ConjugateStep(x, r, p, curvature.Product, step, shift);
            T keep = next / squared;
            squared = next;
            if (++k < iterations)
            {
                SolverLoops.NextDirection(p, r, keep);
            }
        }

        double residual = target == T.Zero ? 0 : Math.Sqrt(double.CreateChecked(squared) / double.CreateChecked(target));
        return new SolveReport(k, residual, lowest, negative);
    }

    /// <inheritdoc/>
    public void Serialize(StateArchive archive)
    {
    }
}
