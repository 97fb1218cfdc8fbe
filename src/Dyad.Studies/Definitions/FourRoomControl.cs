using Dyad.Studies.Results;

namespace Dyad.Studies.Definitions;

/// <summary>Res-AC against the control, a plain Actor_g-Critic whose critic takes steps of twice the length.</summary>
internal static class FourRoomControl
{
    /// <summary>What the comparison shows from several first critics.</summary>
    public static Finding Finding(StudyRuns runs, double[] starts)
    {
        IReadOnlyList<Interval> corrected = Verdicts.Holm(
            [.. starts.Select(start => (StudentEstimate.Difference(Areas(FourRoomLine.ResAC, start), Areas(FourRoomLine.Control, start)), (Interval?)Verdicts.Better))]);
        return new Finding(
            "The paper has no control for the faster critic that q + w is.",
            "Res-AC less Actor_g-Critic with twice the critic's step, mean return over training: " + string.Join("; ", starts.Select((start, i) =>
                $"from {FirstCritic.Words(start)} {Wording.Difference(Areas(FourRoomLine.ResAC, start), Areas(FourRoomLine.Control, start))}, "
                + Verdicts.Of(corrected[i], Verdicts.Better) switch
                {
                    Verdict.Supported => "better",
                    Verdict.Contradicted => "worse",
                    _ => "not told apart",
                })) + $" (Holm-corrected, {Wording.Seeds(Areas(FourRoomLine.ResAC, starts[0]).Length)}).",
            Verdict.New);

        double[] Areas(FourRoomLine line, double start) => runs.On("FourRoom").Values(line.LabelFrom(start), run => run.MeanOverRows("eval/return"));
    }
}
