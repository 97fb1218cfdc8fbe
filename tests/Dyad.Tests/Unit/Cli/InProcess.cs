using System.CommandLine;
using Dyad.Cli.Terminal;
using Dyad.Tests.EndToEnd;

namespace Dyad.Tests.Unit.Cli;

/// <summary>Tests that call the command line in their own process, one after the other: they share standard output and error.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class InProcess
{
    public const string Name = "command line in process";

    /// <summary>A call, from its words to its exit code.</summary>
    internal static Outcome Run(params string[] arguments) => Run(Program.Root(), arguments);

    /// <summary>A call of other commands.</summary>
    internal static Outcome Run(Command root, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        TextWriter before = Console.Error;
        Console.SetError(error);
        try
        {
            using IDisposable redirected = StandardOutput.To(output);
            int code = Entry.Run(root, arguments);
            return new Outcome(string.Join(' ', arguments), code, output.ToString(), error.ToString());
        }
        finally
        {
            Console.SetError(before);
        }
    }
}
