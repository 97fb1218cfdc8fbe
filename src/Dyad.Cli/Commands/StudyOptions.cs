using System.CommandLine;
using System.Runtime.ExceptionServices;
using System.Text.Json.Nodes;
using Dyad.Cli.Terminal;
using Dyad.Core;
using Dyad.Export;
using Dyad.Report;
using Dyad.Studies;
using Dyad.Studies.Files;
using Dyad.Studies.Results;
using Dyad.Training;

namespace Dyad.Cli.Commands;

/// <summary>What the commands that run studies have in common.</summary>
internal static class StudyOptions
{
    public static Option<int> Jobs() => new("--jobs")
    {
        Description = "Runs at the same time, one thread each.",
        DefaultValueFactory = _ => Environment.ProcessorCount,
        HelpName = "N",
    };

    public static Option<bool> Open() => new("--open") { Description = "Open the report in the browser." };

    public static Option<bool> Json() => new("--json") { Description = "Print one JSON document on standard output." };

    public static Option<string?> TensorBoard() => new("--tensorboard")
    {
        Description = "Write TensorBoard's event files while runs go on, FOLDER/STUDY/LABEL/ENVIRONMENT/seed-N.",
        HelpName = "FOLDER",
    };

    public static Option<string?> Kept() => new("--kept")
    {
        Description = "Folder of finished seeds as small files: those that DIR lacks come from there, and new ones go there.",
        HelpName = "FOLDER",
    };

    public static Option<int?> EpisodeLimit(string description) => new("--max-episode-steps") { Description = description, HelpName = "N" };

    /// <summary>Reads <c>--max-episode-steps</c>: steps of an episode, or null where it is not given.</summary>
    public static int? EpisodeLimit(ParseResult parsed, Option<int?> limit) =>
        parsed.GetValue(limit) is int count ? Positive(count, "--max-episode-steps", 1_000_000_000) : null;

    /// <summary>Reads <c>--batch</c>: transitions in a batch, or null where it is not given.</summary>
    public static int? BatchSize(ParseResult parsed, Option<int> batch) =>
        parsed.GetResult(batch) is null ? null : Positive(parsed.GetValue(batch), "--batch", 65536);

    /// <summary>Checks an option that counts something.</summary>
    public static int Positive(int value, string option, int largest = 100_000) => value >= 1 && value <= largest
        ? value
        : throw new UserError($"{option} is {value}; it must be between 1 and {largest}");

    /// <summary>Runs one study under a bar, or training runs under a live table.</summary>
    /// <returns>What came of it; <see cref="Ending"/> tells which runs failed.</returns>
    /// <param name="study">The study.</param>
    /// <param name="title">Heading of the bar.</param>
    /// <param name="request">What is wanted of it.</param>
    /// <param name="tensorboard">Folder of event files; null where none are written.</param>
    /// <param name="cancellation">Stops the runs.</param>
    public static StudyOutcome Execute(
        Study study, string title, StudyRequest request, string? tensorboard, CancellationToken cancellation)
    {
        RequireWritable(request.Output);
        if (tensorboard is not null)
        {
            RequireWritable(tensorboard);
        }

        var warnings = new List<string>();
        using LiveEvents? events = tensorboard is null ? null : new LiveEvents(tensorboard, study.Name, TimeProvider.System, sentence => Warn(warnings, sentence));
        StudyOutcome Work(Action<StudyProgress> progress, List<string> warnings) => StudyRunner.Execute(
            study, request, events is null ? progress : told =>
            {
                progress(told);
                events.Take(told);
            },
            sentence => Warn(warnings, sentence), cancellation);

        try
        {
            return study is TrainingStudy
                ? ProgressDisplay.Table(title, progress => Work(progress, warnings))
                : ProgressDisplay.Runs(title, progress => Work(progress, warnings));
        }
        finally
        {
            if (events is { IsEmpty: true })
            {
                Warn(warnings, $"all runs were finished before, and no event files were written: 'dyad export DIR --tensorboard {tensorboard}' does");
            }

            // Also after a stop: the next call will not meet what was passed over again.
            warnings.ForEach(Tell);
        }
    }

    public static Option<string[]> Only() => new("--only")
    {
        Description = "Lines by label, instead of all; the others stay as they are and are left out of the summary.",
        HelpName = "LABEL",
    };

    /// <summary>Checks <c>--seeds</c> and <c>--steps</c>.</summary>
    public static void CheckSizes(int? seeds, long? steps)
    {
        if (seeds is int count)
        {
            Positive(count, "--seeds", 10_000);
        }

        if (steps is < 1 or > 10_000_000_000)
        {
            throw new UserError($"--steps is {steps}; it must be between 1 and 10000000000");
        }
    }

    /// <summary>The options of a study's sizes as a command repeats them.</summary>
    public static string Arguments(int? seeds, long? steps, string[] only) =>
        (seeds is null ? "" : $" --seeds {seeds}") + (steps is null ? "" : $" --steps {steps}") + string.Concat(only.Select(label => $" --only {Shell.Quoted(label)}"));

