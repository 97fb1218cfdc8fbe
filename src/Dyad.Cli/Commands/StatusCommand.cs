using System.CommandLine;
using System.Text.Json.Nodes;
using Dyad.Cli.Terminal;
using Dyad.Core;
using Dyad.Training;

namespace Dyad.Cli.Commands;

/// <summary><c>dyad status</c>: where the runs of a folder stand.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("DIR") { Description = "A folder that holds runs." };
        Option<bool> json = StudyOptions.Json();
        var command = new Command("status", "Runs of a folder: done, running, failed, time left.") { folder, json };
        Help.AddExamples(command, "dyad status runs");
        command.SetAction(parsed => Run(parsed.GetValue(folder)!, parsed.GetValue(json)));
        return command;
    }

    private static int Run(string folder, bool json)
    {
        JsonObject[] runs = [.. Files.Find(folder, "run.json").Select(path => Row(folder, Path.GetDirectoryName(path)!))];
        if (runs.Length == 0)
        {
            throw new UserError($"'{folder}' holds no runs");
        }

        int Count(string status) => runs.Count(run => (string?)run["status"] == status);
        if (json)
        {
            Output.Json(new JsonObject
            {
                ["done"] = Count("done"),
                ["running"] = Count("running"),
                ["failed"] = Count("failed"),
                ["runs"] = new JsonArray([.. runs]),
            });
            return ExitCode.Success;
        }

        Output.Table(null, ["run", "status", "#step", "#of", "#seconds", "#left"], runs.Select(run => new[]
        {
            (string)run["run"]!, (string)run["status"]!, Text(run["step"]), Text(run["steps"]), Text(run["wall_s"]), Text(run["left_s"]),
        }));
        Output.Line($"{Count("done")} done, {Count("running")} running or stopped, {Count("failed")} failed");
        return ExitCode.Success;
    }

    private static JsonObject Row(string root, string path)
    {
        var directory = new RunDirectory(path);
        JsonObject status = directory.ReadStatus()!;

        // A configuration that this release cannot read is told here too.
        _ = directory.ReadConfig();
        long step = (long?)status["step"] ?? 0;
        long? steps = (long?)status["steps"];
        double seconds = (double?)status["wall_s"] ?? 0;
        bool unfinished = (string?)status["status"] == "running" && step > 0 && steps > step;
        var row = new JsonObject
        {
            ["run"] = Path.GetRelativePath(root, path),
            ["status"] = (string?)status["status"] ?? "unknown",
            ["step"] = step,
            ["steps"] = steps,
            ["wall_s"] = Math.Round(seconds, 1),
            ["left_s"] = unfinished ? Math.Round(seconds * (steps!.Value - step) / step, 1) : null,
        };
        if ((string?)status["error"] is string error)
        {
            row["error"] = error;
        }

        return row;
    }

    private static string Text(JsonNode? node) => node?.ToString() ?? "";
}
