using System.CommandLine;
using System.Text.Json;
using Dyad.Cli.Terminal;
using Dyad.Core;
using Dyad.Studies;
using Dyad.Studies.Files;
using Dyad.Studies.Results;
using Dyad.Studies.Slurm;
using Dyad.Training;

namespace Dyad.Cli.Commands;

/// <summary><c>dyad study</c>: a study of the user's own, from a file.</summary>
internal static class StudyCommand
{
    // More are asked about: a grid is a product.
    private const double LargestUnasked = 1_000, Largest = 1_000_000;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Command Create()
    {
        var file = new Argument<string?>("FILE") { Description = "A study file, YAML; 'dyad study new' writes one.", Arity = ArgumentArity.ZeroOrOne };
        Sizes sizes = new();
        Option<string[]> only = StudyOptions.Only();
        Option<string?> kept = StudyOptions.Kept();
        Option<string?> tensorboard = StudyOptions.TensorBoard();
        Option<int> jobs = CommonOptions.Jobs();
        Option<string?> device = DeviceOption.Create();
        Option<bool> watch = WatchCommand.Beside();
        Option<bool> open = CommonOptions.Open();
        Option<bool> json = CommonOptions.Json();
        var yes = new Option<bool>("--yes") { Description = $"Run more than {LargestUnasked:#,0} runs without being asked." };
        var command = new Command("study", "Run the study of a file: methods with options on tasks, over seeds, as one page.")
        {
            file, sizes.Scale, sizes.Seeds, sizes.Steps, only, jobs, device, sizes.Output, kept, tensorboard, yes, watch, open, json, Check(), Run(), New(), Schema(), ClusterCommands.Task(), ClusterCommands.Summary(),
        };
        var cluster = new ClusterOptions();
        cluster.AddTo(command);
        Help.AddExamples(command, "dyad study new --methods sac,stsac-al --environments Pendulum-v1 -o mine.yaml", "dyad study mine.yaml --seeds 5", "dyad study check mine.yaml", "dyad study mine.yaml --on slurm --partition cpu --time 4:00:00");
        command.SetAction(parsed =>
        {
            string path = parsed.GetValue(file) ?? throw new UserError("a study file is missing: dyad study FILE, or one of check, run, new, schema");
            (FileStudy study, StudyRequest request) = sizes.Read(parsed, path, CommonOptions.Positive(parsed.GetValue(jobs), "--jobs"), parsed.GetValue(only) ?? [], parsed.GetValue(device));
            SlurmSettings? slurm = cluster.Read(parsed);
            Ask(study, request.Seeds, parsed.GetValue(yes));

            // What does not fit is told before a folder is made.
            _ = study.Variants(request.Scale);
            request = request with { Only = StudyOptions.Labels(study, StudyScale.Paper, parsed.GetValue(only) ?? []), Kept = parsed.GetValue(kept) };
            study.Cautions.ToList().ForEach(StandardError.Tell);
            if (slurm is not null)
            {
                DeviceOption.RequireProcessor(parsed.GetValue(device) ?? study.Device);
                return ClusterCommands.Submit(study, path, request, slurm, parsed, cluster, parsed.GetValue(json));
            }

            using ITrainingDevice? onDevice = DeviceOption.Open(parsed.GetValue(device) ?? study.Device);
            request = request with { Device = onDevice };
            using LiveView? view = WatchCommand.Begin(parsed.GetValue(watch), request.Output);
            return StudyExecution.RunToReport(study, $"{study.Name} ({request.ScaleName})", StudyExecution.Lead(study, request), request, parsed.GetValue(open), parsed.GetValue(json), parsed.GetValue(tensorboard));
        });
        return command;
    }

    private static Command Check()
    {
        var file = new Argument<string>("FILE") { Description = "A study file." };
        var command = new Command("check", "Check a study file and say what it would run; nothing is started.") { file };
        Help.AddExamples(command, "dyad study check mine.yaml");
        command.SetAction(parsed =>
        {
            string path = parsed.GetValue(file)!;
            var study = FileStudy.Open(path);
            EnsureTasks(study);
            var rows = new List<string[]>();
            foreach (string scale in study.Scales.Prepend(FileStudy.FullScale).Distinct())
            {
                FileStudy at = study.At(scale);
                RequirePossible(at, null);
                IReadOnlyList<Variant> variants = at.Variants(StudyScale.Paper);
                int seeds = at.Seeds(StudyScale.Paper, null).Count, tasks = variants.Select(variant => variant.Environment).Distinct().Count();
                int trials = at.Trials(StudyScale.Paper), reported = at.HasUntuned ? 2 * seeds : seeds;
                rows.Add([scale, $"{variants.Count / tasks}", $"{tasks}", trials == 0 ? $"{seeds}" : $"{reported} + {trials} to tune", $"{variants.Count * (reported + trials):#,0}", $"{variants.Max(variant => variant.Steps):#,0}"]);
            }

            study.Cautions.ToList().ForEach(StandardError.Tell);
            StandardOutput.Table($"{path} is a study", ["scale", "#lines", "#tasks", "#seeds", "#runs", "#steps a run"], rows);
            return ExitCode.Success;
        });
        return command;
    }

