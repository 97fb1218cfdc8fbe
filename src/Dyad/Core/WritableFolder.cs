namespace Dyad.Core;

/// <summary>Folders that must take files: told before anything is computed, and not after it.</summary>
internal static class WritableFolder
{
    /// <summary>Makes a folder where there is none, and a file in it, which goes at once.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="otherwise">What is said where that fails, before the reason.</param>
    /// <exception cref="UserError">It fails.</exception>
    public static void Require(string folder, string otherwise)
    {
        try
        {
            Directory.CreateDirectory(folder);
            string probe = Path.Combine(folder, $".dyad-{Environment.ProcessId}");
            File.WriteAllText(probe, "");
            File.Delete(probe);
        }
        catch (Exception e) when (IoSentence.Tells(e))
        {
            throw new UserError($"{otherwise}: {IoSentence.Of(e)}", e);
        }
    }
}
