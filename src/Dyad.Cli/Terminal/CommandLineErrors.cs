using System.CommandLine;

namespace Dyad.Cli.Terminal;

/// <summary>What is wrong with a command line, before any command looks at it.</summary>
internal static class CommandLineErrors
{
    /// <summary>The first thing that is wrong, as a sentence without its full stop; null where nothing is.</summary>
    public static string? First(ParseResult parsed)
    {
        // No command has a use for an empty name, file or folder; in scripts it is an unset variable.
        int empty = parsed.Tokens.TakeWhile(token => token.Value.Length > 0).Count();
        if (parsed.Errors.Count == 0)
        {
            return empty == parsed.Tokens.Count ? null : $"the argument after '{(empty > 0 ? parsed.Tokens[empty - 1].Value : "dyad")}' is empty";
        }

        // The parser first misses a command where it met a word that is none.
        return parsed.UnmatchedTokens is [string word, ..]
            ? $"unrecognized command or argument '{word}'"
            : WithoutTypeNames(parsed.Errors[0].Message.TrimEnd('.'));
    }

    private static string WithoutTypeNames(string message)
    {
        int type = message.IndexOf(" as expected type", StringComparison.Ordinal);
        return type < 0 ? message
            : message[..type] + (message.Contains("Double", StringComparison.Ordinal) ? " as a number" : " as a whole number");
    }
}
