using Dyad.Core;

namespace Dyad.Cli;

/// <summary>Files under a folder that the user named.</summary>
internal static class Files
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
        Look(new DirectoryInfo(folder), Real(new DirectoryInfo(folder)), isRoot: true);
        return [.. found.Order(StringComparer.Ordinal)];

        void Look(DirectoryInfo here, string real, bool isRoot)
        {
            // By the place that links lead to: some lead round in circles.
            if (!seen.Add(real))
            {
                return;
            }

            DirectoryInfo[] inner;
            try
            {
                found.AddRange(Directory.EnumerateFiles(here.ToString(), name));
                inner = [.. here.EnumerateDirectories().Select(sub => new DirectoryInfo(Path.Combine(here.ToString(), sub.Name)))];
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                var error = new UserError($"the folder '{here}' cannot be read: {e.Message}", e);
                if (isRoot || tell is null)
                {
                    throw error;
                }

                tell(error.Message);
                return;
            }

            foreach (DirectoryInfo sub in inner.OrderBy(sub => sub.Name, StringComparer.Ordinal))
            {
                Look(sub, sub.LinkTarget is null ? Path.Combine(real, sub.Name) : Real(sub), isRoot: false);
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
