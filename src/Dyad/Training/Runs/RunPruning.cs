using System.Text.Json.Nodes;
using Dyad.Core;

namespace Dyad.Training;

/// <summary>Takes the checkpoints of runs away.</summary>
internal static class RunPruning
{
    /// <summary>Bytes of a run's checkpoints, its replay among them.</summary>
    /// <exception cref="IOException">They cannot be read.</exception>
    public static long Bytes(RunDirectory directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        return Files(directory).Sum(path => new FileInfo(path).Length);
    }

    /// <summary>Takes the checkpoints away, and says so in <c>run.json</c>; metrics, policies and configuration stay.</summary>
    /// <exception cref="UserError">Another process is at work on the run, or the folder cannot be written.</exception>
    public static void Prune(RunDirectory directory, ProcessIdentity process, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(directory);
        try
        {
            using var lease = RunLease.Acquire(directory.FullPath, directory.CheckpointPath, process, clock, _ => { });
            JsonObject status = directory.ReadStatus() ?? throw new UserError($"'{directory.FullPath}' holds no run");
            status["pruned"] = true;
            directory.WriteStatus(status);
            foreach (string path in Files(directory))
            {
                File.Delete(path);
            }
        }
        catch (Exception e) when (IoSentence.Tells(e))
        {
            throw new UserError($"cannot write the run '{directory.FullPath}': {IoSentence.Of(e)}", e);
        }
    }

    private static string[] Files(RunDirectory directory) =>
        Directory.Exists(directory.CheckpointPath) ? Directory.GetFiles(directory.CheckpointPath, "*.bin") : [];
}