    /// <summary>Tasks of a study, without making what needs them to be found.</summary>
    public static IEnumerable<string> EnvironmentsOf(Study study, StudyScale scale) =>
        study is FileStudy file ? file.Environments : study.Variants(scale).Select(variant => variant.Environment).Distinct();

    /// <summary>Reads <c>--only</c>: labels of a study; null for all.</summary>
    /// <exception cref="UserError">It has no such line.</exception>
    public static IReadOnlyCollection<string>? Labels(Study study, StudyScale scale, string[] only)
    {
        string[] labels = only.Length == 0 ? [] : [.. study.Variants(scale).Select(variant => variant.Label).Distinct()];
        foreach (string label in only)
        {
            if (!labels.Contains(label))
            {
                throw new UserError($"--only is '{label}', and {study.Name} has no such line; {NearNames.Hint(label, labels)}");
            }
        }

        return only.Length == 0 ? null : only;
    }

    /// <summary>Runs a study and writes its report.</summary>
    /// <returns>The exit code.</returns>
    public static int RunToReport(Study study, string title, string lead, StudyRequest request, bool open, bool json, string? tensorboard = null)
    {
        using var stopping = new Stopping();
        StudyOutcome outcome = Execute(study, title, request, tensorboard, stopping.Token);
        if (!json)
        {
            PrintFindings(outcome.Result);
        }

        string report = Path.Combine(outcome.Folder, "report.html");
        StudyRunner.WithSummary(outcome.Folder, stored => WriteReport(report, study.Source, lead, [stored], open, quiet: json));
        if (json)
        {
            StandardOutput.Json(ReproduceCommand.Document(report, [outcome.Result]));
        }

        return Ending(outcome);
    }

    /// <summary>Does one run of a study, as a job of a cluster.</summary>
    /// <returns>The exit code.</returns>
    public static int RunOne(Study study, StudyRequest request, int index, bool json)
    {
        using var stopping = new Stopping();
        int printed = 0;
        (string label, string environment, int seed, string folder) = StudyRunner.ExecuteOne(study, request, index, Progress, Tell, stopping.Token);
        if (json)
        {
            StandardOutput.Json(new JsonObject { ["label"] = label, ["environment"] = environment, ["seed"] = seed, ["folder"] = folder });
        }
        else
        {
            StandardOutput.Line($"{label} on {environment}, seed {seed}: {folder}");
        }

        return ExitCode.Success;

        void Progress(RunProgress run)
        {
            int tenth = (int)(10.0 * run.Step / run.Steps);
            if (tenth > printed)
            {
                printed = tenth;
                Console.Error.WriteLine($"{study.Name}: {tenth * 10} %");
            }
        }
    }

    /// <summary>Tells which runs failed, on standard error; to be called when what the others gave is written.</summary>
    /// <returns>The exit code: bad input where a run failed.</returns>
    public static int Ending(params IReadOnlyList<StudyOutcome> outcomes)
    {
        foreach (FailedRun run in outcomes.SelectMany(outcome => outcome.Result.Failures ?? []))
        {
            Tell($"{run.Label} on {run.Environment}, seed {run.Seed}, failed: {run.Sentence}");
        }

        if (outcomes.Select(outcome => outcome.Mistake).FirstOrDefault(mistake => mistake is not null) is { } mistake)
        {
            ExceptionDispatchInfo.Throw(mistake);
        }

        return outcomes.Any(outcome => outcome.Result.Failures is { Count: > 0 }) ? ExitCode.BadInput : ExitCode.Success;
    }

    /// <summary>Tells a sentence on standard error.</summary>
    public static void Tell(string sentence) => Console.Error.WriteLine($"dyad: {sentence}.");

    /// <summary>Prints what a study found, a line a finding.</summary>
    public static void PrintFindings(StudyResult result)
    {
        StandardOutput.Line();
        StandardOutput.Line($"{result.Title} ({result.Source})");
        foreach (Finding finding in result.Findings)
        {
            StandardOutput.Line($"  [{finding.Verdict.ToString().ToLowerInvariant()}] {finding.Claim}");
            StandardOutput.Line($"      {finding.Measured}");
        }
    }

    /// <summary>Writes a report and says where it is.</summary>
    public static void WriteReport(string path, string title, string lead, IReadOnlyList<StudyResult> results, bool open, bool quiet)
    {
        ReportWriter.Write(path, title, lead, results);
        if (!quiet)
        {
            StandardOutput.Line();
            StandardOutput.Line($"Report: {OneLine.Of(path)}");
        }

        if (open)
        {
            Browser.Open(path);
        }
    }

    // An unwritable folder is told before anything is computed.
    private static void RequireWritable(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            string probe = Path.Combine(folder, $".dyad-{Environment.ProcessId}");
            File.WriteAllText(probe, "");
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"the folder '{folder}' cannot be written: {IoSentence.Of(e)}", e);
        }
    }

    private static void Warn(List<string> warnings, string sentence)
    {
        lock (warnings)
        {
            warnings.Add(sentence);
        }
    }
}
