using System.Globalization;

namespace Dyad.Core;

/// <summary>What is printed and stored is the same under every culture: the invariant one for a while, on this thread and those that it starts.</summary>
internal static class InvariantCulture
{
    /// <summary>Begins; the culture before comes back when what is returned is disposed of.</summary>
    public static IDisposable Begin()
    {
        var before = new Before(CultureInfo.CurrentCulture);
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        return before;
    }

    private sealed class Before(CultureInfo culture) : IDisposable
    {
        public void Dispose() => CultureInfo.CurrentCulture = culture;
    }
}
