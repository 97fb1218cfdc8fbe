using Dyad.Studies.Results;

namespace Dyad.Studies;

/// <summary>
/// The rule by which a measurement supports or contradicts a claim. A claim names the values that it allows; the measurement is
/// an interval.
/// </summary>
internal static class Verdicts
{
    /// <summary>The chance of any wrong verdict that a study accepts.</summary>
    public const double Error = 0.05;

    /// <summary>"A is better than B", of A - B: above 0.</summary>
    public static Interval Better { get; } = Above(0);

    /// <summary>Above a number.</summary>
    public static Interval Above(double number) => new(number, double.PositiveInfinity);

    /// <summary>Below a number.</summary>
    public static Interval Below(double number) => new(double.NegativeInfinity, number);

    /// <summary>"A is at least as good as B", of A - B: worse by less than a margin at most (non-inferiority).</summary>
    /// <param name="margin">The margin; a claim without a positive one, null, can be held against nothing.</param>
    public static Interval? NotWorse(double? margin) => margin > 0 ? Above(-margin.Value) : null;

    /// <summary>"A and B are comparable", of A - B: apart by less than a margin (equivalence).</summary>
    /// <inheritdoc cref="NotWorse"/>
    public static Interval? Comparable(double? margin) => margin > 0 ? new Interval(-margin.Value, margin.Value) : null;

    /// <summary>
    /// Supported where the whole interval is among the values that the claim allows, contradicted where none of it is, else
    /// unclear; unclear also where there is no interval, as of one value, or no claim that can be held.
    /// </summary>
    public static Verdict Of(Interval measured, Interval? claimed)
    {
        if (claimed is null || !(measured.Low <= measured.High))
        {
            return Verdict.Unclear;
        }

        bool aboveLow = measured.Low > claimed.Low || double.IsNegativeInfinity(claimed.Low);
        bool belowHigh = measured.High < claimed.High || double.IsPositiveInfinity(claimed.High);
        return aboveLow && belowHigh ? Verdict.Supported
            : measured.High < claimed.Low || measured.Low > claimed.High ? Verdict.Contradicted
            : Verdict.Unclear;
    }

    /// <summary>The verdict on all of several measurements, each of which the claim asks for: the weakest of theirs.</summary>
    public static Verdict All(params ReadOnlySpan<Verdict> verdicts) =>
        verdicts.Contains(Verdict.Contradicted) ? Verdict.Contradicted
        : verdicts.Contains(Verdict.Unclear) ? Verdict.Unclear
        : Verdict.Supported;

    /// <summary>
    /// Intervals of several measurements such that the chance of any wrong verdict among them is at most 5 % (Holm 1979): the
    /// measurement that is surest of its verdict gets the interval of confidence 1 - 0.05 / n, the next 1 - 0.05 / (n - 1), and
    /// so on until one has no verdict, whose confidence the rest share.
    /// </summary>
    /// <param name="family">The measurements, with the values that each claim allows; null for a claim that cannot be held.</param>
    /// <returns>An interval for each.</returns>
    public static IReadOnlyList<Interval> Holm(params IReadOnlyList<(StudentEstimate Estimate, Interval? Claimed)> family)
    {
        var intervals = new Interval[family.Count];
        int left = family.Count(x => x.Claimed is not null);
        bool stopped = false;
        foreach (int i in Enumerable.Range(0, family.Count).OrderBy(i => PValue(family[i].Estimate, family[i].Claimed)))
        {
            intervals[i] = family[i].Estimate.Interval(1 - (Error / Math.Max(1, left)));
            stopped |= Of(intervals[i], family[i].Claimed) == Verdict.Unclear;
            left -= stopped ? 0 : 1;
        }

        return intervals;
    }

    // A verdict is had where the interval holds no bound of what is claimed.
    private static double PValue(StudentEstimate estimate, Interval? claimed) => claimed is null ? 1
        : Math.Max(Bound(estimate, claimed.Low), Bound(estimate, claimed.High));

    private static double Bound(StudentEstimate estimate, double bound) => double.IsInfinity(bound) ? 0 : estimate.PValue(bound);
}
