using System.Globalization;
using Dyad.Studies.Running;

namespace Dyad.Studies.Tuning;

/// <summary>A study whose lines have the options that were selected; its runs have other seeds than those that selected them.</summary>
/// <param name="study">The study.</param>
/// <param name="plan">What was tried.</param>
/// <param name="selected">What was selected.</param>
/// <param name="trials">How the runs that selected ended.</param>
internal sealed class TunedStudy(Study study, TuningPlan plan, IReadOnlyList<Selected> selected, IReadOnlyList<RunOutcome> trials) : Study
{
    public override string Name => study.Name;

    public override string ResultFolder => study.ResultFolder;

    public override string Title => study.Title;

    public override string Source => study.Source;

    public override string Question => study.Question;

    public override string SummaryMetric => study.SummaryMetric;

    public override int FirstSeed => study.FirstSeed;

    // A trial that goes another way makes another page.
    public override string Fingerprint => study.Fingerprint + string.Concat(selected.SelectMany(line => line.Trials).Select(trial =>
        $" {trial.Trial.Tried.Label} {string.Join(',', trial.Scores.Select(score => score.ToString("R", CultureInfo.InvariantCulture)))} {trial.Failure}"));

    public override IReadOnlyList<string> Notes => [.. study.Notes, Words()];

    /// <summary>How the runs that selected ended.</summary>
    public IReadOnlyList<RunOutcome> Trials => trials;

    /// <summary>Runs that failed, of lines of which no trial can win.</summary>
    public IEnumerable<RunOutcome> Lost => selected.Where(line => line.Winner is null).SelectMany(line => line.Line.Trials)
        .SelectMany(trial => trials.Where(outcome => outcome.Failure is not null && outcome.Run.Variant.Label == trial.Tried.Label && outcome.Run.Variant.Environment == trial.Tried.Environment));

    public override int DefaultSeeds(StudyScale scale) => study.DefaultSeeds(scale);

    public override IReadOnlyList<int> Seeds(StudyScale scale, int? count) => study.Seeds(scale, count);

    // In the order of the study's own, then those that nobody tuned.
    public override IReadOnlyList<Variant> Variants(StudyScale scale) =>
    [
        .. selected.Where(line => line.Winner is not null).Select(line => line.Winner!.Trial.Final),
        .. selected.Select(line => line.Line.Untuned).OfType<Variant>(),
    ];

    public override Analysis Analyze(StudyRuns runs)
    {
        Analysis analysis = study.Analyze(runs);
        return analysis with { Tables = [.. analysis.Tables, .. selected.Select(line => line.Table(plan))] };
    }

    private string Words()
    {
        int[] counts = [.. selected.Select(line => line.Trials.Count).Distinct().Order()];
        string budget = counts.Length == 1 ? $"{counts[0]}" : $"{counts[0]} to {counts[^1]}";
        long[] steps = [.. trials.Select(outcome => outcome.Run.Variant.Steps).Distinct()];
        string lost = string.Join(" and ", selected.Where(line => line.Winner is null).Select(line => $"{line.Line.Legend} on {line.Line.Environment}"));
        return $"Options were tuned for each line and task: {budget} trials of {Wording.Thousands(steps.Max())} steps, {plan.Search}, with the seeds {string.Join(", ", plan.Seeds)}; "
            + $"the highest mean of {plan.Metric} ({Selection.Words(plan.Over)}) was chosen. Curves, tables and verdicts are of other seeds, which had no part in the choice; the last tables tell what was tried."
            + (selected.Any(line => line.Line.Untuned is not null) ? " Lines named untuned have the options that they have without the search, on the same seeds." : "")
            + (lost.Length > 0 ? $" No trial of {lost} came to an end with a value." : "");
    }
}
