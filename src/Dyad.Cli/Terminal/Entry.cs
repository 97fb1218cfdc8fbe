using System.CommandLine;
using System.Globalization;
using System.Reflection;
using Dyad.Core;

namespace Dyad.Cli.Terminal;

/// <summary>A command line from its words to its exit code: whatever happens, at most one sentence on standard error.</summary>
internal static class Entry
{
    /// <summary>Runs a command.</summary>
    /// <param name="root">All commands.</param>
    /// <param name="arguments">The words.</param>
    public static int Run(Command root, string[] arguments)
    {
        // Decimal points and years are the same everywhere, also where the platform's globalisation is on.
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        try
        {
            NumberArguments.Apply(root);

            // No files of further arguments: a word that begins with @ is a word.
            ParseResult parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
            if (CommandLineErrors.First(parsed) is string wrong)
            {
                return Told(wrong, ExitCode.BadInput);
            }

            // Commands stop themselves cleanly and raise their own errors.
            int code = parsed.Invoke(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
                Output = StandardOutput.Writer,
            });
            StandardOutput.Flush();
            return code;
        }
        catch (Exception e)
        {
            return Told(Cause(e), arguments);
        }
    }

    private static int Told(Exception e, string[] arguments) => e switch
    {
        UserError => Told(e.Message, ExitCode.BadInput),
        OperationCanceledException => Told(Stopped.Sentence(arguments), ExitCode.Stopped),
        OutOfMemoryException => Told("out of memory: this needs more than the process may have.", ExitCode.BadInput),
        FileNotFoundException { FileName: not null } or FileLoadException => Told(Mistakes.Tell(e, arguments), ExitCode.Mistake),
        _ when IoSentence.Tells(e) => Told($"a file or stream cannot be read or written: {IoSentence.Of(e)}", ExitCode.BadInput),
        _ => Told(Mistakes.Tell(e, arguments), ExitCode.Mistake),
    };

    private static int Told(string sentence, int code)
    {
        Console.Error.WriteLine($"dyad: {OneLine.Of(sentence)}");
        return code;
    }

    // What was thrown on another thread, or behind a call by name. A stop outranks whatever else happened.
    private static Exception Cause(Exception e) => e switch
    {
        AggregateException all => all.Flatten().InnerExceptions.Select(Cause)
            .OrderBy(inner => inner is OperationCanceledException ? 0 : inner is UserError ? 1 : inner is OutOfMemoryException ? 2 : 3).First(),
        TargetInvocationException or TypeInitializationException when e.InnerException is { } inner => Cause(inner),
        _ => e,
    };
}
