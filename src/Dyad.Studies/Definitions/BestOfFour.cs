using Dyad.Studies.Results;

namespace Dyad.Studies.Definitions;

/// <summary>The four methods of figure 1 under one setting of what the paper leaves open.</summary>
/// <param name="Value">The setting, in words.</param>
/// <param name="Areas">The mean return over training of each run of a line.</param>
/// <param name="Finals">The final return of each.</param>
internal sealed record FourUnder(string Value, Func<FourRoomLine, double[]> Areas, Func<FourRoomLine, double[]> Finals)
{
    /// <summary>The line other than Res-AC with the largest mean return over training.</summary>
    public FourRoomLine BestOther => BestOfFour.Others.MaxBy(line => Statistics.Mean(Areas(line)))!;

    /// <summary>"-0.062 [-0.065, -0.059]": Res-AC less the best of the others.</summary>
    public string Gain => Wording.Difference(Areas(FourRoomLine.ResAC), Areas(BestOther));
}

/// <summary>The claim that Res-AC is the best of the four.</summary>
internal static class BestOfFour
{
    /// <summary>The lines other than Res-AC.</summary>
    public static IEnumerable<FourRoomLine> Others => FourRoomLine.Four.Where(line => line != FourRoomLine.ResAC);

    /// <summary>
    /// Holds it under several settings at once: supported where Res-AC is better than each of the others, contradicted where one of
    /// them is better, by intervals that are Holm-corrected over all comparisons.
    /// </summary>
    /// <param name="settings">The settings.</param>
    /// <param name="ofFinals">Whether it asks for the better final return too, beside the better mean return over training.</param>
    public static IReadOnlyList<Choice> Hold(IReadOnlyList<FourUnder> settings, bool ofFinals)
    {
        Func<FourUnder, Func<FourRoomLine, double[]>>[] measures = ofFinals ? [x => x.Areas, x => x.Finals] : [x => x.Areas];
        (FourUnder Setting, FourRoomLine Other, StudentEstimate Gain)[] family =
            [.. from setting in settings
                from other in Others
                from measure in measures
                select (setting, other, StudentEstimate.Difference(measure(setting)(FourRoomLine.ResAC), measure(setting)(other)))];
        IReadOnlyList<Interval> corrected = Verdicts.Holm([.. family.Select(x => (x.Gain, (Interval?)Verdicts.Better))]);
        return [.. settings.Select(setting => new Choice(setting.Value, Words(setting), Verdicts.All([.. Others.Select(other => Against(setting, other))])))];

        // Better, or worse, in all that is measured.
        Verdict Against(FourUnder setting, FourRoomLine other)
        {
            Verdict[] each = [.. family.Zip(corrected).Where(x => x.First.Setting == setting && x.First.Other == other)
                .Select(x => Verdicts.Of(x.Second, Verdicts.Better)).Distinct()];
            return each.Length == 1 ? each[0] : Verdict.Unclear;
        }
    }

    private static string Words(FourUnder setting)
    {
        FourRoomLine last = Others.MaxBy(line => Statistics.Mean(setting.Finals(line)))!;
        return $"Res-AC less the best of the others is {setting.Gain} ({setting.BestOther.Legend}) in the mean return over training, "
            + $"{Wording.Difference(setting.Finals(FourRoomLine.ResAC), setting.Finals(last))} ({last.Legend}) in the final return.";
    }
}
