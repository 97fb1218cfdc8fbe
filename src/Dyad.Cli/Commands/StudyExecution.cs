using System.Runtime.ExceptionServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dyad.Cli.Terminal;
using Dyad.Core;
using Dyad.Export;
using Dyad.Report;
using Dyad.Studies;
using Dyad.Studies.Results;
using Dyad.Training;

namespace Dyad.Cli.Commands;

/// <summary>Runs studies for the commands, and tells what came of them.</summary>
internal static class StudyExecution
{
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
        foreach (string folder in new[] { request.Output, tensorboard }.OfType<string>())
        {
            WritableFolder.Require(folder, $"the folder '{folder}' cannot be written");
        }

        var warnings = new List<string>();
        using LiveEvents? events = tensorboard is null ? null : new LiveEvents(tensorboard, study.Name, TimeProvider.System, sentence => Warn(warnings, sentence));
        StudyOutcome Work(Action<StudyProgress> progress) => StudyRunner.Execute(
            study, request, events is null ? progress : told =>
            {
                progress(told);
                events.Take(told);
            },
            sentence => Warn(warnings, sentence), cancellation);

        try
        {
            return study is TrainingStudy ? ProgressDisplay.Table(title, Work) : ProgressDisplay.Runs(title, Work);
        }
        finally
        {
            if (events is { IsEmpty: true })
            {
                Warn(warnings, $"all runs were finished before, and no event files were written: 'dyad export DIR --tensorboard {tensorboard}' does");
            }

            // Also after a stop: the next call will not meet what was passed over again.
            warnings.ForEach(StandardError.Tell);
        }
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
            StandardOutput.Json(Document(report, [outcome.Result]));
        }

        return Ending(outcome);
    }

    /// <summary>Does one run of a study, as a job of a cluster.</summary>
    /// <returns>The exit code.</returns>
    public static int RunOne(Study study, StudyRequest request, int index, bool json)
    {
        using var stopping = new Stopping();
        int printed = 0;
        (string label, string environment, int seed, string folder) = StudyRunner.ExecuteOne(study, request, index, Progress, StandardError.Tell, stopping.Token);
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
            StandardError.Tell($"{run.Label} on {run.Environment}, seed {run.Seed}, failed: {run.Sentence}");
        }

        if (outcomes.Select(outcome => outcome.Mistake).FirstOrDefault(mistake => mistake is not null) is { } mistake)
        {
            ExceptionDispatchInfo.Throw(mistake);
        }

        return outcomes.Any(outcome => outcome.Result.Failures is { Count: > 0 }) ? ExitCode.BadInput : ExitCode.Success;
    }

    /// <summary>One line for the page of a study.</summary>
    public static string Lead(Study study, StudyRequest request) => Lead(study.Name, request.ScaleName);

    /// <inheritdoc cref="Lead(Study, StudyRequest)"/>
    public static string Lead(StudyResult result) => Lead(result.Study, result.Scale);

    /// <summary>The JSON document of commands that end in a report.</summary>
    public static JsonObject Document(string report, IEnumerable<StudyResult> results) => new()
    {
        ["report"] = report,
        ["studies"] = new JsonArray([.. results.Select(result => JsonSerializer.SerializeToNode(result, SummaryFile.JsonOptions))]),
    };

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

    private static string Lead(string study, string scale) => $"The study {study} at {scale} scale.";

    private static void Warn(List<string> warnings, string sentence)
    {
        lock (warnings)
        {
            warnings.Add(sentence);
        }
    }
}
