using System.CommandLine;
using System.Text.Json.Nodes;
using Dyad.Cli.Terminal;
using Dyad.Core;
using Dyad.Environments.Locating;
using Dyad.Training;

namespace Dyad.Cli.Commands;

/// <summary><c>dyad suggest-clip</c>: the clip of the residual correction by the heuristic of Wen et al. 2021.</summary>
internal static class SuggestClipCommand
{
    public static Command Create()
    {
        var environment = new Argument<string>("ENVIRONMENT")
        {
            Description = "A task of 'dyad list environments' with real-valued actions, or a class of your own as FILE.dll:TYPE.",
        };
        var steps = new Option<long>("--steps") { Description = "Environment steps.", DefaultValueFactory = _ => 100_000, HelpName = "N" };
        var seed = new Option<int>("--seed") { Description = "The seed.", HelpName = "S" };
        var set = new Option<string[]>("--set") { Description = "Change an option of sac.", HelpName = "key=value" };
        Option<bool> json = CommonOptions.Json();
        var command = new Command(
            "suggest-clip", "A clip for the residual correction: trains plain SAC (preset wen2021) and takes its largest TD error.")
        {
            environment, steps, seed, set, json,
        };
        Help.AddExamples(command, "dyad suggest-clip Pendulum-v1 --steps 50000", "dyad suggest-clip HalfCheetah-v4 --set critic_updates=10 --json");
        command.SetAction(parsed => Run(
            parsed.GetValue(environment)!,
            CommonOptions.Steps(parsed.GetValue(steps), "--steps"),
            parsed.GetValue(seed) is >= 0 and var value ? value : throw new UserError($"--seed is {parsed.GetValue(seed)}; it must be at least 0"),
            CommonOptions.Changes(parsed.GetValue(set) ?? []),
            parsed.GetValue(json)));
        return command;
    }

    private static int Run(string environment, long steps, int seed, IReadOnlyList<(string, string)> changes, bool json)
    {
        LocatedTask task = Located.Task(environment).RequireForAgents();
        using var stopping = new Stopping();
        IReadOnlyList<TdErrorRow> rows = ProgressDisplay.Bar(
            $"sac on {task.Name}",
            progress => ClipHeuristic.Run(task.Name, () => task.CreateForTraining(), changes, steps, seed, progress, stopping.Token));
        double clip = rows.Max(row => row.Max);
        if (json)
        {
            StandardOutput.Json(new JsonObject
            {
                ["environment"] = task.Name,
                ["steps"] = steps,
                ["seed"] = seed,
                ["clip"] = clip,
                ["rows"] = new JsonArray([.. rows.Select(row => new JsonObject
                {
                    ["step"] = row.Step,
                    ["td_error_mean"] = row.Mean,
                    ["td_error_q90"] = row.Q90,
                    ["td_error_max"] = row.Max,
                })]),
            });
            return ExitCode.Success;
        }

        StandardOutput.Table(
            $"|TD error| of sac on {task.Name}", ["#step", "#mean", "#0.9 quantile", "#largest"],
            rows.Select(row => new[] { $"{row.Step}", $"{row.Mean:0.000}", $"{row.Q90:0.000}", $"{row.Max:0.000}" }));
        StandardOutput.Line($"The largest is {clip:0.00}: {Shell.Command("train", "res-sac", environment)} --preset wen2021 --set residual_clip={clip:0.00}");
        return ExitCode.Success;
    }
}
