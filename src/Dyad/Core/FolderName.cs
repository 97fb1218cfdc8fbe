using System.Text;

namespace Dyad.Core;

/// <summary>
/// Names of folders that every file system takes: at most 100 characters, none of them a separator, a control character or one
/// that some system reserves, and more than dots and spaces.
/// </summary>
internal static class FolderName
{
    /// <summary>Characters of a name at most.</summary>
    public const int Longest = 100;

    private const string Reserved = "/\\:*?\"<>|";

    /// <summary>Why a text is no name for a folder, as the end of a sentence; null where it is one.</summary>
    public static string? Fault(string text) =>
        text.Trim('.', ' ').Length == 0 ? "it must have a letter or digit"
        : text.Length > Longest ? $"it must have at most {Longest} characters"
        : text.EnumerateRunes().Any(IsForbidden) ? $"it must have no control characters and none of {Reserved}"
        : text[0] == ' ' || text[^1] is ' ' or '.' ? "it must neither begin with a space nor end with a space or dot"
        : null;

    /// <summary>The nearest name to a text that may be none: a hyphen for each character that is not taken.</summary>
    /// <param name="text">The text.</param>
    /// <param name="otherwise">The name where nothing is left.</param>
    public static string Of(string text, string otherwise)
    {
        var name = new StringBuilder();
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (name.Length + rune.Utf16SequenceLength <= Longest)
            {
                name.Append(IsForbidden(rune) ? "-" : rune.ToString());
            }
        }

        string trimmed = name.ToString().TrimStart(' ').TrimEnd(' ', '.');
        return Fault(trimmed) is null ? trimmed : otherwise;
    }

    // Half a surrogate pair comes as the replacement character.
    private static bool IsForbidden(Rune rune) =>
        Rune.IsControl(rune) || rune == Rune.ReplacementChar || (rune.IsAscii && Reserved.Contains((char)rune.Value, StringComparison.Ordinal));
}
