using Dyad.Autodiff;

namespace Dyad.Games;

/// <summary>The total derivative of a small game, by a dense solve.</summary>
internal static class ExactTotalDerivative
{
    /// <summary>Compiles it. Where the damped curvature is singular there is none, and it falls back to the leader's own gradient.</summary>
    /// <param name="game">The game.</param>
    /// <param name="damping">Added to the diagonal of the curvature; at least 0.</param>
    public static TotalDerivative<double> Of(Game<double> game, double damping = 0)
    {
        var builder = new ProgramBuilder<double>();
        var term = new SolvedTerm<double>(builder, game, new DenseSolver<double>(game.Follower.Count));
        return new TotalDerivative<double>(builder, game, term, new Damping(damping));
    }
}
