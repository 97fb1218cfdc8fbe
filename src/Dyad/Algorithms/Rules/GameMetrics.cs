using Dyad.Core;
using Dyad.Games;
using Dyad.Numerics;

namespace Dyad.Algorithms.Rules;

/// <summary>
/// What an agent's game looks like at each row of metrics, on a batch and noise drawn by a stream of its own, so that training
/// does not depend on it. Metrics, none before there are transitions: <c>game/actor_gradient</c> and <c>game/critic_gradient</c>
/// (norms of the individual gradients), <c>game/actor_curvature_min</c> and <c>_max</c> (extreme eigenvalues of the Hessian of
/// -J in theta), <c>game/critic_curvature_min</c> and <c>_max</c> (of L in w), <c>game/jacobian_real_min</c> and <c>_max</c> (extreme
/// real parts of the eigenvalues of the Jacobian of simultaneous individual gradients).
/// </summary>
internal sealed class GameMetrics(GameAgent agent, int steps, RandomStream stream)
{
    private readonly GameBatch _batch = agent.GameOn(agent.BatchSize);
    private GameSpectrum<float>? _spectrum;

    /// <summary>Measures the game as it is now.</summary>
    public void Measure(IMetrics metrics)
    {
        if (agent.Transitions == 0)
        {
            return;
        }

        // The same numbers in every row: rows differ by what was learned, not by the start of a Krylov space, and a run that is
        // stopped has nothing to remember.
        RandomStream random = stream.Split("row");
        _batch.Draw(random);
        _spectrum ??= new GameSpectrum<float>(_batch.Game.LedBy(Player.Actor), steps);
        SpectrumReport report = _spectrum.Compute(random);
        metrics.Record("game/actor_gradient", report.LeaderGradient);
        metrics.Record("game/critic_gradient", report.FollowerGradient);
        metrics.Record("game/actor_curvature_min", report.LeaderCurvature.Lowest);
        metrics.Record("game/actor_curvature_max", report.LeaderCurvature.Highest);
        metrics.Record("game/critic_curvature_min", report.FollowerCurvature.Lowest);
        metrics.Record("game/critic_curvature_max", report.FollowerCurvature.Highest);
        metrics.Record("game/jacobian_real_min", report.JacobianLowest.Real);
        metrics.Record("game/jacobian_real_max", report.JacobianHighest.Real);
    }
}
