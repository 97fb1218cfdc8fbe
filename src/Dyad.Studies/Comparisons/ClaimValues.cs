using System.Globalization;

namespace Dyad.Studies.Comparisons;

/// <summary>What a claim compares: a value of each run of two lines, at equal steps, critic updates or processor time.</summary>
/// <param name="Better">Values of the line that the claim is about.</param>
/// <param name="Than">Values of the other.</param>
/// <param name="At">What both have spent, in words; empty at equal steps.</param>
/// <param name="Untold">Why the two cannot be compared so, in words; null where they can.</param>
internal sealed record ClaimValues(double[] Better, double[] Than, string At, string? Untold)
{
    // Of what has been spent, the part that counts as the end.
    private const double End = 0.1;

    /// <summary>The values.</summary>
    /// <param name="runs">Runs on one task.</param>
    /// <param name="claim">The claim.</param>
    /// <param name="metric">What is compared where the claim does not say.</param>
    /// <param name="span">What of a run is compared.</param>
    public static ClaimValues Of(StudyRuns runs, ComparisonClaim claim, string metric, ClaimSpan span)
    {
        string of = claim.Metric ?? metric;
        if (claim.At == FigureAxis.Steps)
        {
            double Mean(FinishedRun run) => span == ClaimSpan.Run ? run.MeanOverRows(of) : run.MeanOverEnd(of);
            return new ClaimValues(runs.Values(claim.Label, Mean), runs.Values(claim.Against, Mean), "", null);
        }

        IReadOnlyList<FinishedRun> better = runs.Of(claim.Label), than = runs.Of(claim.Against);
        CostAxis axis = claim.At == FigureAxis.Updates ? CostAxis.CriticUpdates : CostAxis.Time(better.Concat(than));
        string? untold = !better.All(axis.IsToldBy) ? claim.Label : !than.All(axis.IsToldBy) ? claim.Against : null;
        if (untold is not null || (claim.At == FigureAxis.Time && !axis.IsProcessorTime))
        {
            // A shared machine's clock would judge what else it did.
            return new ClaimValues([], [], "", claim.At == FigureAxis.Updates ? $"nothing tells how often the critic of {untold} stepped" : "not all runs have recorded processor time");
        }

        if (better.Concat(than).FirstOrDefault(run => !run.Column(of).Any(double.IsFinite)) is { } empty)
        {
            return new ClaimValues([], [], "", $"seed {empty.Seed} of {empty.Variant.Label} has no value of {of}");
        }

        // The least that any run has spent is what all of them have.
        LearningCurve[] curves = [.. better.Concat(than).Select(run => LearningCurve.Of(run, of, axis))];
        double equal = CostAxis.Equal(curves);
        double[] values = [.. curves.Select(curve => curve.MeanHeight(span == ClaimSpan.Run ? 0 : (1 - End) * equal, equal))];
        string spent = claim.At == FigureAxis.Updates ? $"{Wording.Thousands(equal)} critic updates" : $"{equal.ToString(equal < 10 ? "0.0" : "0", CultureInfo.InvariantCulture)} s of processor time";
        return new ClaimValues(values[..better.Count], values[better.Count..], $" up to {spent} of each", null);
    }
}
