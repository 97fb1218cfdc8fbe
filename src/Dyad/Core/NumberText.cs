using System.Globalization;

namespace Dyad.Core;

/// <summary>
/// Numbers as people write them, the same under every culture: a sign, digits with <c>_</c> between them, a decimal point, a
/// power of ten. <c>1e5</c> and <c>100_000</c> are the same; <c>0,5</c>, blanks, <c>NaN</c> and infinities are no numbers.
/// </summary>
internal static class NumberText
{
    // Exponents beyond have no place in a double.
    private const int LargestExponent = 9999;

    /// <summary>Reads a finite number.</summary>
    public static bool TryDouble(string text, out double value)
    {
        value = 0;
        return IsNumber(text)
            && double.TryParse(text.Replace("_", "", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture, out value)
            && double.IsFinite(value);
    }

    /// <summary>Reads a whole number, exactly, however it is written: <c>1e5</c> and <c>2.50e1</c> are whole, <c>1.5</c> is not.</summary>
    public static bool TryWhole(string text, out long value)
    {
        value = 0;
        if (!IsNumber(text))
        {
            return false;
        }

        // digits times a power of ten, without trailing zeros
        string plain = text.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();
        string[] parts = plain.Split('E');
        string sign = parts[0].StartsWith('-') ? "-" : "";
        string mantissa = parts[0].TrimStart('+', '-');
        int point = mantissa.IndexOf('.', StringComparison.Ordinal);
        int decimals = point < 0 ? 0 : mantissa.Length - point - 1;
        string digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        string trimmed = digits.TrimEnd('0');
        if (trimmed.TrimStart('0').Length == 0)
        {
            return true;
        }

        int written = 0;
        if (parts.Length > 1 && (!int.TryParse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out written)
            || Math.Abs((long)written) > LargestExponent))
        {
            return false;
        }

        int exponent = written - decimals + digits.Length - trimmed.Length;
        return exponent is >= 0 and < 20
            && long.TryParse(sign + trimmed + new string('0', exponent), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>A number as text that reads back as the same one.</summary>
    public static string Of(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    // [+-] digits [. digits] [e [+-] digits], underscores between two digits; one side of the point may be missing.
    private static bool IsNumber(string text)
    {
        int at = 0;
        Sign();
        int before = Digits();
        int after = 0;
        if (at < text.Length && text[at] == '.')
        {
            at++;
            after = Digits();
        }

        if (before < 0 || after < 0 || before + after == 0)
        {
            return false;
        }

        if (at < text.Length && text[at] is 'e' or 'E')
        {
            at++;
            Sign();
            if (Digits() <= 0)
            {
                return false;
            }
        }

        return at == text.Length;

        void Sign() => at += at < text.Length && text[at] is '+' or '-' ? 1 : 0;

        // How many; -1 where an underscore does not stand between two.
        int Digits()
        {
            int first = at;
            while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '_'))
            {
                if (text[at] == '_' && (at == first || at + 1 == text.Length || !char.IsAsciiDigit(text[at + 1])))
                {
                    return -1;
                }

                at++;
            }

            return at - first;
        }
    }
}
