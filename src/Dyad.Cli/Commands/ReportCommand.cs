using System.CommandLine;
using Dyad.Cli.Terminal;
using Dyad.Core;
using Dyad.Export;
using Dyad.Studies;
using Dyad.Studies.Results;
using Dyad.Studies.Slurm;

namespace Dyad.Cli.Commands;

/// <summary><c>dyad report</c>: one page from the studies under some folders, or in bundles.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        var folders = new Argument<string[]>("DIR")
        {
            Description = "Folders of studies, folders that hold such, or bundles that 'export' wrote.",
            Arity = ArgumentArity.OneOrMore,
        };
        var output = new Option<string>("-o", "--output")
        {
            Description = "The page.",
            DefaultValueFactory = _ => "report.html",
            HelpName = "FILE",
        };
        Option<bool> open = CommonOptions.Open();
        var command = new Command("report", "Write one page about finished studies.") { folders, output, open };
        Help.AddExamples(command, "dyad report runs/paper -o report.html");
        command.SetAction(parsed => Run(parsed.GetValue(folders)!, parsed.GetValue(output)!, parsed.GetValue(open)));
        return command;
    }

    // Of a study whose runs are on a cluster, from what is there by now.
    private static void Renew(string folder)
    {
        foreach (string plan in ClusterSummary.Plans(folder))
        {
            try
            {
                (Study study, StudyRequest request) = ClusterSummary.Open(plan);
                StudyRunner.Execute(study, request, _ => { }, StandardError.Tell, CancellationToken.None);
            }
            catch (UserError e)
            {
                StandardError.Tell($"the runs beside '{plan}' make no newer summary: {e.Message}");
            }
        }
    }

    private static int Run(string[] folders, string output, bool open)
    {
        var results = new List<StudyResult>();
        foreach (string folder in folders)
        {
            if (File.Exists(folder))
            {
                results.AddRange(Bundle.Read(folder));
                continue;
            }

            Renew(folder);
            string[] summaries = FileSearch.Find(folder, "summary.json");
            if (summaries.Length == 0)
            {
                throw new UserError($"'{folder}' holds no finished study (no summary.json); '{Shell.Command("status", folder)}' shows its runs");
            }

            results.AddRange(summaries.Select(SummaryFile.ReadFile));
        }

        string title = results.Count == 1 ? results[0].Source : "Studies";
        string lead = results.Count == 1
            ? StudyExecution.Lead(results[0])
            : $"{results.Count} studies, from stored runs.";
        StudyExecution.WriteReport(Path.GetFullPath(output), title, lead, results, open, quiet: false);
        return ExitCode.Success;
    }
}
