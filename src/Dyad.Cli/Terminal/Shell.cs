using System.Globalization;
using System.Text;

namespace Dyad.Cli.Terminal;

/// <summary>Commands that are printed can be pasted into a shell.</summary>
internal static class Shell
{
    /// <summary>What a user types to call this: the script of a checkout, or the tool.</summary>
#if SHIPPED
    public const string Program = "dyad";
#else
    public const string Program = "./dyad";
#endif

    private const string Plain = "-_./:,+@%=";

    /// <summary>A command of Dyad with its arguments.</summary>
    public static string Command(params IEnumerable<string> arguments) => string.Join(' ', arguments.Select(Quoted).Prepend(Program));

    /// <summary>
    /// A word of a command as a shell reads it as one: in quotes where it needs them; with escapes, which bash, zsh and POSIX of 2024
    /// know, where it would not stay in its line.
    /// </summary>
    public static string Quoted(string word) =>
        word.Length > 0 && word[0] != '=' && word.All(c => char.IsAsciiLetterOrDigit(c) || Plain.Contains(c, StringComparison.Ordinal)) ? word
        : word.Any(char.IsControl) ? Escaped(word)
        : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    private static string Escaped(string word)
    {
        var quoted = new StringBuilder("$'");
        foreach (char c in word)
        {
            _ = c switch
            {
                '\'' or '\\' => quoted.Append('\\').Append(c),
                '\n' => quoted.Append("\\n"),
                < ' ' or '\u007f' => quoted.Append(CultureInfo.InvariantCulture, $"\\{Convert.ToString(c, 8).PadLeft(3, '0')}"),
                _ when char.IsControl(c) => quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('\'').ToString();
    }
}
