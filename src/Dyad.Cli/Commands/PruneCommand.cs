using System.CommandLine;
using System.Text.Json.Nodes;
using Dyad.Cli.Terminal;
using Dyad.Core;
using Dyad.Training;

namespace Dyad.Cli.Commands;

/// <summary><c>dyad prune</c>: takes the checkpoints of finished runs away.</summary>
internal static class PruneCommand
{
    private const string Consequence =
        "Runs without checkpoints cannot be lengthened, and 'inspect' and 'gap' have nothing to look at; metrics, policies, 'evaluate' and reports are as before.";

    public static Command Create()
    {
        var folder = new Argument<string>("DIR") { Description = "A folder that holds runs." };
        var all = new Option<bool>("--all") { Description = "Those of stopped, killed and failed runs too, which then cannot go on." };
        var look = new Option<bool>("--dry-run") { Description = "Say what would be taken away, and leave it." };
        Option<bool> json = CommonOptions.Json();
        var command = new Command("prune", "Take away the checkpoints of finished runs: most of their disk.") { folder, all, look, json };
        Help.AddExamples(command, "dyad prune runs --dry-run", "dyad prune runs/train");
        command.SetAction(parsed => Run(parsed.GetValue(folder)!, parsed.GetValue(all), parsed.GetValue(look), parsed.GetValue(json)));
        return command;
    }

    private static int Run(string folder, bool all, bool look, bool json)
    {
        var faults = new List<string>();
        RunDirectory[] runs = [.. FileSearch.Find(folder, "run.json", faults.Add).Select(path => new RunDirectory(Path.GetDirectoryName(path)!))];
        if (runs.Length == 0 && faults.Count == 0)
        {
            throw new UserError($"'{folder}' holds no runs");
        }

        int pruned = 0, kept = 0;
        long bytes = 0;
        foreach (RunDirectory run in runs)
        {
            try
            {
                long size = RunPruning.Bytes(run);
                if (size > 0 && !all && run.Status != RunStatus.Done)
                {
                    kept++;
                }
                else if (size > 0)
                {
                    if (!look)
                    {
                        RunPruning.Prune(run, ProcessIdentity.Current, TimeProvider.System);
                    }

                    (pruned, bytes) = (pruned + 1, bytes + size);
                }
            }
            catch (UserError e)
            {
                faults.Add(e.Message);
            }
            catch (Exception e) when (IoSentence.Tells(e))
            {
                faults.Add($"the run '{run.FullPath}' cannot be read: {IoSentence.Of(e)}");
            }
        }

        if (json)
        {
            StandardOutput.Json(new JsonObject { ["pruned"] = pruned, ["bytes"] = bytes, ["unfinished"] = kept, ["dry_run"] = look });
        }
        else
        {
            StandardOutput.Line($"{(look ? "Would take" : "Took")} away the checkpoints of {pruned} runs, {bytes / 1e6:0.0} MB."
                + (kept > 0 ? $" Those of {kept} unfinished runs stay (--all takes them too)." : ""));
            if (pruned > 0)
            {
                StandardOutput.Line(Consequence);
            }
        }

        faults.ForEach(StandardError.Tell);
        return faults.Count == 0 ? ExitCode.Success : ExitCode.BadInput;
    }
}
