using System.CommandLine;
using Dyad.Cli.Commands;
using Dyad.Cli.Terminal;

StandardOutput.Reserve();
return Entry.Run(Root(), args);

/// <summary>The process; what it does is in <see cref="Entry"/>.</summary>
internal sealed partial class Program
{
    /// <summary>All commands.</summary>
    internal static Command Root()
    {
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
            StudyCommand.Create(),
            CompareCommand.Create(),
            ReportCommand.Create(),
            ExportCommand.Create(),
            ImportCommand.Create(),
            StatusCommand.Create(),
            WatchCommand.Create(),
            DiffCommand.Create(),
            PruneCommand.Create(),
            TabularCommand.Create(),
            SuggestClipCommand.Create(),
            CheckEnvCommand.Create(),
#if !SHIPPED
            BenchCommand.Create(),
#endif
            DoctorCommand.Create(),
            CompletionCommand.Create(Root),
            ReferenceCommand.Create(Root),
        };
        Help.AddExamples(root, "dyad demo", "dyad reproduce wen2021/fig1 --scale paper", "dyad tabular mdp.json");
        return root;
    }
}
