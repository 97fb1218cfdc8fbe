using System.CommandLine;
using System.Text;
using Dyad.Algorithms.Catalog;
using Dyad.Cli.Terminal;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Studies;

namespace Dyad.Cli.Commands;

/// <summary><c>dyad completion</c>: what a shell needs to complete commands, options, methods, tasks and studies.</summary>
internal static class CompletionCommand
{
    private static readonly string[] Shells = ["bash", "zsh"];

    /// <param name="root">All commands, asked for when the command runs.</param>
    public static Command Create(Func<Command> root)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash or zsh." };
        var command = new Command("completion", "Print what a shell needs to complete the command line.") { shell };
        Help.AddExamples(command, "dyad completion bash > ~/.local/share/bash-completion/completions/dyad");
        command.SetAction(parsed =>
        {
            string name = parsed.GetValue(shell)!;
            StandardOutput.Writer.Write(Shells.Contains(name)
                ? Script(root(), name)
                : throw new UserError($"SHELL is '{name}'; it must be {string.Join(" or ", Shells)}"));
            return ExitCode.Success;
        });
        return command;
    }

    /// <summary>The script: of zsh the same, which it reads as bash does.</summary>
    internal static string Script(Command root, string shell)
    {
        var script = new StringBuilder();
        script.AppendLine("# Completion of dyad for bash and zsh, printed by 'dyad completion'.");
        if (shell == "zsh")
        {
            script.AppendLine("autoload -Uz bashcompinit && bashcompinit");
        }

        script.AppendLine("_dyad() {");
        script.AppendLine("    local word=\"${COMP_WORDS[COMP_CWORD]}\" before=\"${COMP_WORDS[COMP_CWORD-1]}\" words=''");
        script.AppendLine("    if [ \"$COMP_CWORD\" -eq 1 ]; then");
        script.AppendLine($"        words='{string.Join(' ', Visible(root).Select(command => command.Name))} --help --version'");
        script.AppendLine("    else");
        script.AppendLine("        case \"${COMP_WORDS[1]}\" in");
        foreach (Command command in Visible(root))
        {
            script.AppendLine($"            {command.Name})");
            script.AppendLine("                case \"$before\" in");
            foreach (Option option in Options(command))
            {
                if (Values(option) is { Length: > 0 } values)
                {
                    script.AppendLine($"                    {string.Join('|', option.Aliases.Append(option.Name))}) words='{values}' ;;");
                }
            }

            script.AppendLine($"                    *) words='{string.Join(' ', Visible(command).Select(sub => sub.Name).Concat(Options(command).Select(option => option.Name)).Concat(Named(command)))}' ;;");
            script.AppendLine("                esac ;;");
        }

        script.AppendLine("        esac");
        script.AppendLine("    fi");

        // Files and folders beside the words: runs, tasks, policies.
        script.AppendLine("    COMPREPLY=($(compgen -W \"$words\" -- \"$word\") $(compgen -f -- \"$word\"))");
        script.AppendLine("}");
        script.AppendLine("complete -o filenames -F _dyad dyad ./dyad");
        return script.ToString().ReplaceLineEndings("\n");
    }

    private static IEnumerable<Command> Visible(Command command) => command.Subcommands.Where(sub => !sub.Hidden);

    private static IEnumerable<Option> Options(Command command) => command.Options.Where(option => !option.Hidden);

    // Choices of an option are in its help name, a|b|c.
    private static string Values(Option option) => option.HelpName?.Contains('|', StringComparison.Ordinal) == true
        ? option.HelpName.Replace('|', ' ')
        : "";

    // What arguments may be, by their names.
    private static IEnumerable<string> Named(Command command) => command.Arguments.SelectMany(argument => argument.Name switch
    {
        "METHOD" => MethodCatalog.All.Select(method => method.Name),
        "ENVIRONMENT" or "TASK" => EnvironmentRegistry.All.Select(entry => entry.Name),
        "STUDY" => StudyCatalog.All.Select(study => study.Name),
        "SHELL" => Shells,
        _ => [],
    }).Distinct();
}
