using Dyad.Core;

namespace Dyad.Training;

/// <summary>
/// A folder in which a run is expected may hold, instead of it, a file <c>run.pointer</c> with the path of the folder that holds
/// the same run, relative to itself: two studies share it. It is a file and no link, so that a copy of the tree stays a tree.
/// </summary>
internal static class RunPointer
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "run.pointer";

    /// <summary>The run's folder: where a pointer leads, or the folder itself.</summary>
    /// <exception cref="UserError">The pointer cannot be read, or there is no run where it leads.</exception>
    public static RunDirectory Follow(string folder)
    {
        string path = Path.Combine(folder, FileName);
        try
        {
            if (!File.Exists(path) || File.Exists(Path.Combine(folder, "config.json")))
            {
                return new RunDirectory(folder);
            }

            string target = Path.GetFullPath(Path.Combine(folder, File.ReadAllText(path).Trim()));
            return File.Exists(Path.Combine(target, "config.json"))
                ? new RunDirectory(target)
                : throw new UserError($"'{path}' leads to '{target}', which holds no run: remove the pointer to compute it anew");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UserError($"cannot read '{path}': {IoSentence.Of(e)}", e);
        }
    }

    /// <summary>Lets a folder lead to a run in another.</summary>
    public static void Write(string folder, RunDirectory run)
    {
        ArgumentNullException.ThrowIfNull(run);
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, FileName), Path.GetRelativePath(folder, run.FullPath).Replace('\\', '/') + "\n");
    }
}
