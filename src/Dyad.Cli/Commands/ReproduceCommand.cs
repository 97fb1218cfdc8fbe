using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dyad.Cli.Terminal;
using Dyad.Core;
using Dyad.Studies;
using Dyad.Studies.Results;

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
        Option<int> jobs = StudyOptions.Jobs();
        Option<bool> open = StudyOptions.Open();
        Option<bool> json = StudyOptions.Json();
        var command = new Command("reproduce", "Run a study: finished runs are kept, stopped ones go on.")
        {
            study, scale, seeds, steps, jobs, output, open, json,
        };
        Help.AddExamples(command, "dyad reproduce wen2021/fig1", "dyad reproduce wen2021/fig1 --scale paper --seeds 20 --jobs 2");
        command.SetAction(parsed => Run(
            parsed.GetValue(study)!,
            parsed.GetValue(scale)!,
            parsed.GetValue(seeds),
            parsed.GetValue(steps),
            StudyOptions.Positive(parsed.GetValue(jobs), "--jobs"),
            parsed.GetValue(output),
            parsed.GetValue(open),
            parsed.GetValue(json)));
        return command;
    }

    /// <summary>The JSON document of commands that end in a report.</summary>
    public static JsonObject Document(string report, IEnumerable<StudyResult> results) => new()
    {
        ["report"] = report,
        ["studies"] = new JsonArray([.. results.Select(result => JsonSerializer.SerializeToNode(result, StudyRunner.JsonOptions))]),
    };

    private static int Run(string name, string scaleName, int? seeds, long? steps, int jobs, string? output, bool open, bool json)
    {
        Study study = StudyCatalog.Find(name);
        StudyScale scale = scaleName switch
        {
            "quick" => StudyScale.Quick,
            "paper" => StudyScale.Paper,
            _ => throw new UserError($"--scale is '{scaleName}'; it must be quick or paper"),
        };
        if (seeds is int count)
        {
            StudyOptions.Positive(count, "--seeds", 10_000);
        }

        if (steps is < 1 or > 10_000_000_000)
        {
            throw new UserError($"--steps is {steps}; it must be between 1 and 10000000000");
        }

        string command = $"./dyad reproduce {name} --scale {scaleName}" + (seeds is null ? "" : $" --seeds {seeds}") + (steps is null ? "" : $" --steps {steps}");
        var request = new StudyRequest(scale, seeds, jobs, output ?? Path.Combine("runs", scaleName), command, steps);
        foreach (string environment in study.Variants(scale).Select(variant => variant.Environment).Distinct())
        {
            MujocoSetup.EnsureFor(environment);
        }

        using var stopping = new Stopping();
        StudyOutcome outcome = StudyOptions.Execute(study, $"{name} ({scaleName})", request, stopping.Token);
        (StudyResult result, string folder, _) = outcome;
        if (!json)
        {
            StudyOptions.PrintFindings(result);
        }

        string report = Path.Combine(folder, "report.html");
        StudyOptions.WriteReport(report, study.Source, $"The study {name} at {scaleName} scale.", [result], open, quiet: json);
        if (json)
        {
            Output.Json(Document(report, [result]));
        }

        return StudyOptions.Ending(outcome);
    }
}
