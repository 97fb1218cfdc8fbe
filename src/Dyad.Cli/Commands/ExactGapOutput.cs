using System.Text.Json.Nodes;
using Dyad.Cli.Terminal;
using Dyad.Core;
using Dyad.Diagnostics;
using Dyad.Numerics;
using Dyad.Tabular;
using Dyad.Training;

namespace Dyad.Cli.Commands;

/// <summary><c>dyad gap</c> of a run on a finite MDP: what its actor follows against the exact gradient of J.</summary>
internal static class ExactGapOutput
{
    public static int Run(StoredRun run, AgentTraining training, GapOptions options, long seed, bool json)
    {
        Mdp mdp = run.Task.Mdp ?? throw new UserError($"{run.Task.Name} is no finite MDP, of which alone the exact gradient of J is known");
        using var stopping = new Stopping();
        ExactGap gap = ProgressDisplay.Bar(
            $"gap of {run.Method} on {run.Task.Name}",
            progress => ExactGap.Of(training.Agent, run.CreateTask, mdp, options, new RandomStream(seed), progress, stopping.Token));
        if (json)
        {
            StandardOutput.Json(Document(run, training.Step, gap, seed));
        }
        else
        {
            Print(run, training.Step, gap);
        }

        return ExitCode.Success;
    }

    private static JsonObject Document(StoredRun run, long step, ExactGap gap, long seed) => new()
    {
        ["method"] = run.Method,
        ["environment"] = run.Task.Name,
        ["step"] = step,
        ["seed"] = seed,
        ["truth"] = "exact",
        ["batch"] = gap.BatchSize,
        ["batches"] = gap.Batches,
        ["parameters"] = gap.Parameters,
        ["parameter_norm"] = gap.ParameterNorm,
        ["objective"] = new JsonObject
        {
            ["value"] = StandardOutput.Number(gap.Objective),
            ["discount"] = gap.Discount,
            ["entropy_weight"] = gap.EntropyWeight,
            ["states"] = gap.Mdp.States,
            ["actions"] = gap.Mdp.Actions,
        },
        ["gradient_norm"] = StandardOutput.Number(gap.GradientNorm),
        ["stackelberg_rule"] = gap.IsOwnRule ? "run" : "default",
        ["estimators"] = new JsonArray([.. gap.Estimators.Select(estimator => new JsonObject
        {
            ["name"] = estimator.Name,
            ["exact"] = estimator.IsExact,
            ["norm_squared"] = StandardOutput.Number(estimator.NormSquared),
            ["variance"] = StandardOutput.Number(estimator.Variance),
            ["signal_to_noise"] = StandardOutput.Number(estimator.SignalToNoise),
            ["cosine"] = GapCommand.Interval(estimator.Cosine),
            ["projection"] = GapCommand.Interval(estimator.Projection),
            ["distance"] = StandardOutput.Number(estimator.Distance),
            ["critic_error"] = estimator.CriticError is { } error ? StandardOutput.Number(error) : null,
        })]),
    };

    private static void Print(StoredRun run, long step, ExactGap gap)
    {
        StandardOutput.Table(
            $"{run.Method} on {run.Task.Name} after {step} steps: directions against the exact gradient of J",
            ["direction", "#cosine", "#projection", "#distance", "#signal / noise", "#error of q"],
            gap.Estimators.Select(estimator => (string[])
            [
                estimator.Name, Text(estimator.Cosine, estimator.IsExact), Text(estimator.Projection, estimator.IsExact), GapCommand.Text(estimator.Distance),
                estimator.IsExact ? "exact" : GapCommand.Text(estimator.SignalToNoise),
                estimator.CriticError is { } error ? GapCommand.Text(error) : "",
            ]));
        StandardOutput.Line(FormattableString.Invariant($"J = {GapCommand.Text(gap.Objective)}: sum over all steps of {gap.Discount}^t r_t")
            + (gap.EntropyWeight > 0 ? $" and {GapCommand.Text(gap.EntropyWeight)} times the entropy" : "")
            + $", exactly, from an MDP of {gap.Mdp.States} states and {gap.Mdp.Actions} actions.");
        StandardOutput.Line($"|grad (1 - gamma) J| = {GapCommand.Text(gap.GradientNorm)} over {gap.Parameters} parameters: projection and distance are in units of it.");
        if (gap.Batches > 0)
        {
            StandardOutput.Line($"Estimated on {gap.Batches} batches of {gap.BatchSize}; NAME-visited is exact, over the policy's own discounted visits.");
            GapCommand.PrintRule(gap.IsOwnRule);
        }
    }

    private static string Text(Estimate estimate, bool isExact) => isExact ? GapCommand.Text(estimate.Mean) : GapCommand.Text(estimate);
}
