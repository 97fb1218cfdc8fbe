using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Dyad.Cli.Terminal;

/// <summary>Examples under the usual help text of a command.</summary>
internal static class Help
{
    public static void AddExamples(Command command, params string[] examples)
    {
        HelpOption? option = command.Options.OfType<HelpOption>().FirstOrDefault();
        if (option is null)
        {
            option = new HelpOption();
            command.Options.Add(option);
        }

        option.Action = new WithExamples((HelpAction)option.Action!, examples);
    }

    /// <summary>A help text with examples.</summary>
    internal interface IHasExamples
    {
        /// <summary>The examples.</summary>
        IReadOnlyList<string> Examples { get; }
    }

    private sealed class WithExamples(HelpAction inner, string[] examples) : SynchronousCommandLineAction, IHasExamples
    {
        public IReadOnlyList<string> Examples => examples;

        // Asking for help is never an error, even where an argument is missing.
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            int code = inner.Invoke(parseResult);
            TextWriter output = parseResult.InvocationConfiguration.Output;
            output.WriteLine(examples.Length == 1 ? "Example:" : "Examples:");
            foreach (string example in examples)
            {
                output.WriteLine($"  {example}");
            }

            output.WriteLine();
            return code;
        }
    }
}
