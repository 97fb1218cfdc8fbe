using System.CommandLine;
using System.Text.Json.Nodes;
using Dyad.Cli.Terminal;
using Dyad.Training;

namespace Dyad.Cli.Commands;

/// <summary><c>dyad diff</c>: what differs between two runs.</summary>
internal static class DiffCommand
{
    public static Command Create()
    {
        var first = new Argument<string>("RUN") { Description = "The folder of a run." };
        var second = new Argument<string>("OTHER") { Description = "The folder of another one." };
        Option<bool> json = CommonOptions.Json();
        var command = new Command("diff", "What differs between two runs: configuration, build, and where their metrics part; exit code 1 where something does.") { first, second, json };
        Help.AddExamples(command, "dyad diff runs/train/sac/Pendulum-v1/seed-0 runs/train/sac/Pendulum-v1/seed-1");
        command.SetAction(parsed => Run(new RunDirectory(parsed.GetValue(first)!), new RunDirectory(parsed.GetValue(second)!), parsed.GetValue(json)));
        return command;
    }

    private static int Run(RunDirectory first, RunDirectory second, bool json)
    {
        var differences = RunDifferences.Of(first, second);
        if (json)
        {
            StandardOutput.Json(Document(differences));
        }
        else
        {
            Print(differences);
        }

        return differences.IsEmpty ? ExitCode.Success : ExitCode.Problems;
    }

    private static void Print(RunDifferences differences)
    {
        if (differences.Config.Count > 0)
        {
            Table("Configuration", differences.Config);
        }

        if (differences.Builds is { } builds)
        {
            Table("Build", [builds]);
        }

        if (differences.Metrics is { } row)
        {
            Table($"Metrics from step {row.Step} on", row.Values);
        }

        (int a, int b) = differences.Rows;
        StandardOutput.Line(differences.IsEmpty ? $"The same: configuration, build, and all {a} rows of metrics but for times."
            : differences.Metrics is null ? $"Metrics: the same in all {Math.Min(a, b)} rows that both have, but for times ({a} and {b} rows)."
            : $"Metrics: {a} and {b} rows.");
    }

    private static void Table(string title, IReadOnlyList<RunDifferences.Values> values) =>
        StandardOutput.Table(title, ["", "first", "second"], values.Select(value => new[] { value.Name, value.First, value.Second }));

    private static JsonObject Document(RunDifferences differences) => new()
    {
        ["same"] = differences.IsEmpty,
        ["config"] = Array(differences.Config),
        ["build"] = differences.Builds is { } builds ? Array([builds]) : new JsonArray(),
        ["metrics"] = differences.Metrics is { } row ? new JsonObject { ["step"] = row.Step, ["values"] = Array(row.Values) } : null,
        ["rows"] = new JsonArray(differences.Rows.First, differences.Rows.Second),
    };

    private static JsonArray Array(IEnumerable<RunDifferences.Values> values) =>
        [.. values.Select(value => new JsonObject { ["name"] = value.Name, ["first"] = value.First, ["second"] = value.Second })];
}
