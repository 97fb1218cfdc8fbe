using System.CommandLine;
using System.Text.RegularExpressions;
using Dyad.Cli;
using Dyad.Cli.Commands;
using Dyad.Cli.Terminal;
using Dyad.Core;

// Not a RootCommand: that one takes its name from the file that runs.
var root = new Command("dyad", "Dyad: actor-critic reinforcement learning seen as a two-player game.")
{
    new VersionOption(),
    DemoCommand.Create(),
    ListCommand.Create(),
    TrainCommand.Create(),
    ReproduceCommand.Create(),
    ReportCommand.Create(),
    StatusCommand.Create(),
    TabularCommand.Create(),
    DoctorCommand.Create(),
};
Help.AddExamples(root, "dyad demo", "dyad reproduce wen2021/fig1 --scale paper", "dyad tabular mdp.json");

ParseResult parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    Console.Error.WriteLine($"dyad: {Sentence(parsed)}");
    return ExitCode.BadInput;
}

try
{
    // Commands stop themselves cleanly and raise their own errors.
    return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (UserError e)
{
    Console.Error.WriteLine($"dyad: {e.Message}");
    return ExitCode.BadInput;
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("dyad: stopped; the same command goes on from here.");
    return ExitCode.Stopped;
}

// Of several complaints of the parser, the one that names what the user typed.
string Sentence(ParseResult result)
{
    Command command = result.CommandResult.Command;
    string name = command == root ? "dyad" : $"dyad {command.Name}";
    string what = (result.UnmatchedTokens.Count > 0 ? result.UnmatchedTokens[0] : null) switch
    {
        string token when command == root && !token.StartsWith('-') =>
            $"there is no command '{token}'; there are {string.Join(", ", root.Subcommands.Select(c => c.Name))}",
        string token => $"there is no option or argument '{token}' here",
        null => Readable(result.Errors[0].Message.TrimEnd('.')),
    };
    return $"{what} ('{name} --help' shows how)";
}

// "Cannot parse argument 'x' for option '--seeds' as expected type 'System.Int32'" speaks of types: say what is accepted.
static string Readable(string message)
{
    Match match = Regex.Match(message, "^Cannot parse argument '(.*)' for (?:option|command) '(.*)' as expected type '(.*)'");
    return match.Success
        ? $"{match.Groups[2]} is '{match.Groups[1]}'; it must be {(match.Groups[3].Value.Contains("Double", StringComparison.Ordinal) ? "a number" : "a whole number")}"
        : message;
}
