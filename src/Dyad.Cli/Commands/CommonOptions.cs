using System.CommandLine;
using Dyad.Core;

namespace Dyad.Cli.Commands;

/// <summary>Options that many commands have.</summary>
internal static class CommonOptions
{
    public static Option<int> Jobs() => new("--jobs")
    {
        Description = "Runs at the same time, one thread each.",
        DefaultValueFactory = _ => Environment.ProcessorCount,
        HelpName = "N",
    };

    public static Option<bool> Open() => new("--open") { Description = "Open the report in the browser." };

    public static Option<bool> Json() => new("--json") { Description = "Print one JSON document on standard output." };

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

    /// <summary>Reads <c>--set</c>: options of a method as <c>key=value</c>.</summary>
    /// <exception cref="UserError">One is none, or an option is named twice.</exception>
    public static List<(string Name, string Value)> Changes(string[] settings)
    {
        var changes = new List<(string, string)>();
        foreach (string setting in settings)
        {
            int equals = setting.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new UserError($"--set is '{setting}'; it must be key=value");
            }

            string name = setting[..equals].Replace('-', '_');
            if (changes.Any(change => change.Item1 == name))
            {
                throw new UserError($"--set names '{name}' twice");
            }

            changes.Add((name, setting[(equals + 1)..]));
        }

        return changes;
    }

    /// <summary>Checks a number of steps.</summary>
    public static long Steps(long value, string option) => value is >= 1 and <= 1_000_000_000_000
        ? value
        : throw new UserError($"{option} is {value}; it must be between 1 and 1000000000000");
}
