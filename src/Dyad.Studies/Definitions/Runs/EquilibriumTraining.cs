using Dyad.Algorithms;
using Dyad.Core;
using Dyad.Diagnostics;
using Dyad.Environments;
using Dyad.Games;
using Dyad.Numerics;
using Dyad.Training;

namespace Dyad.Studies.Definitions.Runs;

/// <summary>
/// Training whose game is inspected at its end. Metrics: <c>equilibrium/kind</c>, the number of the <see cref="EquilibriumKind"/>,
/// <c>equilibrium/total</c> and <c>equilibrium/follower_gradient</c>, norms, <c>equilibrium/follower_min</c>, <c>_max</c> and
/// <c>_nearest</c>, eigenvalues of the follower's Hessian, the last being the magnitude of that nearest to zero; and of agents with a
/// replay <c>equilibrium/individual_min</c>, <c>_max</c>, <c>equilibrium/flow_min</c>, <c>_max</c>, extreme real parts of the Jacobian of
/// individual gradients and of the Stackelberg flow.
/// </summary>
internal sealed class EquilibriumTraining(
    AgentTraining training, Func<IEnvironment> create, InspectionOptions options, long from, RandomStream random)
    : MeasuredTraining(training, from)
{
    protected override void MeasureAgent(IMetrics metrics, CancellationToken cancellation)
    {
        if (Training.Agent is EpochAgent onPolicy)
        {
            var inspection = EpochInspection.Of(onPolicy, create, options with { BatchSize = null }, random.Split("row"));
            Record(metrics, inspection.Equilibrium, inspection.Direction, inspection.CriticGradient, inspection.CriticCurvature);
            return;
        }

        var game = GameInspection.Of((GameAgent)Training.Agent, options, random.Split("row"));
        SpectrumReport spectrum = game.Spectrum;
        (double gradient, ExtremeEigenvalues curvature) = game.Leader == Algorithms.Rules.Player.Actor
            ? (spectrum.FollowerGradient, spectrum.FollowerCurvature)
            : (spectrum.LeaderGradient, spectrum.LeaderCurvature);
        Record(metrics, game.Equilibrium, game.Direction, gradient, curvature);
        metrics.Record("equilibrium/individual_min", spectrum.JacobianLowest.Real);
        metrics.Record("equilibrium/individual_max", spectrum.JacobianHighest.Real);
        metrics.Record("equilibrium/flow_min", game.Flow.Lowest.Real);
        metrics.Record("equilibrium/flow_max", game.Flow.Highest.Real);
    }

    private static void Record(
        IMetrics metrics, EquilibriumVerdict verdict, LeaderDirection direction, double followerGradient, ExtremeEigenvalues follower)
    {
        metrics.Record("equilibrium/kind", (int)verdict.Kind);
        metrics.Record("equilibrium/total", direction.Norm);
        metrics.Record("equilibrium/follower_gradient", followerGradient);
        metrics.Record("equilibrium/follower_min", follower.Lowest);
        metrics.Record("equilibrium/follower_max", follower.Highest);
        metrics.Record("equilibrium/follower_nearest", follower.NearestToZero);
    }
}
