using System.Globalization;
using System.Text;

namespace Dyad.Core;

/// <summary>Texts of any origin as one line for a terminal: nothing in them ends the line, moves the cursor or turns the direction.</summary>
internal static class OneLine
{
    /// <summary>Characters of a line at most.</summary>
    public const int Longest = 2000;

    private const string Gap = " ... ";

    /// <summary>The text with escapes for what is no printable character, and without its middle where it is too long.</summary>
    /// <param name="text">The text.</param>
    /// <param name="longest">Characters at most.</param>
    public static string Of(string text, int longest = Longest)
    {
        // Escapes make a text longer: what is cut beforehand would be cut in any case.
        string part = text.Length <= 2 * longest ? text : text[..longest] + text[^longest..];
        string line = part.Any(IsEscaped) ? Escaped(part) : part;
        return line.Length <= longest && part.Length == text.Length ? line : Cut(line, longest);
    }

    // A third of what is kept is the end, which says what would be accepted.
    private static string Cut(string line, int longest)
    {
        int end = (longest - Gap.Length) / 3, start = longest - Gap.Length - end;
        start -= start > 0 && char.IsHighSurrogate(line[start - 1]) ? 1 : 0;
        end -= char.IsLowSurrogate(line[^end]) ? 1 : 0;
        return line[..start] + Gap + line[^end..];
    }

    private static string Escaped(string text)
    {
        var line = new StringBuilder(text.Length + 16);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                line.Append(c).Append(text[++i]);
                continue;
            }

            _ = c switch
            {
                '\n' => line.Append("\\n"),
                '\r' => line.Append("\\r"),
                '\t' => line.Append("\\t"),
                _ when IsEscaped(c) => line.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => line.Append(c),
            };
        }

        return line.ToString();
    }

    // Controls, line separators, half surrogate pairs, and what turns the direction of writing.
    private static bool IsEscaped(char c) =>
        char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
