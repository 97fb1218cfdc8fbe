using System.CommandLine;
using Dyad.Cli.Terminal;
using Dyad.Core;
using Dyad.Environments.Locating;

namespace Dyad.Cli.Commands;

/// <summary>Options of the commands that read a stored run: which code its folder may name.</summary>
internal sealed class TrustOptions
{
    private readonly Option<string?> _task = new("--task")
    {
        Description = "The task, instead of the one that the run names: a library of your own, FILE.dll:TYPE, whose code the run may use, or one that has moved.",
        HelpName = "TASK",
    };

    private readonly Option<string[]> _trust = new("--trust")
    {
        Description = "A folder whose libraries may be loaded where the run names one. A run's folder is data: its code is not run without --trust or --task.",
        HelpName = "DIR",
    };

    public TrustOptions(Command command)
    {
        command.Options.Add(_task);
        command.Options.Add(_trust);
    }

    /// <summary>Whether a command line has one of them.</summary>
    public bool AreGiven(ParseResult parsed) => parsed.GetValue(_task) is not null || parsed.GetValue(_trust) is { Length: > 0 };

    /// <summary>What a command line trusts.</summary>
    /// <exception cref="UserError">A folder is not there.</exception>
    public StoredCode Of(ParseResult parsed) =>
        new(new CodeTrust(parsed.GetValue(_task), parsed.GetValue(_trust) ?? []), Shell.Command(parsed.Tokens.Select(token => token.Value)));
}

/// <summary>What a command line trusts, and the command, to tell how it would trust more.</summary>
internal sealed record StoredCode(CodeTrust Trust, string Command)
{
    /// <summary>Does nothing where the task of a run may be loaded.</summary>
    /// <exception cref="UserError">It may not; the sentence says what would be loaded, and the command that gives leave.</exception>
    public void Require(string folder, string task)
    {
        if (Trust.Refused(task) is var (file, type))
        {
            throw new UserError(
                $"'{folder}' names code of its own, {type} in '{file}', which is not run unless you trust it: {Command} --trust {Shell.Quoted(Path.GetDirectoryName(file) ?? "/")}, or where it has moved, --task {(task.Contains(".dll:", StringComparison.OrdinalIgnoreCase) ? $"FILE.dll:{type}" : Shell.Quoted(task))}");
        }
    }
}
