using System.Numerics;
using Dyad.Core;

namespace Dyad.Games;

/// <summary>What a solve did.</summary>
/// <param name="Iterations">Steps of an iterative solver, columns of a low-rank one; 0 for a direct one.</param>
/// <param name="Residual">|b - (A + damping I) x| / |b|; NaN where something was not finite.</param>
/// <param name="LowestCurvature">Lowest v'Av / v'v of the directions tried, without damping; NaN where there were none.</param>
/// <param name="NegativeCurvature">
/// Whether conjugate gradient met a direction with v'(A + damping I)v at most 0, and ended there if it does. False of other solvers, which
/// solve such systems too; their <paramref name="LowestCurvature"/> tells.
/// </param>
public readonly record struct SolveReport(int Iterations, double Residual, double LowestCurvature, bool NegativeCurvature = false);

/// <summary>Solves (A + damping I) x = b, A being the follower's curvature. Vectors are allocated once.</summary>
/// <typeparam name="T">float or double.</typeparam>
public interface IImplicitSolver<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Solves, exactly or nearly.</summary>
    /// <param name="curvature">A.</param>
    /// <param name="damping">At least 0.</param>
    /// <param name="b">The right-hand side.</param>
    /// <param name="x">The solution. An iterative solver starts from its content; zeros cost one product less.</param>
    SolveReport Solve(ICurvature<T> curvature, double damping, ReadOnlySpan<T> b, Span<T> x);

    /// <summary>Saves or loads what later solves depend on.</summary>
    void Serialize(StateArchive archive);
}
