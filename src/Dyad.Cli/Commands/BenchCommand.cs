using System.CommandLine;
using Dyad.Benchmarks;
using Dyad.Cli.Terminal;

namespace Dyad.Cli.Commands;

/// <summary><c>dyad bench</c>: speed beside the floor that the arithmetic sets, and beside PyTorch where that is installed.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var name = new Argument<string?>("NAME")
        {
            Description = "kernels, updates, training, environments, python, or a part of a row's name; kernels and updates if left out.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<bool> json = StudyOptions.Json();
        var command = new Command("bench", "Measure kernels, updates and whole training steps against their floor, pinned to one core.") { name, json };
        Help.AddExamples(command, "dyad bench sac-256x256-b100", "dyad bench kernels --json", "dyad bench training", "dyad bench env-HalfCheetah-v4");
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(name) is string rows && (rows.StartsWith("env", StringComparison.Ordinal) || rows.StartsWith("train", StringComparison.Ordinal)))
            {
                MujocoSetup.Ensure("the benchmarks of its tasks");
            }

            Suite.Run(parsed.GetValue(name), parsed.GetValue(json), StandardOutput.Writer);
            return ExitCode.Success;
        });
        return command;
    }
}
