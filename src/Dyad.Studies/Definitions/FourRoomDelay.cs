using Dyad.Studies.Results;

namespace Dyad.Studies.Definitions;

/// <summary>How much later than Res-AC's the mean curve of Actor_g-Critic reaches nine tenths of the best final return of the four.</summary>
internal static class FourRoomDelay
{
    private const string Metric = "eval/return";

    // The claim: more steps than this. Runs of fewer than twice as many cannot show it.
    private const double Claimed = 150_000;

    /// <summary>The paper's claim, from one first critic.</summary>
    public static Choice Hold(StudyRuns runs, double start)
    {
        double target = Target(runs, start);
        return new Choice(
            FirstCritic.From(start),
            $"The mean curves reach {target:0.000}: {Arrives(FourRoomLine.ResAC)}, {Arrives(FourRoomLine.ActorG)}{Wording.Delay(Interval(runs, start))}.",
            Of(runs, FourRoomLine.ActorG, start)[0].Steps[^1] < 2 * Claimed ? Verdict.Unclear : Verdicts.Of(Interval(runs, start), Verdicts.Above(Claimed)));

        string Arrives(FourRoomLine line) => line.Legend + (StepsTo(runs, line, start) is double steps
            ? $" after {Wording.Thousands(steps)} steps"
            : $" not within {Wording.Thousands(Of(runs, line, start)[0].Steps[^1])} steps");
    }

    /// <summary>The delay in a cell of a table: "141,000 [96,000, 174,000]".</summary>
    public static string Words(StudyRuns runs, double start)
    {
        Interval interval = Interval(runs, start);
        string mean = (StepsTo(runs, FourRoomLine.ActorG, start), StepsTo(runs, FourRoomLine.ResAC, start)) switch
        {
            (double late, double early) => Wording.Thousands(late - early),
            (null, double) => "Actor_g-Critic does not arrive",
            (double, null) => "Res-AC does not arrive",
            _ => "neither arrives",
        };
        return double.IsInfinity(interval.Low) || double.IsInfinity(interval.High) ? mean
            : $"{mean} [{Wording.Thousands(interval.Low)}, {Wording.Thousands(interval.High)}]";
    }

    private static double Target(StudyRuns runs, double start) => 0.9 * FourRoomLine.Four.Max(line =>
        Statistics.Mean([.. Of(runs, line, start).Select(run => run.Final(Metric))]));

    private static Interval Interval(StudyRuns runs, double start) =>
        LearningDelay.Interval(Of(runs, FourRoomLine.ActorG, start), Of(runs, FourRoomLine.ResAC, start), Metric, Target(runs, start));

    private static double? StepsTo(StudyRuns runs, FourRoomLine line, double start) =>
        LearningDelay.StepsTo(Of(runs, line, start), Metric, Target(runs, start));

    private static IReadOnlyList<FinishedRun> Of(StudyRuns runs, FourRoomLine line, double start) => runs.On("FourRoom").Of(line.LabelFrom(start));
}
