using System.CommandLine;
using Dyad.Cli.Terminal;
using Dyad.Core;
using Dyad.Studies;
using Dyad.Training;

namespace Dyad.Cli.Commands;

/// <summary><c>dyad reproduce</c>: one figure of a paper, from runs to report.</summary>
internal static class ReproduceCommand
{
    public static Command Create()
    {
        var study = new Argument<string>("STUDY") { Description = "A study of 'dyad list studies'." };
        var scale = new Option<string>("--scale")
        {
            Description = "quick (under half a minute) or paper (the paper's sizes).",
            DefaultValueFactory = _ => "quick",
            HelpName = "quick|paper",
        };
        var seeds = new Option<int?>("--seeds") { Description = "Seeds of each variant; the study's own number by default.", HelpName = "N" };
        var steps = new Option<long?>("--steps")
        {
            Description = "Steps of each run instead of the study's own; runs that are there are lengthened.",
            HelpName = "N",
        };
        var output = new Option<string?>("--out")
        {
            Description = "Folder for runs and report; runs/quick or runs/paper by default.",
            HelpName = "DIR",
        };
        Option<string[]> only = StudyOptions.Only();
        var index = new Option<int?>("--index") { Description = "Do one run alone, from 0: by line, task and then seed. For jobs of a cluster; without it all are done, or read.", HelpName = "I" };
        Option<string?> kept = StudyOptions.Kept();
        Option<string?> tensorboard = StudyOptions.TensorBoard();
        Option<int> jobs = CommonOptions.Jobs();
        Option<string?> device = DeviceOption.Create();
        Option<bool> watch = WatchCommand.Beside();
        Option<bool> open = CommonOptions.Open();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("reproduce", "Run a study: finished runs are kept, stopped ones go on.")
        {
            study, scale, seeds, steps, only, index, jobs, device, output, kept, tensorboard, watch, open, json,
        };
        var cluster = new ClusterOptions();
        cluster.AddTo(command);
        Help.AddExamples(command, "dyad reproduce wen2021/fig1", "dyad reproduce wen2021/fig1 --scale paper --seeds 20 --jobs 2");
        command.SetAction(parsed =>
        {
            string name = parsed.GetValue(study)!, scaleName = parsed.GetValue(scale)!;
            (int? count, long? length, string[] labels) = (parsed.GetValue(seeds), parsed.GetValue(steps), parsed.GetValue(only) ?? []);
            int atOnce = CommonOptions.Positive(parsed.GetValue(jobs), "--jobs");
            Study chosen = StudyCatalog.Find(name);
            StudyScale size = ScaleOf(scaleName);
            StudyOptions.CheckSizes(count, length);
            foreach (string environment in StudyOptions.EnvironmentsOf(chosen, size))
            {
                MujocoSetup.EnsureFor(environment);
            }

            string repeat = Shell.Command("reproduce", name, "--scale", scaleName) + StudyOptions.Arguments(count, length, labels, parsed.GetValue(device));
            var request = new StudyRequest(
                size, count, atOnce, parsed.GetValue(output) ?? Path.Combine("runs", scaleName), repeat, length, StudyOptions.Labels(chosen, size, labels))
            {
                Kept = parsed.GetValue(kept),
            };
            if (parsed.GetValue(index) is null && cluster.Read(parsed) is { } slurm)
            {
                DeviceOption.RequireProcessor(parsed.GetValue(device));
                return ClusterCommands.Submit(chosen, null, request, slurm, parsed, cluster, parsed.GetValue(json));
            }

            using ITrainingDevice? onDevice = DeviceOption.Open(parsed.GetValue(device));
            request = request with { Device = onDevice };
            if (parsed.GetValue(index) is { } one)
            {
                return StudyExecution.RunOne(chosen, request, one, parsed.GetValue(json));
            }

            using LiveView? view = WatchCommand.Begin(parsed.GetValue(watch), request.Output);
            return StudyExecution.RunToReport(
                chosen, $"{name} ({scaleName})", StudyExecution.Lead(chosen, request), request, parsed.GetValue(open), parsed.GetValue(json), parsed.GetValue(tensorboard));
        });
        return command;
    }

    private static StudyScale ScaleOf(string name) => name switch
    {
        "quick" => StudyScale.Quick,
        "paper" => StudyScale.Paper,
        _ => throw new UserError($"--scale is '{name}'; it must be quick or paper"),
    };
}
