using System.Text.Json.Nodes;
using Dyad.Cli.Terminal;
using Dyad.Diagnostics;
using Dyad.Training;

namespace Dyad.Cli.Commands;

/// <summary><c>dyad inspect</c> of an on-policy run.</summary>
internal static class InspectOnPolicy
{
    public static void Write(StoredRun run, long step, EpochInspection inspection, InspectionOptions options, long seed, bool json)
    {
        if (json)
        {
            StandardOutput.Json(Document(run, step, inspection, options, seed));
        }
        else
        {
            Print(run, step, inspection, options);
        }
    }

    private static JsonObject Document(StoredRun run, long step, EpochInspection inspection, InspectionOptions options, long seed)
    {
        JsonObject total = InspectCommand.TotalOf(inspection.Direction, inspection.IsOwnRule);
        total["form"] = inspection.Form;
        return new JsonObject
        {
            ["method"] = run.Method,
            ["environment"] = run.Task.Name,
            ["step"] = step,
            ["batch"] = inspection.Steps,
            ["episodes"] = inspection.Stretches,
            ["seed"] = seed,
            ["actor"] = InspectCommand.PlayerOf(inspection.ActorGradient, inspection.ActorCurvature),
            ["critic"] = InspectCommand.PlayerOf(inspection.CriticGradient, inspection.CriticCurvature),
            ["jacobian"] = null,
            ["leader"] = "actor",
            ["total_derivative"] = total,
            ["equilibrium"] = InspectCommand.VerdictOf(inspection.Equilibrium, options),
        };
    }

    private static void Print(StoredRun run, long step, EpochInspection inspection, InspectionOptions options)
    {
        InspectCommand.PrintPlayers(
            $"{run.Method} on {run.Task.Name} after {step} steps, {inspection.Steps} steps of {inspection.Stretches} new episodes",
            (inspection.ActorGradient, inspection.ActorCurvature), (inspection.CriticGradient, inspection.CriticCurvature));
        InspectCommand.PrintTotal($"Total derivative in the form {inspection.Form}", inspection.IsOwnRule, inspection.Direction);
        StandardOutput.Line();
        StandardOutput.Line("The Jacobian of individual gradients and the leader's total second derivative have no meaning here: on policy, the players meet "
            + "in the distribution of episodes, and the costs above hold it and the advantages fixed.");
        InspectCommand.PrintVerdict(inspection.Equilibrium, options);
    }
}
