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
        command.SetAction(parsed => Run(
            (study, request) => parsed.GetValue(index) is { } one ? StudyExecution.RunOne(study, request, one, parsed.GetValue(json)) : cluster.Read(parsed) is { } slurm ? ClusterCommands.Submit(study, null, request, slurm, parsed, cluster, parsed.GetValue(json)) : null,
            parsed.GetValue(study)!,
            parsed.GetValue(scale)!,
            parsed.GetValue(seeds),
            parsed.GetValue(steps),
            parsed.GetValue(only) ?? [],
            CommonOptions.Positive(parsed.GetValue(jobs), "--jobs"),
            parsed.GetValue(device),
            parsed.GetValue(output),
            parsed.GetValue(kept),
            parsed.GetValue(tensorboard),
            parsed.GetValue(watch),
            parsed.GetValue(open),
            parsed.GetValue(json)));
        return command;
    }

    private static int Run(Func<Study, StudyRequest, int?> submit, string name, string scaleName, int? seeds, long? steps, string[] only, int jobs, string? device, string? output, string? kept, string? tensorboard, bool watch, bool open, bool json)
    {
        Study study = StudyCatalog.Find(name);
        StudyScale scale = scaleName switch
        {
            "quick" => StudyScale.Quick,
            "paper" => StudyScale.Paper,
            _ => throw new UserError($"--scale is '{scaleName}'; it must be quick or paper"),
        };
        StudyOptions.CheckSizes(seeds, steps);
        foreach (string environment in StudyOptions.EnvironmentsOf(study, scale))
        {
            MujocoSetup.EnsureFor(environment);
        }

        string command = Shell.Command("reproduce", name, "--scale", scaleName) + StudyOptions.Arguments(seeds, steps, only);
        var request = new StudyRequest(scale, seeds, jobs, output ?? Path.Combine("runs", scaleName), command, steps, StudyOptions.Labels(study, scale, only)) { Kept = kept };
        using ITrainingDevice? onDevice = DeviceOption.Open(device);
        request = request with { Device = onDevice };
        if (submit(study, request) is int code)
        {
            return code;
        }

        using LiveView? view = WatchCommand.Begin(watch, request.Output);
        return StudyExecution.RunToReport(study, $"{name} ({scaleName})", StudyExecution.Lead(study, request), request, open, json, tensorboard);
    }
}
