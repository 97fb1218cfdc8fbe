using Dyad.Algorithms;
using Dyad.Core;
using Dyad.Diagnostics;
using Dyad.Environments;
using Dyad.Numerics;
using Dyad.Training;

namespace Dyad.Studies.Definitions.Runs;

/// <summary>
/// Training whose gap is measured at each row from some step on, by the same random numbers in all rows. Metrics, for each
/// estimator NAME of <see cref="ActorGradients"/>: <c>gap/NAME_derivative</c> of J along its unit direction,
/// <c>gap/NAME_half_width</c> of its 95 % interval, <c>gap/NAME_linear</c> (1 where the difference quotient is in its linear range,
/// 0 where it is not, 0.5 where that is unclear), <c>gap/NAME_signal_to_noise</c>, <c>gap/NAME_cosine_to_plain</c>,
/// <c>gap/NAME_cosine</c> with the whole gradient of J where that is asked for; and <c>gap/random_derivative</c>,
/// <c>gap/objective</c>.
/// </summary>
/// <param name="training">The training; owned by this object from now on.</param>
/// <param name="create">Makes the environment of rollouts.</param>
/// <param name="options">How the gap is measured.</param>
/// <param name="from">The first step at which it is.</param>
/// <param name="random">Draws batches, starts and noise.</param>
internal sealed class GapTraining(AgentTraining training, Func<IEnvironment> create, GapOptions options, long from, RandomStream random)
    : MeasuredTraining(training, from)
{
    protected override void MeasureAgent(IMetrics metrics, CancellationToken cancellation)
    {
        var gap = MeasuredGap.Of((GameAgent)Training.Agent, create, options, random.Split("row"), cancellation: cancellation);
        foreach (EstimatorGap estimator in gap.Estimators)
        {
            string name = $"gap/{estimator.Name}";
            metrics.Record($"{name}_derivative", estimator.Derivative?.Full.Mean ?? double.NaN);
            metrics.Record($"{name}_half_width", estimator.Derivative?.Full.HalfWidth ?? double.NaN);
            metrics.Record($"{name}_linear", estimator.Derivative?.Linearity switch
            {
                Linearity.Linear => 1,
                Linearity.NotLinear => 0,
                Linearity.Unclear => 0.5,
                _ => double.NaN,
            });
            metrics.Record($"{name}_signal_to_noise", estimator.SignalToNoise);
            metrics.Record($"{name}_cosine_to_plain", estimator.CosineToPlain);
            if (estimator.FullCosine is { } cosine)
            {
                metrics.Record($"{name}_cosine", cosine.Mean);
            }
        }

        metrics.Record("gap/random_derivative", gap.Random.Full.Mean);
        metrics.Record("gap/objective", gap.Objective.Mean);
    }
}
