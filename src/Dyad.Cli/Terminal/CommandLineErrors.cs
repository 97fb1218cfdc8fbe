using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using Dyad.Core;

namespace Dyad.Cli.Terminal;

/// <summary>What is wrong with a command line, before any command looks at it.</summary>
internal static class CommandLineErrors
{
    /// <summary>A sentence about the first thing that is wrong; null where nothing is.</summary>
    public static string? First(ParseResult parsed)
    {
        Command root = parsed.RootCommandResult.Command;
        Command command = parsed.CommandResult.Command;
        string name = string.Join(' ', Path(command).Reverse());
        return What(parsed, root, command) is string what ? $"{what} ('{name} --help' shows how)" : null;
    }

    // From a command up to the root.
    private static IEnumerable<string> Path(Symbol? command)
    {
        for (; command is not null; command = command.Parents.OfType<Command>().FirstOrDefault())
        {
            yield return command.Name;
        }
    }

    private static string? What(ParseResult parsed, Command root, Command command)
    {
        // Of several complaints of the parser, the one that names what the user typed.
        if (parsed.UnmatchedTokens is [string word, ..])
        {
            return command == root && root.Subcommands.Any(c => c.Name == word) ? $"the command '{word}' stands where there is none"
                : command == root && !word.StartsWith('-')
                ? $"there is no command '{word}'; {NearNames.Hint(word, [.. root.Subcommands.Select(c => c.Name)])}"
                : $"there is no option or argument '{word}' here" + DidYouMean(word, command);
        }

        if (parsed.Errors is [ParseError error, ..])
        {
            return Readable(error.Message.TrimEnd('.'), parsed.CommandResult);
        }

        // No command has a use for an empty name, file or folder; in scripts it is an unset variable.
        int empty = parsed.Tokens.TakeWhile(token => token.Value.Length > 0).Count();
        return empty < parsed.Tokens.Count ? $"the argument after '{parsed.Tokens[empty - 1].Value}' is empty" : null;
    }

    private static string DidYouMean(string word, Command command)
    {
        string name = word.Split('=')[0];
        IReadOnlyList<string> near = word.StartsWith('-') ? NearNames.Of(name, command.Options.Select(option => option.Name)) : [];
        return near.Count > 0 ? $"; did you mean {string.Join(" or ", near)}?" : "";
    }

    // "Cannot parse argument 'x' for option '--json' as expected type 'System.Boolean'" speaks of types, "Required argument missing" of
    // nobody: say what is accepted.
    private static string Readable(string message, CommandResult command)
    {
        if (Regex.Match(message, "^Required argument missing for (option|command): '(.*)'$") is { Success: true } missing)
        {
            return missing.Groups[1].Value == "option"
                ? $"{missing.Groups[2]} needs a value"
                : $"'{missing.Groups[2]}' needs {string.Join(" and ", command.Command.Arguments.Where(argument => argument.Arity.MinimumNumberOfValues > 0 && command.GetResult(argument) is not { Tokens.Count: > 0 }).Select(argument => argument.Name))}";
        }

        Match match = Regex.Match(message, "^Cannot parse argument '(.*)' for (?:option|command) '(.*)' as expected type 'System.Boolean'");
        return match.Success ? $"{match.Groups[2]} is '{match.Groups[1]}'; it must be true or false" : message;
    }
}
