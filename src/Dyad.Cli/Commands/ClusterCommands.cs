using System.CommandLine;
using System.Text.Json.Nodes;
using Dyad.Cli.Terminal;
using Dyad.Core;
using Dyad.Studies;
using Dyad.Studies.Slurm;

namespace Dyad.Cli.Commands;

/// <summary>A study as jobs of Slurm: giving them, following them, and what the jobs themselves call.</summary>
internal static class ClusterCommands
{
    private static readonly TimeSpan PollsEvery = TimeSpan.FromSeconds(3);

    /// <summary><c>dyad study task</c>: what a task of an array calls.</summary>
    public static Command Task()
    {
        var plan = new Argument<string>("PLAN") { Description = "A plan that '--on slurm' wrote, DIR/STUDY/slurm/plan-N.json." };
        var number = new Option<int>("--number") { Description = "The task, from 0.", Required = true, HelpName = "N" };
        var died = new Option<int?>("--died") { Description = "Only count a failure of its runs: the process ended with this code.", HelpName = "CODE" };
        var command = new Command("task", "Do the runs of one task of a plan, as jobs of Slurm call it: 0 is done, 1 given up, 75 to be done again.") { plan, number, died };
        Help.AddExamples(command, "dyad study task runs/mine/slurm/plan-1.json --number 0");
        command.SetAction(parsed =>
        {
            using var stopping = new Stopping();
            return parsed.GetValue(died) is { } code
                ? ClusterTask.Died(parsed.GetValue(plan)!, parsed.GetValue(number), code, StandardError.Tell)
                : ClusterTask.Do(parsed.GetValue(plan)!, parsed.GetValue(number), StandardError.Tell, stopping.Token);
        });
        return command;
    }

    /// <summary><c>dyad study summary</c>: what the job calls that comes after the arrays.</summary>
    public static Command Summary()
    {
        var plan = new Argument<string>("PLAN") { Description = "A plan that '--on slurm' wrote, DIR/STUDY/slurm/plan-N.json." };
        var command = new Command("summary", "Write summary and report from the runs that are there; nothing is run.") { plan };
        Help.AddExamples(command, "dyad study summary runs/mine/slurm/plan-1.json");
        command.SetAction(parsed =>
        {
            (Study study, StudyRequest request) = ClusterSummary.Open(parsed.GetValue(plan)!);
            StudyExecution.RunToReport(study, study.Name, StudyExecution.Lead(study, request), request, open: false, json: false);

            // Those that failed are told, and are the page's; the page is done.
            return ExitCode.Success;
        });
        return command;
    }

    /// <summary>Submits what is neither done nor queued.</summary>
    /// <returns>The exit code.</returns>
    public static int Submit(Study study, string? file, StudyRequest request, SlurmSettings settings, ParseResult parsed, ClusterOptions options, bool json)
    {
        if (request.Kept is not null)
        {
            throw new UserError("--kept is for runs here; of runs on Slurm, give it to the call without --on that reads what they left");
        }

        Submission made = ClusterSubmission.Submit(study, file, request, settings, options.IsDry(parsed));
        foreach (string note in made.Notes)
        {
            StandardError.Tell(note);
        }

        string words = $"{study.Name}: {made.Done} runs are done, {made.Queued} queued, {made.Submitted} {(options.IsDry(parsed) ? "would be submitted" : "submitted")}";
        string results = Path.GetDirectoryName(made.Folder)!;
        if (!json)
        {
            if (made.Scripts.Count > 0)
            {
                StandardOutput.Line(made.Scripts[0].Text.TrimEnd());
                StandardOutput.Line();
                made.Scripts.ToList().ForEach(script => StandardOutput.Line($"Script: {script.Path}"));
            }

            StandardOutput.Line(words + (made.Jobs.Count == 0 ? "" : $" as job {string.Join(", ", made.Jobs.SkipLast(1))}; job {made.Jobs[^1]} makes the report when they have ended"));
            if (made.Jobs.Count > 0)
            {
                StandardOutput.Line($"Follow: {Shell.Command("status", results)}");
            }
        }

        if (options.Waits(parsed) && !options.IsDry(parsed))
        {
            using var stopping = new Stopping();
            Wait(study.Name, made.Folder, stopping.Token);
        }

        StudyOutcome? outcome = options.Waits(parsed) && !options.IsDry(parsed) ? Ended(study, request) : null;
        if (json)
        {
            StandardOutput.Json(new JsonObject
            {
                ["done"] = made.Done,
                ["queued"] = made.Queued,
                ["submitted"] = made.Submitted,
                ["jobs"] = new JsonArray([.. made.Jobs.Select(job => (JsonNode?)job)]),
                ["scripts"] = new JsonArray([.. made.Scripts.Select(script => (JsonNode?)script.Path)]),
                ["report"] = outcome is null ? null : Path.Combine(outcome.Folder, "report.html"),
            });
        }

        return outcome is null ? ExitCode.Success : StudyExecution.Ending(outcome);
    }

    // Until no job of the study is left. Whoever stops waiting stops no job.
    private static void Wait(string name, string folder, CancellationToken cancellation)
    {
        string last = "";
        while (true)
        {
            ClusterState state = ClusterState.Of(folder);
            string words = $"{name}: {state.Words}";
            if (words != last)
            {
                Console.Error.WriteLine(words);
                last = words;
            }

            if (state.IsOver)
            {
                return;
            }

            cancellation.WaitHandle.WaitOne(PollsEvery);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    // What the summary's job has left; made here where it has not.
    private static StudyOutcome Ended(Study study, StudyRequest request)
    {
        StudyOutcome outcome = StudyRunner.Execute(study, request with { ReadsOnly = true }, _ => { }, StandardError.Tell, CancellationToken.None);
        string report = Path.Combine(outcome.Folder, "report.html");
        StudyRunner.WithSummary(outcome.Folder, stored => StudyExecution.WriteReport(report, study.Source, StudyExecution.Lead(study, request), [stored], open: false, quiet: true));
        Console.Error.WriteLine($"Report: {OneLine.Of(report)}");
        return outcome;
    }
}
