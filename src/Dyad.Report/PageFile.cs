using Dyad.Core;

namespace Dyad.Report;

/// <summary>A page as a file.</summary>
internal static class PageFile
{
    /// <summary>Writes a page; its folder is made where there is none. A reader never sees half a page.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">What it is, as the beginning of a sentence.</param>
    /// <param name="page">Its HTML.</param>
    /// <exception cref="UserError">The file cannot be written.</exception>
    public static void Write(string path, string what, string page)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path)) ?? path);
            try
            {
                File.WriteAllText(temporary, page);
                File.Move(temporary, path, overwrite: true);
            }
            finally
            {
                File.Delete(temporary);
            }
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"{what} '{path}' cannot be written: {cause.Message.TrimEnd('.')}.", cause);
        }
    }
}
