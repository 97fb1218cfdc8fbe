using System.Globalization;
using Dyad.Algorithms;
using Dyad.Cli.Terminal;
using Dyad.Core;
using Dyad.Export;
using Dyad.Studies;
using Dyad.Training;

namespace Dyad.Cli.Commands;

/// <summary><c>dyad export --safetensors</c>: all networks of a run, as PyTorch names and lays them out.</summary>
internal static class NetworkExport
{
    /// <summary>Writes the networks of a run's newest checkpoint.</summary>
    /// <returns>The file's path.</returns>
    public static string Write(string folder, string file, bool force, StoredCode code)
    {
        (TargetFolder target, string name) = TargetFolder.OfFile(file, force);
        StoredRun run = Located.Run(folder, "have networks", code);
        using AgentTraining training = run.TryRestore(StandardError.Tell)
            ?? throw new UserError($"'{folder}' has no checkpoint, where networks other than the policy's are; --onnx writes its policy");
        var metadata = new Dictionary<string, string>
        {
            ["dyad.layout"] = "pytorch",
            ["dyad.method"] = run.Method,
            ["dyad.task"] = run.Config.Task.Name,
            ["dyad.steps"] = training.Step.ToString(CultureInfo.InvariantCulture),
            ["dyad.build"] = StudyRunner.Build.ToString(),
        };
        return target.Write(name, path => AgentNetworks.Write(path, training.Agent, metadata));
    }
}