    private static Command Run()
    {
        var file = new Argument<string>("FILE") { Description = "A study file." };
        var index = new Option<int>("--index") { Description = "The run, from 0: by line, task and then seed.", Required = true, HelpName = "I" };
        Sizes sizes = new();
        Option<string?> device = DeviceOption.Create();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("run", "Do one run of a study, for a job of a cluster; 'dyad study FILE' reads what all of them left.")
        {
            file, index, sizes.Scale, sizes.Seeds, sizes.Steps, device, sizes.Output, json,
        };
        Help.AddExamples(command, "dyad study run mine.yaml --index 0 --out /shared/runs");
        command.SetAction(parsed =>
        {
            (FileStudy study, StudyRequest request) = sizes.Read(parsed, parsed.GetValue(file)!, jobs: 1, [], parsed.GetValue(device));
            RequirePossible(study, request.Seeds);
            using ITrainingDevice? onDevice = DeviceOption.Open(parsed.GetValue(device) ?? study.Device);
            return StudyExecution.RunOne(study, request with { Device = onDevice }, parsed.GetValue(index), parsed.GetValue(json));
        });
        return command;
    }

    private static Command New()
    {
        var methods = new Option<string>("--methods") { Description = "Methods, with commas.", Required = true, HelpName = "A,B" };
        var environments = new Option<string>("--environments") { Description = "Tasks, with commas.", Required = true, HelpName = "A,B" };
        var output = new Option<string?>("-o", "--output") { Description = "The file; standard output by default.", HelpName = "FILE" };
        var command = new Command("new", "Write a study file to start from.") { methods, environments, output };
        Help.AddExamples(command, "dyad study new --methods sac,stsac-al --environments Pendulum-v1 -o mine.yaml");
        command.SetAction(parsed =>
        {
            string text = StudyTemplate.Of(Names(parsed.GetValue(methods)!), Names(parsed.GetValue(environments)!));
            if (parsed.GetValue(output) is not { } path)
            {
                StandardOutput.Line(text.TrimEnd());
                return ExitCode.Success;
            }

            if (File.Exists(path))
            {
                throw new UserError($"'{path}' is there already: give another name");
            }

            try
            {
                File.WriteAllText(path, text);
            }
            catch (Exception e) when (IoSentence.Tells(e))
            {
                throw new UserError($"cannot write '{path}': {IoSentence.Of(e)}", e);
            }

            StandardOutput.Line($"{path}: run it with {Shell.Command("study", path)}");
            return ExitCode.Success;
        });
        return command;
    }

    private static Command Schema()
    {
        var summary = new Option<bool>("--summary") { Description = "That of summary.json instead." };
        var command = new Command("schema", "Print the JSON schema of study files, for editors, or of what studies leave.") { summary };
        Help.AddExamples(command, "dyad study schema", "dyad study schema --summary");
        command.SetAction(parsed =>
        {
            StandardOutput.Line((parsed.GetValue(summary) ? SummarySchema.Document() : StudyTemplate.Schema()).ToJsonString(Indented));
            return ExitCode.Success;
        });
        return command;
    }

    private static string[] Names(string list) => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static void EnsureTasks(FileStudy study)
    {
        foreach (string environment in study.Environments)
        {
            MujocoSetup.EnsureFor(environment);
        }
    }

    // Before any line is made.
    private static double RequirePossible(FileStudy study, int? seeds)
    {
        double runs = study.CountRuns(seeds);
        return runs <= Largest ? runs : throw new UserError($"the study {study.Name} has about {runs:#,0} runs; at most {Largest:#,0} are possible");
    }

    private static void Ask(FileStudy study, int? seeds, bool yes)
    {
        double runs = RequirePossible(study, seeds);
        if (runs <= LargestUnasked || yes)
        {
            return;
        }

        if (Console.IsInputRedirected || Console.IsErrorRedirected)
        {
            throw new UserError($"the study {study.Name} has about {runs:#,0} runs: give --yes to run so many");
        }

        Console.Error.Write($"The study {study.Name} has about {runs:#,0} runs. Run them? [y/N] ");
        if (Console.ReadLine() is not ("y" or "Y" or "yes"))
        {
            throw new UserError("nothing was run");
        }
    }

    /// <summary>The options that say how large a study is, and where it goes.</summary>
    private sealed class Sizes
    {
        public Option<string?> Scale { get; } = new("--scale") { Description = "One of the file's scales; its own sizes by default.", HelpName = "NAME" };

        public Option<int?> Seeds { get; } = new("--seeds") { Description = "Seeds of each line instead of the file's.", HelpName = "N" };

        public Option<long?> Steps { get; } = new("--steps") { Description = "Steps of each run instead of the file's; runs that are there are lengthened.", HelpName = "N" };

        public Option<string?> Output { get; } = new("--out") { Description = "Folder of the runs: DIR/STUDY/LABEL/ENVIRONMENT/seed-N; runs by default, or runs/SCALE.", HelpName = "DIR" };

        public (FileStudy Study, StudyRequest Request) Read(ParseResult parsed, string path, int jobs, string[] only, string? device)
        {
            (int? seeds, long? steps, string? scale) = (parsed.GetValue(Seeds), parsed.GetValue(Steps), parsed.GetValue(Scale));
            StudyOptions.CheckSizes(seeds, steps);
            FileStudy study = FileStudy.Open(path).At(scale ?? FileStudy.FullScale);
            EnsureTasks(study);
            string command = Shell.Command("study", path) + (scale is null ? "" : $" --scale {Shell.Quoted(scale)}") + StudyOptions.Arguments(seeds, steps, only, device);
            return (study, new StudyRequest(StudyScale.Paper, seeds, jobs, parsed.GetValue(Output) ?? (scale is null ? "runs" : Path.Combine("runs", scale)), command, steps)
            {
                ScaleName = scale ?? FileStudy.FullScale,
            });
        }
    }
}
