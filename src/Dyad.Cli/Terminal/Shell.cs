namespace Dyad.Cli.Terminal;

/// <summary>Commands that are printed can be pasted into a shell.</summary>
internal static class Shell
{
    /// <summary>A word of a command as a POSIX shell reads it as one: in quotes where it needs them.</summary>
    public static string Quoted(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:=,+@%~".Contains(c, StringComparison.Ordinal)) && word[0] != '~'
            ? word
            : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
