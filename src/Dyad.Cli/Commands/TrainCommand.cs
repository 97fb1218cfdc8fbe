using System.CommandLine;
using Dyad.Algorithms;
using Dyad.Algorithms.Tabular;
using Dyad.Cli.Terminal;
using Dyad.Core;
using Dyad.Environments.Gridworlds;
using Dyad.Studies;
using Dyad.Studies.Results;
using Dyad.Tabular;
using Dyad.Training;

namespace Dyad.Cli.Commands;

/// <summary><c>dyad train</c>: one method with the user's options.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var method = new Argument<string>("METHOD") { Description = "A method of 'dyad list algorithms'." };
        var environment = new Argument<string>("ENVIRONMENT")
        {
            Description = "A task of 'dyad list environments', your own as FILE.dll:TYPE, or for tabular methods a finite MDP in a file as for 'dyad tabular'.",
        };
        var steps = new Option<long>("--steps")
        {
            Description = "Steps of each run: environment steps (150000 by default), or iterations with a known model.",
            HelpName = "N",
        };
        var every = new Option<long>("--measure-every")
        {
            Description = "Steps between two rows of metrics; a hundredth of the steps by default, a twentieth for neural methods.",
            HelpName = "N",
        };
        var seed = new Option<int>("--seed") { Description = "The seed, or the first of several.", HelpName = "S" };
        var seeds = new Option<int>("--seeds") { Description = "Number of seeds.", DefaultValueFactory = _ => 1, HelpName = "N" };
        var set = new Option<string[]>("--set") { Description = "Change an option of the method.", HelpName = "key=value" };
        var preset = new Option<string>("--preset")
        {
            Description = "Options of a neural method that belong together: " + string.Join("; ", AgentPreset.All.Select(p => $"{p.Name}: {p.Description}")) + ".",
            DefaultValueFactory = _ => AgentPreset.Correct,
            HelpName = string.Join('|', AgentPreset.All.Select(p => p.Name)),
        };
        var episodes = new Option<int>("--evaluation-episodes")
        {
            Description = "Episodes of one evaluation of a neural method.",
            DefaultValueFactory = _ => 10,
            HelpName = "N",
        };
        var output = new Option<string>("--out")
        {
            Description = "Folder of the runs: DIR/train/METHOD/ENVIRONMENT/seed-N.",
            DefaultValueFactory = _ => "runs",
            HelpName = "DIR",
        };
        var resume = new Option<bool>("--resume") { Description = "Go on with runs that were stopped." };
        Option<int> jobs = StudyOptions.Jobs();
        Option<bool> open = StudyOptions.Open();
        Option<bool> json = StudyOptions.Json();
        var command = new Command("train", "Train one method on one task and write a report.")
        {
            method, environment, steps, every, seed, seeds, preset, set, episodes, output, resume, jobs, open, json,
        };
        Help.AddExamples(
            command,
            "dyad train sac Pendulum-v1 --steps 20000 --seeds 2",
            "dyad train res-ac FourRoom --set res_critic_steps=5 --seeds 5",
            "dyad train q-learning map.txt --steps 30000 --set exploration=0.2");
        command.SetAction(parsed =>
        {
            int first = parsed.GetValue(seed);
            if (first is < 0 or > 1_000_000_000)
            {
                throw new UserError($"--seed is {first}; it must be between 0 and 1000000000");
            }

            TrainingRequest Length(long defaultSteps, long rows)
            {
                long count = parsed.GetResult(steps) is null ? defaultSteps : Positive(parsed.GetValue(steps), "--steps");
                long measureEvery = parsed.GetResult(every) is null
                    ? Math.Max(1, count / rows)
                    : Positive(parsed.GetValue(every), "--measure-every");
                return new TrainingRequest(
                    Changes(parsed.GetValue(set) ?? []), count, measureEvery, first,
                    StudyOptions.Positive(parsed.GetValue(episodes), "--evaluation-episodes"),
                    parsed.GetValue(preset)!);
            }

            TrainingStudy study = Plan(parsed.GetValue(method)!, parsed.GetValue(environment)!, Length);
            var request = new StudyRequest(
                StudyScale.Quick,
                StudyOptions.Positive(parsed.GetValue(seeds), "--seeds", 10_000),
                StudyOptions.Positive(parsed.GetValue(jobs), "--jobs"),
                parsed.GetValue(output)!,
                "./dyad " + string.Join(' ', parsed.Tokens.Select(token => token.Value)));
            return Run(study, request, parsed.GetValue(resume), parsed.GetValue(open), parsed.GetValue(json));
        });
        return command;
    }

    private static int Run(TrainingStudy study, StudyRequest request, bool resume, bool open, bool json)
    {
        string resultFolder = Path.Combine(request.Output, study.ResultFolder);
        if (!resume && Directory.Exists(resultFolder)
            && Files.Find(resultFolder, "run.json").Select(path => new RunDirectory(Path.GetDirectoryName(path)!)).Any(run => run.Status != RunStatus.Done))
        {
            throw new UserError($"'{resultFolder}' holds runs that were stopped: give --resume to go on with them, or another --out");
        }

        using var stopping = new Stopping();
        (StudyResult result, string folder) = StudyOptions.Execute(study, study.Title, request, stopping.Token);
        string report = Path.Combine(folder, "report.html");
        StudyOptions.WriteReport(report, "Training runs", "One method on one task, seed by seed.", [result], open, quiet: true);
        if (json)
        {
            Output.Json(ReproduceCommand.Document(report, [result]));
            return ExitCode.Success;
        }

        GroupSummary group = result.Groups[0];
        Output.Table(study.Title, ["#seed", "#final return"], group.Seeds.Zip(group.Values, (s, value) => new[] { $"{s}", $"{value:0.0000}" }));
        if (group.Interval is { } interval)
        {
            Output.Line($"mean {group.Mean:0.0000}, standard deviation {group.StandardDeviation:0.0000}, "
                + $"95 % interval {interval.Low:0.0000} to {interval.High:0.0000}");
            Output.Line();
        }

        Output.Line($"Report: {report}");
        return ExitCode.Success;
    }

    // A tabular method takes a finite MDP, a neural one a task with the actions that it needs.
    private static TrainingStudy Plan(string method, string environment, Func<long, long, TrainingRequest> length)
    {
        if (Method.Find(TabularMethods.All, method) is { } tabular)
        {
            (string name, Mdp mdp) = FindFiniteTask(environment, method);
            return TrainingStudy.Tabular(tabular, name, mdp, length(tabular.DefaultSteps, 100));
        }

        if (Method.Find(AgentMethods.All, method) is { } neural)
        {
            AgentEnvironment task = AgentEnvironment.Find(environment);
            return TrainingStudy.Agent(neural, task.Name, task.Text, task.Create, length(neural.DefaultSteps, 20));
        }

        string[] names = [.. TabularMethods.All.Select(m => m.Name), .. AgentMethods.All.Select(m => m.Name)];
        throw new UserError($"there is no method '{method}'; there are {string.Join(", ", names)}");
    }

    private static (string Name, Mdp Mdp) FindFiniteTask(string environment, string method)
    {
        if (FourRoom.Find(environment) is Mdp known)
        {
            return (environment, known);
        }

        string name = Path.GetFileNameWithoutExtension(environment);
        return File.Exists(environment)
            ? (name.Length > 0 ? name : "task", TaskFile.Read(environment).Mdp)
            : throw new UserError(
                $"{method} needs a finite MDP, and '{environment}' is neither one of {string.Join(", ", FourRoom.Tasks.Select(task => task.Name))} nor a file");
    }

    /// <summary>Options of a method as <c>key=value</c>.</summary>
    /// <exception cref="UserError">One is none, or an option is named twice.</exception>
    internal static List<(string Name, string Value)> Changes(string[] settings)
    {
        var changes = new List<(string, string)>();
        foreach (string setting in settings)
        {
            int equals = setting.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new UserError($"--set is '{setting}'; it must be key=value");
            }

            string name = setting[..equals].Replace('-', '_');
            if (changes.Any(change => change.Item1 == name))
            {
                throw new UserError($"--set names '{name}' twice");
            }

            changes.Add((name, setting[(equals + 1)..]));
        }

        return changes;
    }

    /// <summary>Checks a number of steps.</summary>
    internal static long Positive(long value, string option) => value is >= 1 and <= 1_000_000_000_000
        ? value
        : throw new UserError($"{option} is {value}; it must be between 1 and 1000000000000");
}
