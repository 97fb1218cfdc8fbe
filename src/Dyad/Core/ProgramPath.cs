namespace Dyad.Core;

/// <summary>Programs on the PATH.</summary>
internal static class ProgramPath
{
    // How the files of programs end.
    private static readonly string[] Endings = OperatingSystem.IsWindows() ? [".exe", ".cmd"] : [""];

    /// <summary>The path of the first of some programs that is there; null where none is.</summary>
    /// <param name="names">Their names, the first being preferred.</param>
    public static string? Find(params IReadOnlyList<string> names)
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return (from name in names from folder in folders from ending in Endings select Path.Combine(folder, name + ending)).FirstOrDefault(File.Exists);
    }
}
