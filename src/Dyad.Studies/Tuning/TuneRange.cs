using System.Globalization;
using Dyad.Core;
using Dyad.Numerics;
using Dyad.Studies.Files;

namespace Dyad.Studies.Tuning;

/// <summary>What an option is tried at: values of a list, or an interval.</summary>
/// <param name="Name">The option.</param>
/// <param name="Place">Where it stands.</param>
/// <param name="Values">The values; empty for an interval.</param>
internal sealed record TuneRange(string Name, Place Place, IReadOnlyList<string> Values)
{
    private const string ShortNumber = "G3";

    /// <summary>Lower end of an interval.</summary>
    public double Low { get; init; }

    /// <summary>Upper end of an interval.</summary>
    public double High { get; init; }

    /// <summary>Whether the logarithm is spread evenly over an interval, and not the value.</summary>
    public bool IsLog { get; init; }

    /// <summary>Points of an interval in a grid.</summary>
    public int? Points { get; init; }

    /// <summary>Whether it is an interval.</summary>
    public bool IsInterval => Values.Count == 0;

    /// <summary>Values between which all others are.</summary>
    public IReadOnlyList<string> Ends(bool isWhole) => IsInterval ? [Text(Low, isWhole), Text(High, isWhole)] : Values;

    /// <summary>The values of a grid.</summary>
    /// <param name="isWhole">Whether the option takes whole numbers.</param>
    public IReadOnlyList<string> Grid(bool isWhole)
    {
        int points = Points ?? 1;
        return !IsInterval ? [.. Values.Distinct()]
            : [.. Enumerable.Range(0, points).Select(i => Text(Between(points == 1 ? 0.5 : (double)i / (points - 1)), isWhole)).Distinct()];
    }

    /// <summary>A value drawn evenly, to three digits.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="isWhole">Whether the option takes whole numbers.</param>
    public string Draw(RandomStream stream, bool isWhole) => !IsInterval ? Values[stream.Index(Values.Count)]

        // Each whole number has as much of the interval, the ends too.
        : isWhole && !IsLog ? NumberText.Of(Low + Math.Min(High - Low, Math.Floor(stream.Uniform() * (High - Low + 1))))
        : Text(Between(stream.Uniform()), isWhole);

    private double Between(double share) => IsLog ? Math.Exp(Math.Log(Low) + (share * (Math.Log(High) - Math.Log(Low)))) : Low + (share * (High - Low));

    // Three digits are as many as a search can tell apart, and can be typed again.
    private string Text(double value, bool isWhole) => NumberText.Of(Math.Clamp(
        isWhole ? Math.Round(value) : value == Low || value == High ? value : double.Parse(value.ToString(ShortNumber, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture), Low, High));
}
