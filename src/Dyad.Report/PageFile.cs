using System.Text;
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
        try
        {
            OutputFile.Write(path, file => file.Write(Encoding.UTF8.GetBytes(page)));
        }
        catch (Exception cause) when (IoSentence.Tells(cause))
        {
            throw new UserError($"{what} '{path}' cannot be written: {IoSentence.Of(cause)}", cause);
        }
    }
}
