using System.CommandLine;
using System.Globalization;
using Dyad.Cli;
using Dyad.Cli.Commands;
using Dyad.Cli.Terminal;
using Dyad.Core;

Output.Reserve();

// Decimal points and years are the same everywhere, also where the platform's globalisation is on.
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

// Not a RootCommand: that one takes its name from the file that runs.
var root = new Command("dyad", "Dyad: actor-critic reinforcement learning seen as a two-player game.")
{
    new VersionOption(),
    DemoCommand.Create(),
    ListCommand.Create(),
    TrainCommand.Create(),
    EvaluateCommand.Create(),
    InspectCommand.Create(),
    GapCommand.Create(),
    PlayCommand.Create(),
    ReproduceCommand.Create(),
    ReportCommand.Create(),
    ExportCommand.Create(),
    StatusCommand.Create(),
    TabularCommand.Create(),
    SuggestClipCommand.Create(),
    CheckEnvCommand.Create(),
    BenchCommand.Create(),
    DoctorCommand.Create(),
};
Help.AddExamples(root, "dyad demo", "dyad reproduce wen2021/fig1 --scale paper", "dyad tabular mdp.json");

NumberArguments.Apply(root);
ParseResult parsed = root.Parse(args);
if (CommandLineErrors.First(parsed) is string wrong)
{
    Console.Error.WriteLine($"dyad: {wrong}");
    return ExitCode.BadInput;
}

try
{
    // Commands stop themselves cleanly and raise their own errors.
    return parsed.Invoke(new InvocationConfiguration
    {
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = null,
        Output = Output.Writer,
    });
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
catch (OutOfMemoryException)
{
    Console.Error.WriteLine("dyad: out of memory: this needs more than the process may have.");
    return ExitCode.BadInput;
}
catch (Exception e)
{
    Console.Error.WriteLine($"dyad: {Mistakes.Tell(e, args)}");
    return ExitCode.Mistake;
}
