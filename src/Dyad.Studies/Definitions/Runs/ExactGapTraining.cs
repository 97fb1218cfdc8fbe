using System.Text.Json.Nodes;
using Dyad.Core;
using Dyad.Diagnostics;
using Dyad.Environments;
using Dyad.Environments.Locating;
using Dyad.Numerics;
using Dyad.Tabular;
using Dyad.Training;

namespace Dyad.Studies.Definitions.Runs;

/// <summary>
/// Training on a finite task whose exact gap is measured at each row, by the same random numbers in all rows. Metrics, for each direction
/// NAME of <see cref="ExactGap"/>: <c>gap/NAME_cosine</c> with the gradient of J, <c>gap/NAME_projection</c> on it and
/// <c>gap/NAME_distance</c> to it in lengths of it, of exact directions <c>gap/NAME_critic_error</c>, of the others
/// <c>gap/NAME_signal_to_noise</c>; and <c>gap/objective</c> J, <c>gap/gradient_norm</c>. Directions on a replay are there once it holds
/// transitions.
/// </summary>
/// <param name="training">The training; owned by this object from now on.</param>
/// <param name="create">Makes the task.</param>
/// <param name="mdp">The process behind it.</param>
/// <param name="options">How the gap is measured.</param>
/// <param name="random">Draws batches.</param>
internal sealed class ExactGapTraining(AgentTraining training, Func<IEnvironment> create, Mdp mdp, GapOptions options, RandomStream random)
    : MeasuredTraining(training, from: 0)
{
    /// <summary>A variant whose runs are measured.</summary>
    /// <param name="variant">Of a neural method.</param>
    /// <param name="task">Its task.</param>
    /// <param name="batches">Batches of each estimator.</param>
    /// <exception cref="UserError">The task is no finite MDP, or the policy no softmax.</exception>
    public static Variant Measured(Variant variant, LocatedTask task, int batches)
    {
        Mdp mdp = task.Mdp ?? throw new UserError($"exact_gap needs a finite MDP, and {task.Name} is none");
        if (batches < ExactGap.FewestBatches)
        {
            throw new UserError($"exact_gap is {batches}; it takes {ExactGap.FewestBatches} batches for an interval");
        }

        using (var sample = (AgentTraining)variant.Create(0))
        {
            if (!ExactGap.Knows(sample.Agent))
            {
                throw new UserError($"exact_gap needs a policy that is a softmax over finitely many actions, and that of {variant.Method.Name} is none");
            }
        }

        var options = new GapOptions { Batches = batches };
        return Of(
            variant, new JsonObject { ["truth"] = "exact", ["batches"] = batches },
            (training, stream) => new ExactGapTraining(training, Create, mdp, options, stream.Split("gap")));

        IEnvironment Create() => task.CreateForAgents(variant.TimeLimitTerminates);
    }

    protected override void MeasureAgent(IMetrics metrics, CancellationToken cancellation)
    {
        var gap = ExactGap.Of(Training.Agent, create, mdp, options, random.Split("row"), cancellation: cancellation);
        foreach (ExactEstimatorGap estimator in gap.Estimators)
        {
            string name = $"gap/{estimator.Name}";
            metrics.Record($"{name}_cosine", estimator.Cosine.Mean);
            metrics.Record($"{name}_projection", estimator.Projection.Mean);
            metrics.Record($"{name}_distance", estimator.Distance);
            if (estimator.CriticError is { } error)
            {
                metrics.Record($"{name}_critic_error", error);
            }
            else
            {
                metrics.Record($"{name}_signal_to_noise", estimator.SignalToNoise);
            }
        }

        metrics.Record("gap/objective", gap.Objective);
        metrics.Record("gap/gradient_norm", gap.GradientNorm);
    }
}
