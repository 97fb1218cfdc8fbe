using System.Globalization;

namespace Dyad.Report;

/// <summary>Numbers as a reader wants them: about four digits that mean something, and never a machine's culture.</summary>
internal static class Numbers
{
    private const string Minus = "\u2212";

    /// <summary>A number with about four significant digits.</summary>
    public static string Short(double value) => Fixed(value, DecimalsFor(value));

    /// <summary>A position on the horizontal axis: whole numbers are written out.</summary>
    public static string Position(double value) =>
        double.IsInteger(value) && Math.Abs(value) < 1e15 ? Fixed(value, 0) : Short(value);

    /// <summary>Low and high of an interval.</summary>
    public static string Range(double low, double high, int decimals) => $"{Fixed(low, decimals)} to {Fixed(high, decimals)}";

    /// <summary>
    /// Decimals that show about four significant digits of a value; -1 where only an exponent does. Numbers that belong
    /// together, such as a mean and its interval, take the decimals of one of them.
    /// </summary>
    public static int DecimalsFor(double value)
    {
        double size = Math.Abs(value);
        return size switch
        {
            0 => 0,
            < 1e-4 or >= 1e9 => -1,
            _ => Math.Clamp(3 - (int)Math.Floor(Math.Log10(size)), 0, 7),
        };
    }

    /// <summary>A number with so many decimals.</summary>
    public static string Fixed(double value, int decimals)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "not a number" : value > 0 ? "\u221e" : Minus + "\u221e";
        }

        string digits = decimals < 0
            ? value.ToString("0.000e0", CultureInfo.InvariantCulture)
            : value.ToString("N" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return digits.Replace("-", Minus, StringComparison.Ordinal);
    }

    /// <summary>A time a reader can picture: seconds, minutes, hours or days.</summary>
    public static string Duration(double seconds) => seconds switch
    {
        < 1 => "less than a second",
        < 119.5 => Count(seconds, "second"),
        < 60 * 119.5 => Count(seconds / 60, "minute"),
        < 3600 * 47.5 => Count(seconds / 3600, "hour"),
        _ => Count(seconds / 86400, "day"),
    };

    private static string Count(double amount, string unit)
    {
        double whole = Math.Round(amount);
        return Fixed(whole, 0) + " " + unit + (whole == 1 ? "" : "s");
    }
}
