using Dyad.Core;

namespace Dyad.Cli;

/// <summary>Files under a folder that the user named.</summary>
internal static class Files
{
    /// <summary>All files of a name under a folder, sorted.</summary>
    /// <exception cref="UserError">The folder is not there, or cannot be read.</exception>
    public static string[] Find(string folder, string name)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder, name, SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (IoSentence.Tells(e))
        {
            throw new UserError(
                File.Exists(folder) ? $"'{folder}' is a file, and a folder is expected"
                : !Directory.Exists(folder) ? $"there is no folder '{folder}'"
                : $"the folder '{folder}' cannot be read: {IoSentence.Of(e)}", e);
        }
    }
}
