using System.CommandLine;
using System.CommandLine.Help;
using System.Text;
using Dyad.Cli.Terminal;

namespace Dyad.Cli.Commands;

/// <summary><c>dyad reference</c>: every command with its arguments and options as a page, docs/cli.md. Not listed: <c>scripts/reference.sh</c> calls it.</summary>
internal static class ReferenceCommand
{
    /// <param name="root">All commands, asked for when the command runs.</param>
    public static Command Create(Func<Command> root)
    {
        var command = new Command("reference", "Print docs/cli.md.") { Hidden = true };
        Help.AddExamples(command, "dyad reference > docs/cli.md");
        command.SetAction(_ =>
        {
            StandardOutput.Writer.Write(Page(root()));
            return ExitCode.Success;
        });
        return command;
    }

    /// <summary>The page.</summary>
    internal static string Page(Command root)
    {
        Command[] commands = [.. root.Subcommands.Where(command => !command.Hidden)];
        var page = new StringBuilder();
        page.Append("""
            # Commands

            Written by `scripts/reference.sh` from the commands themselves; a test holds it. In a checkout `dyad` is `./dyad`. Every command has `--help`. Exit codes: 0 done, 1 a check that found something, 2 bad input in one sentence, 70 a mistake in Dyad, 130 stopped.

            | command | what it does |
            |---|---|

            """);
        foreach (Command command in commands)
        {
            page.Append($"| [`{command.Name}`](#{command.Name}) | {Cell(command.Description)} |\n");
        }

        foreach (Command command in commands)
        {
            Section(page, command, root.Name, "##");
        }

        return page.ToString().ReplaceLineEndings("\n");
    }

    private static void Section(StringBuilder page, Command command, string parent, string heading)
    {
        string name = $"{parent} {command.Name}";
        page.Append($"\n{heading} {name[(name.IndexOf(' ', StringComparison.Ordinal) + 1)..]}\n\n{command.Description}\n\n```\n{name}");
        foreach (Argument argument in command.Arguments.Where(argument => !argument.Hidden))
        {
            string shown = argument.Name + (argument.Arity.MaximumNumberOfValues > 1 ? "..." : "");
            page.Append(argument.Arity.MinimumNumberOfValues == 0 || argument.HasDefaultValue ? $" [{shown}]" : $" {shown}");
        }

        page.Append(command.Subcommands.Count > 0 ? " COMMAND" : "").Append(" [options]\n```\n");
        if (command.Options.OfType<HelpOption>().FirstOrDefault()?.Action is Help.IHasExamples { Examples: { Count: > 0 } examples })
        {
            page.Append("\n```\n").AppendJoin('\n', examples).Append("\n```\n");
        }

        Option[] options = [.. command.Options.Where(option => !option.Hidden && option is not HelpOption)];
        if (command.Arguments.Count + options.Length > 0)
        {
            page.Append("\n| | |\n|---|---|\n");
            foreach (Argument argument in command.Arguments)
            {
                page.Append($"| `{argument.Name}` | {Cell(argument.Description)} |\n");
            }

            foreach (Option option in options)
            {
                string names = string.Join(", ", option.Aliases.Prepend(option.Name).Select(alias => $"`{alias}`"));
                string value = option.HelpName is { Length: > 0 } help ? $" `{help.Replace("|", "\\|", StringComparison.Ordinal)}`" : "";
                page.Append($"| {names}{value} | {Cell(option.Description)} |\n");
            }
        }

        foreach (Command sub in command.Subcommands.Where(sub => !sub.Hidden))
        {
            Section(page, sub, name, heading + "#");
        }
    }

    private static string Cell(string? text) => (text ?? "").Replace("|", "\\|", StringComparison.Ordinal);
}
