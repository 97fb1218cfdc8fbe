using System.Text.Json.Nodes;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.Locating;
using Dyad.Environments.Recording;
using Dyad.Environments.Wrappers;
using Dyad.Studies.Results;
using Dyad.Tabular;
using Dyad.Training;

namespace Dyad.Studies;

/// <summary>Pictures of grids from the policies that tabular runs kept along their way.</summary>
internal static class GridPictures
{
    /// <summary>Policies that a run keeps for its picture.</summary>
    public const int Kept = 12;

    private const string Caption =
        "Shade: the value of a cell under the policy of the moment. Arrows: the policy, as long as the action is probable. Dots: how often a cell is "
        + "expected to be visited. One seed; values and visits that are called true or expected are exact.";

    /// <summary>A picture; none where the task is no grid with four moves, or no run kept its policies.</summary>
    /// <param name="id">Short name.</param>
    /// <param name="title">Heading.</param>
    /// <param name="task">The task.</param>
    /// <param name="lines">Runs by the name of their line.</param>
    public static IReadOnlyList<Chart> Of(string id, string title, LocatedTask task, IEnumerable<(string Label, FinishedRun? Run)> lines)
    {
        if (task.Mdp is not { Actions: 4 } mdp || SceneOf(task) is not { } scene)
        {
            return [];
        }

        // A state that a termination leads to has no cell, and is the last one.
        int[] places = [.. scene["cells"]!.AsArray().SelectMany(cell => cell!.AsArray().Select(part => (int)part!))];
        int cells = places.Length / 2;
        if (cells > mdp.States)
        {
            return [];
        }

        var evaluation = new PolicyEvaluation(mdp);
        GridLine[] drawn = [.. from line in lines
                               let frames = Frames(evaluation, cells, line.Run?.Folder)
                               where frames.Length > 0
                               select new GridLine(line.Label, frames)];
        return drawn.Length == 0 ? [] :
        [
            new GridChart(
                id, title, Caption, [.. scene["rows"]!.AsArray().Select(row => (string)row!)],
                places, drawn),
        ];
    }

    private static JsonObject? SceneOf(LocatedTask task)
    {
        using IEnvironment environment = task.Create();
        return EnvironmentWrapper.Find<IRecordable>(environment)?.Scene is { } text && JsonNode.Parse(text) is JsonObject scene && (string?)scene["draw"] == "grid" ? scene : null;
    }

    private static GridFrame[] Frames(PolicyEvaluation evaluation, int cells, string? folder)
    {
        string policies = Path.Combine(folder ?? "", "policies");
        return folder is null || !Directory.Exists(policies) ? [] :
            [.. Directory.EnumerateFiles(policies, "step-*.safetensors").Select(path => Frame(evaluation, cells, path)).OfType<GridFrame>().OrderBy(frame => frame.Step)];
    }

    // A file that was damaged is one picture less: what the study measures is elsewhere.
    private static GridFrame? Frame(PolicyEvaluation evaluation, int cells, string path)
    {
        try
        {
            StoredTable table = TabularPolicyFile.Read(path);
            TabularPolicy policy = table.ToPolicy(evaluation.Mdp);
            if (evaluation.Mdp.Discount == 1 && Termination.Endless(evaluation.Mdp, policy) is not null)
            {
                return null;
            }

            evaluation.Evaluate(policy);
            var values = new List<GridValues>();
            if (table.Critic.Length > 0)
            {
                values.Add(new GridValues("critic q", Average(table.Critic)));
            }

            if (table.ResCritic.Length > 0)
            {
                values.Add(new GridValues("q + w", Average([.. table.Critic.Zip(table.ResCritic, (q, w) => q + w)])));
            }

            values.Add(new GridValues("true value", Single(evaluation.StateValue[..cells])));
            return new GridFrame(table.Step, Single(policy.Probabilities[..(cells * policy.Actions)]), Single(evaluation.StateOccupancy[..cells]), values);

            float[] Average(double[] pairs)
            {
                double[] states = new double[evaluation.Mdp.States];
                policy.Average(pairs, states);
                return Single(states.AsSpan(0, cells));
            }
        }
        catch (Exception e) when (e is UserError or ArithmeticException)
        {
            // Or its values are not finite: a policy that all but never ends, without a discount.
            return null;
        }
    }

    private static float[] Single(ReadOnlySpan<double> values) => [.. values.ToArray().Select(value => (float)value)];
}
