using System.Text;
using System.Text.RegularExpressions;

namespace Dyad.Tests.Fuzz;

/// <summary>Changes valid files as damage and malice do; the same seed makes the same changes.</summary>
internal sealed partial class Mutator(int seed)
{
    /// <summary>Numbers, words and brackets that readers meet seldom.</summary>
    public static readonly string[] Words =
    [
        "0", "-0", "-1", "1", "0.5", "1e400", "-1e400", "1e-400", "1.5", "2147483647", "2147483648", "4294967297", "9223372036854775807",
        "9223372036854775808", "-9223372036854775808", "99999999999999999999", "1e308", "NaN", "Infinity", "null", "true", "false", "[]", "{}", "[null]", "\"\"",
        "\"x\"", "\"\\ud800\"", "\"\\u0000\"", "\"\\n\\u001b[2J\"", "\"\\u202e\"", "\"ü\"", "\"../../etc\"", "5", "[1,2,3]", "{\"a\":{}}", "'", "0x10", "1,5", "１",
    ];

    private static readonly byte[][] Pieces =
    [
        [0], [0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xef, 0xbb, 0xbf], [0xff, 0xfe], [0x1b, (byte)'[', (byte)'2', (byte)'J'], [(byte)'\n'], [(byte)'\r', (byte)'\n'],
        Encoding.UTF8.GetBytes("\u2028"), Encoding.UTF8.GetBytes("𝒳"), Encoding.UTF8.GetBytes(new string('[', 5000)), Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 3000))),
        Encoding.UTF8.GetBytes(new string('9', 20000)), Encoding.UTF8.GetBytes("\"" + new string('x', 50000) + "\""), Encoding.UTF8.GetBytes(new string(' ', 3000)),
    ];

    private readonly Random _random = new(seed);

    /// <summary>A changed copy: one to four changes.</summary>
    public byte[] Changed(byte[] valid, IReadOnlyList<byte[]> others)
    {
        byte[] bytes = valid;
        for (int i = 1 + (_random.Next(8) < 4 ? 0 : _random.Next(4)); i > 0; i--)
        {
            bytes = Once(bytes, others);
        }

        return bytes;
    }

    /// <summary>One of several.</summary>
    public T OneOf<T>(IReadOnlyList<T> items) => items[_random.Next(items.Count)];

    /// <summary>A whole number below another.</summary>
    public int Below(int n) => _random.Next(n);

    private byte[] Once(byte[] bytes, IReadOnlyList<byte[]> others)
    {
        int at = _random.Next(bytes.Length + 1), length = Math.Min(1 + _random.Next(1 + (_random.Next(4) == 0 ? bytes.Length : 16)), bytes.Length - at);
        switch (_random.Next(12))
        {
            case 0 when bytes.Length > 0:
                byte[] flipped = [.. bytes];
                flipped[_random.Next(bytes.Length)] ^= (byte)(1 << _random.Next(8));
                return flipped;
            case 1:
                return bytes[..at];
            case 2:
                return [.. bytes[..at], .. bytes[(at + length)..]];
            case 3:
                return [.. bytes[..(at + length)], .. bytes[at..]];
            case 4:
                return [.. bytes[..at], .. OneOf(Pieces), .. bytes[at..]];
            case 5:
                return [.. bytes[..at], .. Encoding.UTF8.GetBytes(OneOf(Words)), .. bytes[(at + length)..]];
            case 6:
                byte[] other = OneOf(others);
                return [.. bytes[..at], .. other[Math.Min(at, other.Length)..]];
            case 7:
                return Edited(bytes, Key(), match => $"{match.Value}{OneOf(Words)},{match.Value}");
            case 8:
                return Edited(bytes, Key(), match => $"\"{OneOf(["", "\\u0000", "step", "a b", "ü", "__proto__"])}\":");
            case 9:
                return Edited(bytes, Number(), _ => OneOf(Words[..22]));
            default:
                return Edited(bytes, Value(), _ => OneOf(Words));
        }
    }

    // One match replaced; Latin-1 keeps every byte.
    private byte[] Edited(byte[] bytes, Regex pattern, Func<Match, string> replacement)
    {
        string text = Encoding.Latin1.GetString(bytes);
        MatchCollection matches = pattern.Matches(text);
        if (matches.Count == 0)
        {
            return bytes;
        }

        Match match = matches[_random.Next(matches.Count)];
        string put = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(replacement(match)));
        return Encoding.Latin1.GetBytes(text[..match.Index] + put + text[(match.Index + match.Length)..]);
    }

    [GeneratedRegex("\"[^\"\\\\]*\"\\s*:")]
    private static partial Regex Key();

    [GeneratedRegex(@"-?\d+(\.\d+)?([eE][+-]?\d+)?")]
    private static partial Regex Number();

    [GeneratedRegex("(?<=:\\s*)(\"[^\"]*\"|-?\\d[^,}\\]\\s]*|true|false|null|\\[[^\\[\\]]*\\]|\\{[^{}]*\\})")]
    private static partial Regex Value();
}
