using System.CommandLine;
using System.Text.Json.Nodes;
using Dyad.Cli.Terminal;
using Dyad.Core;
using Dyad.Studies.Slurm;
using Dyad.Training;

namespace Dyad.Cli.Commands;

/// <summary><c>dyad status</c>: where the runs of a folder stand.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("DIR") { Description = "A folder that holds runs." };
        Option<bool> json = CommonOptions.Json();
        var command = new Command("status", "Runs of a folder: done, running, stopped, killed, failed; step, speed, time left.") { folder, json };
        Help.AddExamples(command, "dyad status runs");
        command.SetAction(parsed => Run(parsed.GetValue(folder)!, parsed.GetValue(json)));
        return command;
    }

    private static int Run(string folder, bool json)
    {
        // What cannot be read is told, and does not hide the rest.
        var faults = new List<string>();
        JsonObject[] runs = [.. FileSearch.Find(folder, "run.json", faults.Add).Select(path => Row(folder, Path.GetDirectoryName(path)!, faults)).OfType<JsonObject>()];
        (runs, string[] queues) = Joined(folder, runs, faults);
        if (runs.Length == 0 && faults.Count == 0)
        {
            throw new UserError($"'{folder}' holds no runs");
        }

        string[] kinds = ["done", "running", "stopped", "killed", "failed", "waiting", "unsubmitted"];
        int Count(string status) => runs.Count(run => (string?)run["status"] == status);
        if (json)
        {
            StandardOutput.Json(new JsonObject([
                .. kinds.Select(kind => KeyValuePair.Create(kind, (JsonNode?)Count(kind))), KeyValuePair.Create("runs", (JsonNode?)new JsonArray([.. runs]))]));
        }
        else if (runs.Length > 0)
        {
            bool hasJobs = runs.Any(run => run["job"] is not null);
            StandardOutput.Table(null, ["run", "status", "#step", "#left", .. hasJobs ? ["job"] : Array.Empty<string>(), "#of", "#steps/s", "#seconds"], runs.Select(run => (string[])
            [
                (string)run["run"]!, (string)run["status"]!, Text(run["step"]), Text(run["left_s"]), .. hasJobs ? [Text(run["job"])] : Array.Empty<string>(),
                Text(run["steps"]), Text(run["steps_per_s"]), Text(run["wall_s"]),
            ]));
            foreach (JsonObject run in runs.Where(run => run["error"] is not null))
            {
                StandardOutput.Line($"{run["run"]}: {run["error"]}");
            }

            foreach (string queue in queues)
            {
                StandardOutput.Line(queue);
            }

            StandardOutput.Line(string.Join(", ", kinds.Where(kind => kind is "done" or "running" or "failed" || Count(kind) > 0).Select(kind => $"{Count(kind)} {kind}")));
        }

        faults.ForEach(StandardError.Tell);
        return faults.Count == 0 ? ExitCode.Success : ExitCode.BadInput;
    }

    // What the queue of a cluster has of runs that were submitted, beside what they say themselves; those that have not begun too.
    private static (JsonObject[] Runs, string[] Queues) Joined(string root, JsonObject[] runs, List<string> faults)
    {
        var rows = new List<JsonObject>(runs);
        var byFolder = runs.ToDictionary(run => Path.GetFullPath(Path.Combine(root, (string)run["run"]!)));
        var queues = new List<string>();
        foreach (string folder in FileSearch.Find(root, "plan-1.json", faults.Add).Select(path => Path.GetDirectoryName(path)!).Where(ClusterState.IsThere))
        {
            try
            {
                ClusterState state = ClusterState.Of(folder);
                queues.Add($"{Path.GetRelativePath(root, Path.GetDirectoryName(folder)!)} on Slurm: {state.Words}");
                foreach (ClusterRun run in state.Runs)
                {
                    if (run.Folder is null || !byFolder.TryGetValue(run.Folder, out JsonObject? row))
                    {
                        rows.Add(row = new JsonObject
                        {
                            ["run"] = run.Folder is { } path ? Path.GetRelativePath(root, path) : run.Name,
                            ["status"] = run.IsGivenUp && !run.IsOpen ? "failed" : run.IsOpen ? "waiting" : "unsubmitted",
                        });
                    }

                    row["job"] = run.Job;
                    if (run.Failure is not null && row["error"] is null)
                    {
                        row["error"] = run.Failure;
                    }
                }
            }
            catch (UserError e)
            {
                faults.Add($"of the jobs of '{folder}' nothing is known: {e.Message}");
            }
        }

        return ([.. rows], [.. queues]);
    }

    // A run; null, and a sentence, where it cannot be read.
    private static JsonObject? Row(string root, string path, List<string> faults)
    {
        try
        {
            return Row(root, path);
        }
        catch (UserError e)
        {
            faults.Add(e.Message);
        }
        catch (Exception e) when (IoSentence.Tells(e))
        {
            faults.Add($"the run '{path}' cannot be read: {IoSentence.Of(e)}");
        }

        return null;
    }

    private static JsonObject Row(string root, string path)
    {
        var directory = new RunDirectory(path);
        RunStanding run = RunStanding.Of(directory, TimeProvider.System);

        // A configuration that this release cannot read is told here too.
        _ = directory.ReadConfig();
        var row = new JsonObject
        {
            ["run"] = Path.GetRelativePath(root, path),
            ["status"] = run.Status,
            ["step"] = run.Step,
            ["steps"] = run.Steps,
            ["wall_s"] = Math.Round(run.WallSeconds, 1),
            ["steps_per_s"] = run.StepsPerSecond > 0 ? Math.Round(run.StepsPerSecond, run.StepsPerSecond < 10 ? 2 : 0) : null,
            ["left_s"] = run.LeftSeconds is { } left ? Math.Round(left, 1) : null,
        };
        if (run.Error is { } error)
        {
            row["error"] = error;
        }

        if (run.EndedBy is { } reason)
        {
            row["ended_by"] = reason;
        }

        if (run.Owner is { } owner)
        {
            row["owner"] = owner.ToString();
            row["heard_s"] = Math.Round(run.HeardSeconds, 1);
        }

        return row;
    }

    private static string Text(JsonNode? node) => node?.ToString() ?? "";
}
