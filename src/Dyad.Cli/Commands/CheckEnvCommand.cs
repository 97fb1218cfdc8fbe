using System.CommandLine;
using System.Text.Json.Nodes;
using Dyad.Cli.Terminal;
using Dyad.Environments;
using Dyad.Environments.Locating;

namespace Dyad.Cli.Commands;

/// <summary><c>dyad check-env</c>: is an environment sound.</summary>
internal static class CheckEnvCommand
{
    public static Command Create()
    {
        var environment = new Argument<string>("ENVIRONMENT")
        {
            Description = "A task of 'dyad list environments', a class of your own as FILE.dll:TYPE, a task in Python as gymnasium:NAME or py:MODULE:FACTORY, or a file with a text map or an MDP.",
        };
        Option<int?> limit = CommonOptions.EpisodeLimit("Steps after which an episode is cut off, instead of the task's own limit.");
        Option<bool> json = CommonOptions.Json();
        var command = new Command("check-env", "Whether an environment keeps its promises: seeds, snapshots, ends, wrong actions.")
        {
            environment, limit, json,
        };
        Help.AddExamples(command, "dyad check-env CartPole-v1", "dyad check-env bin/Tasks.dll:Corridor", "dyad check-env gymnasium:LunarLander-v3", "dyad check-env 'py:tasks.pole:Pole?length=0.5'");
        command.SetAction(parsed => Run(parsed.GetValue(environment)!, CommonOptions.EpisodeLimit(parsed, limit), parsed.GetValue(json)));
        return command;
    }

    private static int Run(string environment, int? limit, bool json)
    {
        LocatedTask task = Located.Task(environment).WithLimit(limit);

        // Under which name a user's own class speaks of itself is its affair.
        IReadOnlyList<EnvironmentFinding> findings = EnvironmentChecker.Check(task.CreateUnguarded, task.Kind == LocatedKind.Library ? null : task.BareName);
        bool isSound = findings.All(finding => finding.Holds);
        if (json)
        {
            StandardOutput.Json(new JsonObject
            {
                ["environment"] = environment,
                ["sound"] = isSound,
                ["findings"] = new JsonArray([.. findings.Select(finding => new JsonObject
                {
                    ["rule"] = finding.Rule,
                    ["holds"] = finding.Holds,
                    ["problem"] = finding.Problem,
                    ["note"] = finding.Note,
                })]),
            });
        }
        else
        {
            foreach (EnvironmentFinding finding in findings)
            {
                string more = finding.Problem ?? finding.Note ?? "";
                StandardOutput.Line($"{(finding.Holds ? "  ok " : "WRONG")}  {finding.Rule}{(more.Length > 0 ? $": {more}" : "")}");
            }

            StandardOutput.Line(isSound ? $"{environment} is sound." : $"{environment} is not sound.");
        }

        return isSound ? ExitCode.Success : ExitCode.Problems;
    }
}
