using System.CommandLine;
using Dyad.Benchmarks;
using Dyad.Cli.Terminal;

namespace Dyad.Cli.Commands;

/// <summary><c>dyad bench</c>: speed beside the floor that the arithmetic sets, and beside PyTorch and TorchSharp where they are there.</summary>
internal static class BenchCommand
{
    private static readonly string[] PeerPackages = ["python3-torch", "libopenblas0-pthread"];

    public static Command Create()
    {
        var name = new Argument<string?>("NAME")
        {
            Description = "kernels, updates, training, environments, processes, python, everything, profile-NAME for where the time of an update goes, or a part of a row's name; kernels and updates if left out.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var fetch = new Option<bool>("--fetch-peers") { Description = "First get the libraries to compare with: Debian's PyTorch with OpenBLAS (as root), and TorchSharp (200 MB from NuGet)." };
        var page = new Option<string?>("--page") { Description = "Measure nothing: write the page of a document that --json wrote.", HelpName = "FILE.json" };
        Option<bool> json = CommonOptions.Json();
        var command = new Command("bench", "Measure kernels, updates and whole training steps against their floor, pinned to one core.") { name, fetch, page, json };
        Help.AddExamples(command, "dyad bench sac-256x256-b100", "dyad bench kernels --json", "dyad bench training", "dyad bench env-HalfCheetah-v4", "dyad bench profile-sac-256x256-b100");
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(page) is { } file)
            {
                StandardOutput.Writer.Write(BenchmarkTables.Page(Suite.Read(File.ReadAllText(file))));
                return ExitCode.Success;
            }

            if (parsed.GetValue(fetch))
            {
                DebianPackages.Install(PeerPackages, "--fetch-peers");
                Peers.FetchTorchSharp();
            }

            if (parsed.GetValue(name) is string rows
                && (rows == "everything" || rows.StartsWith("env", StringComparison.Ordinal) || rows.StartsWith("train", StringComparison.Ordinal)))
            {
                MujocoSetup.Ensure("the benchmarks of its tasks");
            }

            Suite.Run(parsed.GetValue(name), parsed.GetValue(json), StandardOutput.Writer, sentence => Console.Error.WriteLine($"dyad: {sentence}"));
            return ExitCode.Success;
        });
        return command;
    }
}
