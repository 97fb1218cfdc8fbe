using Dyad.Core;
using Dyad.Training;

namespace Dyad.Studies.Running;

/// <summary>
/// The runs under one output folder by identity: <c>DIR/.runs/IDENTITY</c> holds the path of the folder that has the run, so that
/// studies which ask for the same one share it.
/// </summary>
/// <param name="output">The output folder.</param>
internal sealed class RunStore(string output)
{
    private readonly string _root = Path.GetFullPath(output);

    private string Index => Path.Combine(_root, ".runs");

    /// <summary>The folder of a run: its own where that holds it or nobody has it, else that of whoever has it.</summary>
    /// <param name="identity">The run.</param>
    /// <param name="own">The folder that the study has for it.</param>
    public RunDirectory Locate(string identity, string own)
    {
        var directory = new RunDirectory(own);
        if (File.Exists(Path.Combine(own, "config.json")))
        {
            return directory;
        }

        if (File.Exists(Path.Combine(own, RunPointer.FileName)))
        {
            RunDirectory pointed = RunPointer.Follow(own);
            return Has(pointed, identity) ? pointed : throw new UserError(
                $"'{Path.Combine(own, RunPointer.FileName)}' leads to a run with another configuration: give another --out, or remove that file");
        }

        if (Find(identity) is not { } shared)
        {
            return directory;
        }

        RunPointer.Write(own, shared);
        return shared;
    }

    /// <summary>Remembers where a run is.</summary>
    public void Register(PlannedRun run)
    {
        string entry = Path.Combine(Index, run.Identity);
        if (File.Exists(entry))
        {
            return;
        }

        Directory.CreateDirectory(Index);
        string partial = $"{entry}.{Environment.ProcessId}-{Environment.CurrentManagedThreadId}.partial";
        File.WriteAllText(partial, Path.GetRelativePath(_root, run.Directory.FullPath).Replace('\\', '/') + "\n");
        File.Move(partial, entry, overwrite: true);
    }

    // An entry whose run has gone, or is another one by now, counts for nothing.
    private RunDirectory? Find(string identity)
    {
        string entry = Path.Combine(Index, identity);
        try
        {
            if (!File.Exists(entry))
            {
                return null;
            }

            var found = new RunDirectory(Path.Combine(_root, File.ReadAllText(entry).Trim()));
            if (Has(found, identity))
            {
                return found;
            }

            File.Delete(entry);
            return null;
        }
        catch (Exception e) when (e is UserError or IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private static bool Has(RunDirectory directory, string identity) => directory.ReadConfig() is { } config && RunIdentity.Of(config) == identity;
}
