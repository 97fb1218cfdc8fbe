using System.CommandLine;
using Dyad.Cli.Terminal;
using Dyad.Studies;
using Dyad.Studies.Results;

namespace Dyad.Cli.Commands;

/// <summary><c>dyad demo</c>: the main job on a fresh machine.</summary>
internal static class DemoCommand
{
    private static readonly string[] Studies = ["wen2021/fig1", "wen2021/fig1-sensitivity", "wen2021/fig2"];

    public static Command Create()
    {
        var output = new Option<string>("--out")
        {
            Description = "Folder for runs and report.html.",
            DefaultValueFactory = _ => Path.Combine("runs", "demo"),
            HelpName = "DIR",
        };
        Option<int> jobs = CommonOptions.Jobs();
        Option<bool> open = CommonOptions.Open();
        Option<bool> json = CommonOptions.Json();
        var command = new Command(
            "demo", "Residual and Stackelberg corrections against plain actor-critics on FourRoom, as a report.")
        {
            output, jobs, open, json,
        };
        Help.AddExamples(command, "dyad demo", "dyad demo --out /tmp/demo --open");
        command.SetAction(parsed => Run(
            parsed.GetValue(output)!, CommonOptions.Positive(parsed.GetValue(jobs), "--jobs"), parsed.GetValue(open), parsed.GetValue(json)));
        return command;
    }

    private static int Run(string output, int jobs, bool open, bool json)
    {
        using var stopping = new Stopping();
        var outcomes = new List<StudyOutcome>();
        foreach (string name in Studies)
        {
            var request = new StudyRequest(StudyScale.Quick, Seeds: null, jobs, output, Shell.Command("demo"));
            outcomes.Add(StudyExecution.Execute(StudyCatalog.Find(name), name, request, tensorboard: null, stopping.Token));
            if (!json)
            {
                StudyExecution.PrintFindings(outcomes[^1].Result);
            }
        }

        StudyResult[] results = [.. outcomes.Select(outcome => outcome.Result)];
        string report = Path.Combine(Path.GetFullPath(output), "report.html");
        StudyExecution.WriteReport(
            report,
            "Actor-critic as a two-player game",
            "An actor-critic update is not the policy gradient. Two corrections are held against the plain methods here, on a task "
            + "small enough that the true gradient is known: the residual one (Res-AC) and the Stackelberg one (Stack-AC). What comes out "
            + "depends on a choice that the paper leaves open, the critic that learning starts from: so everything is shown from critics of "
            + "zeros and from random ones, beside a plain method whose critic takes longer steps.",
            results,
            open,
            quiet: json);
        if (json)
        {
            StandardOutput.Json(StudyExecution.Document(report, results));
        }

        return StudyExecution.Ending([.. outcomes]);
    }
}
