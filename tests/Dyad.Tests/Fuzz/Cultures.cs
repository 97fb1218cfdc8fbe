using System.Globalization;

namespace Dyad.Tests.Fuzz;

/// <summary>
/// Cultures that write numbers and dates in other ways. The real ones where the platform's globalisation is on; where it is off, as in
/// the tests, clones with their separators, signs and digits.
/// </summary>
internal static class Cultures
{
    public static IReadOnlyList<CultureInfo> All { get; } =
        [Of("de-DE", ",", ".", "-"), Of("tr-TR", ",", ".", "-"), Of("fa-IR", "٫", "٬", "\u200e\u2212"), Of("th-TH", ".", ",", "-", 543), Of("sv-SE", ",", "\u00a0", "\u2212")];

    public static CultureInfo Of(string name, string point, string group, string minus, int years = 0)
    {
        try
        {
            return CultureInfo.GetCultureInfo(name);
        }
        catch (CultureNotFoundException)
        {
            var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            NumberFormatInfo numbers = culture.NumberFormat;
            (numbers.NumberDecimalSeparator, numbers.NumberGroupSeparator, numbers.NegativeSign) = (point, group, minus);
            (numbers.PercentDecimalSeparator, numbers.PercentGroupSeparator, numbers.PositiveSign) = (point, group, "\u200e+");
            (numbers.NaNSymbol, numbers.PositiveInfinitySymbol, numbers.NegativeInfinitySymbol) = ("keine Zahl", "\u221e", "-\u221e");
            (culture.DateTimeFormat.DateSeparator, culture.DateTimeFormat.TimeSeparator) = ("/", ".");

            // There is no calendar but the Gregorian here: a year as of the Thai one, literally.
            culture.DateTimeFormat.ShortDatePattern = years == 0 ? "d/M/yyyy" : "d/M/'25'yy";
            culture.DateTimeFormat.LongTimePattern = "H.mm.ss";
            return culture;
        }
    }
}

/// <summary>A culture for what follows, on this thread and those that it starts.</summary>
internal sealed class Culture : IDisposable
{
    private readonly CultureInfo _before = CultureInfo.CurrentCulture;

    public Culture(CultureInfo culture) => CultureInfo.CurrentCulture = culture;

    public void Dispose() => CultureInfo.CurrentCulture = _before;
}
