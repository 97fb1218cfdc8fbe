using Dyad.Studies.Comparisons;
using Dyad.Studies.Results;
using Dyad.Studies.Running;

namespace Dyad.Studies.Tuning;

/// <summary>How a trial ended.</summary>
/// <param name="Trial">The trial.</param>
/// <param name="Scores">What decides, of each seed; NaN of one that failed or has no value at its end.</param>
/// <param name="Failure">Why it cannot win; null where it can.</param>
internal sealed record TrialScore(Trial Trial, double[] Scores, string? Failure)
{
    /// <summary>The mean over seeds.</summary>
    public double Mean => Statistics.Mean(Scores);
}

/// <summary>What was tried for a line on a task, and what won.</summary>
/// <param name="Line">The line.</param>
/// <param name="Trials">The trials with their scores.</param>
internal sealed record Selected(TunedLine Line, IReadOnlyList<TrialScore> Trials)
{
    /// <summary>The trial with the highest mean, of equal ones the first; null where none can win.</summary>
    public TrialScore? Winner => Trials.Where(trial => trial.Failure is null).MaxBy(trial => trial.Mean);

    /// <summary>The trials as a table.</summary>
    public DataTable Table(TuningPlan plan)
    {
        string[] options = [.. Trials.SelectMany(trial => trial.Trial.Options).Select(option => option.Name).Distinct()];
        double largest = Trials.SelectMany(trial => trial.Scores).Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(1).Max();
        return new DataTable(
            $"Tried for {Line.Legend} on {Line.Environment}: {plan.Metric}, {Selection.Words(plan.Over)}",
            ["trial", .. options, "mean", "seeds", "outcome"],
            [.. Trials.Select((trial, i) => (string[])
            [
                $"{i + 1}",
                .. options.Select(name => trial.Trial.Options.FirstOrDefault(option => option.Name == name).Value ?? ""),
                trial.Failure is null ? Wording.MeanWithInterval(trial.Scores, largest < 1 ? "0.000" : "0.0") : "",
                $"{trial.Scores.Count(double.IsFinite)}",
                trial == Winner ? "chosen" : trial.Failure is { } failure ? $"failed: {failure}" : "",
            ])]);
    }
}

/// <summary>Chooses the options of lines by the runs that select.</summary>
internal static class Selection
{
    /// <summary>The choice.</summary>
    /// <param name="plan">What was tried.</param>
    /// <param name="request">What was wanted of the study.</param>
    /// <param name="outcomes">How the runs ended.</param>
    /// <param name="finished">Those that could be read.</param>
    public static IReadOnlyList<Selected> Of(TuningPlan plan, StudyRequest request, IReadOnlyList<RunOutcome> outcomes, IReadOnlyList<FinishedRun> finished)
    {
        ILookup<(string, string), RunOutcome> ended = outcomes.ToLookup(outcome => (outcome.Run.Variant.Label, outcome.Run.Variant.Environment));
        var read = finished.ToDictionary(run => (run.Variant.Label, run.Variant.Environment, run.Seed));
        return [.. plan.Chosen(request).Select(line => new Selected(line, [.. line.Trials.Select(Score)]))];

        TrialScore Score(Trial trial)
        {
            RunOutcome[] runs = [.. ended[(trial.Tried.Label, trial.Tried.Environment)]];
            double[] scores = [.. runs.Select(outcome => read.TryGetValue((trial.Tried.Label, trial.Tried.Environment, outcome.Run.Seed), out FinishedRun? run) ? Of(plan, run) : double.NaN)];
            string? failure = runs.Select(outcome => outcome.Failure).FirstOrDefault(sentence => sentence is not null)
                ?? (scores.All(double.IsFinite) ? null : $"a seed has no value of {plan.Metric} at its end");
            return new TrialScore(trial, scores, failure);
        }
    }

    /// <summary>What of a run decides, in words.</summary>
    public static string Words(ClaimSpan over) => over == ClaimSpan.Run ? "mean over the run" : "last tenth";

    // A run that lost its values on the way is not judged by how it began.
    private static double Of(TuningPlan plan, FinishedRun run) => !run.Metrics.ContainsKey(plan.Metric) || double.IsNaN(run.MeanOverEnd(plan.Metric)) ? double.NaN
        : plan.Over == ClaimSpan.Run ? run.MeanOverRows(plan.Metric) : run.MeanOverEnd(plan.Metric);
}
