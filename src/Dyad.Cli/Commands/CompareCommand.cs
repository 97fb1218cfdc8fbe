using System.CommandLine;
using Dyad.Cli.Terminal;
using Dyad.Core;
using Dyad.Studies;
using Dyad.Studies.Results;

namespace Dyad.Cli.Commands;

/// <summary><c>dyad compare</c>: one page from any stored runs.</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        var runs = new Argument<string[]>("RUNS") { Description = "Folders of runs, or folders that hold such.", Arity = ArgumentArity.OneOrMore };
        var by = new Option<string?>("--by")
        {
            Description = "What makes a line: method, or an option, whose values are the lines; by default the method with the options in which runs differ.",
            HelpName = "method|OPTION",
        };
        var metric = new Option<string>("--metric") { Description = "What is compared.", DefaultValueFactory = _ => "eval/return", HelpName = "NAME" };
        var output = new Option<string>("-o", "--output") { Description = "The page.", DefaultValueFactory = _ => "comparison.html", HelpName = "FILE" };
        Option<bool> open = CommonOptions.Open();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("compare", "Compare stored runs, whatever made them: curves, a table, and the options in which they differ.") { runs, by, metric, output, open, json };
        Help.AddExamples(command, "dyad compare runs/train -o comparison.html", "dyad compare runs/train --by damping");
        command.SetAction(parsed =>
        {
            string[] folders = parsed.GetValue(runs)!;
            string[] found = [.. folders.SelectMany(folder => FileSearch.Find(folder, "run.json").Concat(FileSearch.Find(folder, Training.RunPointer.FileName))).Select(path => Path.GetDirectoryName(Path.GetFullPath(path))!).Distinct()];
            if (found.Length == 0)
            {
                throw new UserError($"'{folders[0]}' holds no runs");
            }

            StudyResult result = StoredComparison.Of(found, parsed.GetValue(by), parsed.GetValue(metric)!, Shell.Command(parsed.Tokens.Select(token => token.Value)), StandardError.Tell);
            string page = Path.GetFullPath(parsed.GetValue(output)!);
            if (parsed.GetValue(json))
            {
                StudyExecution.WriteReport(page, "Comparison", "Stored runs, compared.", [result], parsed.GetValue(open), quiet: true);
                StandardOutput.Json(StudyExecution.Document(page, [result]));
                return ExitCode.Success;
            }

            foreach (DataTable table in result.Tables)
            {
                StandardOutput.Table(table.Title, table.Columns, table.Rows.Select(row => row.ToArray()));
            }

            StudyExecution.WriteReport(page, "Comparison", "Stored runs, compared.", [result], parsed.GetValue(open), quiet: false);
            return ExitCode.Success;
        });
        return command;
    }
}
