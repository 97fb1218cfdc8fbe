namespace Dyad.Core;

/// <summary>Files under a folder that the user named.</summary>
internal static class FileSearch
{
    /// <summary>All files of a name under a folder, sorted. Links are followed, and each folder is looked into once.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">The name.</param>
    /// <param name="tell">Receives a sentence about each folder that cannot be read, and the rest is looked into; null where one is enough to refuse.</param>
    /// <exception cref="UserError">A folder is not there, or cannot be read.</exception>
    public static string[] Find(string folder, string name, Action<string>? tell = null)
    {
        var found = new List<string>();
        var seen = new HashSet<string>();
        Look(folder, Real(new DirectoryInfo(folder)), isRoot: true);
        return [.. found.Order(StringComparer.Ordinal)];

        void Look(string here, string real, bool isRoot)
        {
            // By the place that links lead to: some lead round in circles.
            if (!seen.Add(real))
            {
                return;
            }

            string[] inner;
            try
            {
                found.AddRange(Directory.EnumerateFiles(here, name));
                inner = [.. Directory.EnumerateDirectories(here).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
            }
            catch (Exception e) when (IoSentence.Tells(e))
            {
                var error = new UserError(
                    File.Exists(here) ? $"'{here}' is a file, and a folder is expected"
                    : !Directory.Exists(here) ? $"there is no folder '{here}'"
                    : $"the folder '{here}' cannot be read: {IoSentence.Of(e)}", e);
                if (isRoot || tell is null)
                {
                    throw error;
                }

                tell(error.Message);
                return;
            }

            foreach (string sub in inner)
            {
                // A link is relative to where it really lies.
                Look(Path.Combine(here, sub), Real(new DirectoryInfo(Path.Combine(real, sub))), isRoot: false);
            }
        }
    }

    private static string Real(DirectoryInfo folder)
    {
        try
        {
            return folder.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? folder.FullName;
        }
        catch (IOException)
        {
            // Too many links, or none: what is wrong shows when it is read.
            return folder.FullName;
        }
    }
}
