using System.CommandLine;
using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Cli.Terminal;
using Dyad.Core;
using Dyad.Environments.Locating;
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
        var method = new Argument<string?>("METHOD") { Description = "A method of 'dyad list algorithms'.", Arity = ArgumentArity.ZeroOrOne };
        var environment = new Argument<string?>("ENVIRONMENT")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "A task of 'dyad list environments', your own as FILE.dll:TYPE, or for tabular methods a finite MDP in a file as for 'dyad tabular'.",
        };
        var steps = new Option<long>("--steps")
        {
            Description = $"Steps of each run: environment steps, or iterations with a known model; by default {DefaultSteps()}.",
            HelpName = "N",
        };
        var every = new Option<long>("--measure-every")
        {
            Description = "Steps between two rows of metrics, fixed when a run starts; a hundredth of its steps by default, a twentieth for neural methods.",
            HelpName = "N",
        };
        var seed = new Option<int>("--seed") { Description = "The seed, or the first of several.", DefaultValueFactory = _ => 0, HelpName = "S" };
        var seeds = new Option<int>("--seeds") { Description = "Number of seeds.", DefaultValueFactory = _ => 1, HelpName = "N" };
        var set = new Option<string[]>("--set") { Description = "Change an option of the method; 'dyad list options METHOD' names them, with what they accept and their defaults by preset.", HelpName = "key=value" };
        var sweep = new Option<string[]>("--sweep") { Description = "Values of an option that are compared; several options as a product.", HelpName = "key=a,b,c" };
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
            Description = "Folder of the runs: DIR/train/LABEL/ENVIRONMENT/seed-N.",
            DefaultValueFactory = _ => "runs",
            HelpName = "DIR",
        };
        var label = new Option<string?>("--label")
        {
            Description = "Name of the variant in folders and legends; by default the method and what differs from its preset.",
            HelpName = "NAME",
        };
        Option<int?> limit = CommonOptions.EpisodeLimit("Steps after which an episode is cut off, instead of the task's own limit; for neural methods.");
        var until = new Option<string?>("--until") { Description = "End a run as soon as a row of metrics reaches a bound, as eval/return>=475.", HelpName = "METRIC>=X" };
        var patience = new Option<int?>("--patience") { Description = "End a run after so many rows without a better eval/return.", HelpName = "N" };
        var wallTime = new Option<string?>("--wall-time") { Description = "End a run after so much time of computing, as 90s, 30m or 2h.", HelpName = "TIME" };
        var keep = new Option<int?>("--keep-policies") { Description = "Keep so many policies along a run of a neural method, policies/step-N.safetensors.", HelpName = "N" };
        var resume = new Option<bool>("--resume") { Description = "Go on with runs that were stopped." };
        var from = new Option<string?>("--from")
        {
            Description = "Instead of METHOD and ENVIRONMENT, the folder of a run: its method, options and task, beginning with its networks; --set changes options on top.",
            HelpName = "RUN",
        };
        var anew = new Option<bool>("--anew") { Description = "With --from: repeat the run, from networks that are drawn anew." };
        Option<string?> tensorboard = StudyOptions.TensorBoard();
        Option<int> jobs = CommonOptions.Jobs();
        Option<string?> device = DeviceOption.Create();
        Option<bool> watch = WatchCommand.Beside();
        Option<bool> open = CommonOptions.Open();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("train", "Train one method on one task and write a report.")
        {
            method, environment, steps, every, seed, seeds, preset, set, sweep, label, limit, episodes, output, until, patience, wallTime, keep, from, anew, tensorboard, resume, jobs, device, watch, open, json,
        };
        var trust = new TrustOptions(command);
        Help.AddExamples(
            command,
            "dyad train sac Pendulum-v1 --steps 20000 --seeds 2",
            "dyad train res-ac FourRoom --set res_critic_steps=5 --seeds 5",
            "dyad train stddpg-al Pendulum-v1 --sweep damping=0.1,1,10 --seeds 3",
            "dyad train --from runs/train/sac/Pendulum-v1/seed-0 --set rule=stackelberg",
            "dyad train sac Pendulum-v1 --seeds 64 --device gpu",
            "dyad train q-learning map.txt --steps 30000 --set exploration=0.2",
            "dyad train ac Pendulum-v1+frame_stack=3+action_repeat=2 --set normalize_rewards=true",
            "dyad train dqn CartPole-v1 --until 'eval/return>=475' --wall-time 30m");
        command.SetAction(parsed =>
        {
            TrainOrigin? origin = Origin(parsed);
            int first = origin is not null && parsed.GetResult(seed) is not { Implicit: false } ? origin.Seed : parsed.GetValue(seed);
            if (first is < 0 or > 1_000_000_000)
            {
                throw new UserError($"--seed is {first}; it must be between 0 and 1000000000");
            }

            TrainingRequest Length(IReadOnlyList<(string, string)> point, long defaultSteps, long rows)
            {
                long count = parsed.GetResult(steps) is null ? origin?.Steps ?? defaultSteps : CommonOptions.Steps(parsed.GetValue(steps), "--steps");
                long measureEvery = parsed.GetResult(every) is null
                    ? origin?.MeasureEvery ?? Math.Max(1, count / rows)
                    : CommonOptions.Steps(parsed.GetValue(every), "--measure-every");
                return new TrainingRequest(
                    [.. CommonOptions.Changes(parsed.GetValue(set) ?? []), .. point], count, measureEvery, first,
                    origin is not null && parsed.GetResult(episodes) is not { Implicit: false } ? origin.EvaluationEpisodes : CommonOptions.Positive(parsed.GetValue(episodes), "--evaluation-episodes"),
                    parsed.GetValue(preset)!,
                    Labelled(parsed.GetValue(label), point),
                    KeepsInterval: parsed.GetResult(every) is null,
                    Stop(parsed.GetValue(until), parsed.GetValue(patience), parsed.GetValue(wallTime)),
                    parsed.GetValue(keep) is int policies ? CommonOptions.Positive(policies, "--keep-policies", 10_000) : 0);
            }

            if (parsed.GetValue(label) is string name && FolderName.Fault(name) is string fault)
            {
                throw new UserError($"--label is '{name}'; {fault}");
            }

            LocatedTask? task = origin is null ? Located.Task(parsed.GetValue(environment)!) : null;
            TrainingStudy At(IReadOnlyList<(string, string)> point) => origin is not null ? origin.Plan(Length(point, 0, 1)) : Plan(
                parsed.GetValue(method)!, task!, CommonOptions.EpisodeLimit(parsed, limit), (steps, rows) => Length(point, steps, rows));

            using ITrainingDevice? onDevice = DeviceOption.Open(parsed.GetValue(device));
            string[] sweeps = parsed.GetValue(sweep) ?? [];
            var request = new StudyRequest(
                StudyScale.Quick,
                CommonOptions.Positive(parsed.GetValue(seeds), "--seeds", 10_000),
                CommonOptions.Positive(parsed.GetValue(jobs), "--jobs"),
                parsed.GetValue(output)!,
                Shell.Command(parsed.Tokens.Select(token => token.Value).Where(word => word != watch.Name)))
            {
                Device = onDevice,
            };
            using LiveView? view = WatchCommand.Begin(parsed.GetValue(watch), request.Output);
            if (sweeps.Length == 0)
            {
                return Run(At([]), request, parsed.GetValue(resume), parsed.GetValue(tensorboard), parsed.GetValue(open), parsed.GetValue(json));
            }

            IReadOnlyList<IReadOnlyList<(string Name, string Value)>> points = SweepStudy.Points(sweeps);
            Study study = SweepStudy.Of([.. points.Select(At)], [.. points.Select(point => string.Join(", ", point.Select(x => $"{x.Name} {x.Value}")))]);
            return StudyExecution.RunToReport(study, study.Title, "One method over values of its options.", request, parsed.GetValue(open), parsed.GetValue(json), parsed.GetValue(tensorboard));
        });
        return command;

        // What is trained: METHOD on ENVIRONMENT, or what a run was.
        TrainOrigin? Origin(ParseResult parsed)
        {
            if (parsed.GetValue(from) is not { } folder)
            {
                return parsed.GetValue(method) is null || parsed.GetValue(environment) is null
                    ? throw new UserError($"'train' needs {(parsed.GetValue(method) is null ? "METHOD and ENVIRONMENT" : "ENVIRONMENT")}, or --from RUN ('dyad train --help' shows how)")
                    : parsed.GetValue(anew) ? throw new UserError("--anew is for --from RUN")
                    : trust.AreGiven(parsed) ? throw new UserError("--task and --trust are for --from RUN")
                    : null;
            }

            if (parsed.GetValue(method) is not null || parsed.GetResult(preset) is { Implicit: false })
            {
                throw new UserError("--from takes method, options and task from the run: leave out METHOD, ENVIRONMENT and --preset (--set changes options, rule and leader among them, and --task gives another task)");
            }

            return TrainOrigin.Read(
                folder, parsed.GetValue(anew), CommonOptions.EpisodeLimit(parsed, limit), [.. CommonOptions.Changes(parsed.GetValue(set) ?? []).Select(change => change.Name)], trust.Of(parsed));
        }
    }

    private static StopRule? Stop(string? until, int? patience, string? wallTime) => until is null && patience is null && wallTime is null ? null
        : (until is null ? new StopRule() : StopRule.Parse(until)) with
        {
            Patience = patience is int rows ? CommonOptions.Positive(rows, "--patience") : null,
            WallSeconds = wallTime is null ? null : Seconds(wallTime),
        };

    private static double Seconds(string time)
    {
        int unit = time[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, _ => 0 };
        return unit > 0 && NumberText.TryDouble(time[..^1], out double value) && value > 0 && value * unit <= 1e9
            ? value * unit
            : throw new UserError($"--wall-time is '{time}'; it must be a time as 90s, 30m or 2h");
    }

    private static int Run(TrainingStudy study, StudyRequest request, bool resume, string? tensorboard, bool open, bool json)
    {
        string resultFolder = Path.Combine(request.Output, study.ResultFolder);
        RunDirectory[] asked = [.. Enumerable.Range(study.FirstSeed, request.Seeds ?? 1).Select(number => new RunDirectory(Path.Combine(resultFolder, $"seed-{number}")))];
        if (!resume && asked.Any(IsUnfinished))
        {
            throw new UserError($"'{resultFolder}' holds runs that were stopped: give --resume to go on with them, or another --out");
        }

        if (resume && asked.All(run => run.Status == RunStatus.None))
        {
            StandardError.Tell($"there is nothing to resume in '{resultFolder}': this starts at step 0");
        }

        foreach (string caution in study.Cautions)
        {
            StandardError.Tell(caution);
        }

        using var stopping = new Stopping();
        StudyOutcome outcome = StudyExecution.Execute(study, study.Title, request, tensorboard, stopping.Token);
        (StudyResult result, string folder, _) = outcome;
        string report = Path.Combine(folder, "report.html");

        // Of the summary as it is by now: other seeds may have been done beside these.
        StudyRunner.WithSummary(folder, stored => StudyExecution.WriteReport(report, "Training runs", "One method on one task, seed by seed.", [stored], open, quiet: true));
        if (json)
        {
            StandardOutput.Json(StudyExecution.Document(report, [result]));
            return StudyExecution.Ending(outcome);
        }

        GroupSummary group = result.Groups[0];
        StandardOutput.Table(study.Title, ["#seed", "#final return"], group.Seeds.Zip(group.Values, (s, value) => new[] { $"{s}", $"{value:0.0000}" }));
        if (group.Interval is { } interval)
        {
            StandardOutput.Line($"mean {group.Mean:0.0000}, standard deviation {group.StandardDeviation:0.0000}, "
                + $"95 % interval {interval.Low:0.0000} to {interval.High:0.0000}");
            StandardOutput.Line();
        }

        // Beside the final return.
        foreach (Finding finding in result.Findings.Skip(1))
        {
            StandardOutput.Line(finding.Measured);
        }

        foreach (string caution in study.Cautions)
        {
            StandardOutput.Line($"Note: {caution}.");
        }

        StandardOutput.Line($"Report: {OneLine.Of(report)}");
        return StudyExecution.Ending(outcome);
    }

    // One that another process is at work on is told by whom.
    private static bool IsUnfinished(RunDirectory run) => run.Status is not (RunStatus.None or RunStatus.Done)
        && RunOwner.Last(run.CheckpointPath)?.IsAlive(ProcessIdentity.Current, TimeProvider.System.GetUtcNow()) != true;

    // A tabular method takes a finite MDP, a neural one a task with the actions that it needs.
    private static TrainingStudy Plan(string method, LocatedTask task, int? limit, Func<long, long, TrainingRequest> length)
    {
        IReadOnlyList<Method> found = MethodCatalog.Find(method);
        Method<AgentTask, IAgent>? neural = found.OfType<Method<AgentTask, IAgent>>().FirstOrDefault();
        if (found.OfType<Method<Mdp, IIterative>>().FirstOrDefault() is { } tabular && (neural is null || task.Mdp is not null))
        {
            return limit is null
                ? TrainingStudy.Tabular(tabular, task, length(tabular.DefaultSteps, 100))
                : throw new UserError($"--max-episode-steps is for neural methods; {method} has its own option, --set episode_length={limit}");
        }

        return TrainingStudy.Agent(neural!, task.WithLimit(limit), length(neural!.DefaultSteps, 20));
    }

    // 150000, 100000 of dqn, ddpg: of families, whose combinations have the same.
    private static string DefaultSteps() => string.Join(", ", MethodCatalog.All.GroupBy(method => method.DefaultSteps)
        .OrderByDescending(group => group.Count(method => method.Id == method.Id.Plain))
        .Select((group, i) => i == 0
            ? $"{group.Key}"
            : $"{group.Key} of {string.Join(", ", group.Select(method => method.Id.Plain.Name).Distinct())}"));

    private static string? Labelled(string? label, IReadOnlyList<(string Name, string Value)> point) =>
        label is null ? null : label + string.Concat(point.Select(x => $",{x.Name}={x.Value}"));
}
