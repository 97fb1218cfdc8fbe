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
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"the folder '{folder}' cannot be read: {IoSentence.Of(e)}", e);
        }
    }
}
