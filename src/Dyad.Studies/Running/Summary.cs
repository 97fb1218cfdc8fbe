using Dyad.Core;
using Dyad.Studies.Results;
using Dyad.Studies.Tuning;

namespace Dyad.Studies.Running;

/// <summary>What a study says of its runs, with what every study has.</summary>
internal static class Summary
{
    /// <summary>The result of a study.</summary>
    /// <param name="study">The study.</param>
    /// <param name="request">What was wanted of it.</param>
    /// <param name="runs">The runs that were read.</param>
    /// <param name="outcomes">All runs, with those that failed.</param>
    /// <param name="notes">Notes beside the study's own.</param>
    public static StudyResult Of(Study study, StudyRequest request, StudyRuns runs, IReadOnlyList<RunOutcome> outcomes, IEnumerable<string> notes)
    {
        var tuned = study as TunedStudy;
        FailedRun[] failures = [.. outcomes.Concat(tuned?.Lost ?? []).Where(outcome => outcome.Failure is not null).Select(outcome =>
            new FailedRun(outcome.Run.Variant.Label, outcome.Run.Variant.Environment, outcome.Run.Seed, outcome.Failure!))];
        Analysis analysis = Analyze(study, runs, failures.Length > 0);
        GroupSummary[] groups = [.. Groups(study.SummaryMetric, runs)];
        (DataTable Table, LineChart Profile)? tasks = TaskSummary.Of(groups, ScoreScale.Find);
        return new StudyResult(
            study.Name,
            study.Title,
            study.Source,
            study.Question,
            request.ScaleName,
            request.Command,
            analysis.Findings,
            tasks is null ? analysis.Charts : [.. analysis.Charts, tasks.Value.Profile],
            tasks is null ? analysis.Tables : [.. analysis.Tables, tasks.Value.Table],
            groups,
            [.. study.Notes, .. notes, .. RunFacts.Of(outcomes)],
            StudyRunner.Version,
            StudyRunner.Machine,
            Math.Round(Sum(outcomes.Concat(tuned?.Trials ?? []), "wall_s") ?? 0, 1),
            failures.Length > 0 ? failures : null,
            Options(runs),
            Sum(outcomes.Concat(tuned?.Trials ?? []), "cpu_s") is { } seconds ? Math.Round(seconds, 1) : null);
    }

    /// <summary>Final values of a metric by label and task; runs that lack it are left out.</summary>
    public static IEnumerable<GroupSummary> Groups(string metric, StudyRuns runs) =>
        from run in runs.Runs
        where run.Metrics.ContainsKey(metric)
        group run by (run.Variant.Label, run.Variant.Environment) into same
        select GroupSummary.Of(same.Key.Label, same.Key.Environment, metric, [.. same.Select(run => run.Seed)], [.. same.Select(run => run.Final(metric))]);

    /// <summary>The options of each line, by task where there are several.</summary>
    public static OptionTable Options(StudyRuns runs)
    {
        bool several = runs.Runs.Select(run => run.Variant.Environment).Distinct().Count() > 1;
        return OptionTables.Of([.. runs.Runs.DistinctBy(run => (run.Variant.Label, run.Variant.Environment)).Select(run => (
            several ? $"{run.Variant.Label}, {run.Variant.Environment}" : run.Variant.Label, run.Variant.Config(run.Seed)))]);
    }

    // A study that asks for more than the runs that are left gets their curves.
    private static Analysis Analyze(Study study, StudyRuns runs, bool failed)
    {
        try
        {
            return study.Analyze(runs);
        }
        catch (Exception e) when (failed && (e is UserError or InvalidOperationException or ArgumentException or IndexOutOfRangeException or KeyNotFoundException))
        {
            return new Analysis(
                [new Finding("", "What this study says of its runs needs those that failed; the charts show the others.", Verdict.New)], MetricCharts.Of(runs), []);
        }
    }

    // A folder that several runs share counts once. Null where a run does not tell; of wall times all do.
    private static double? Sum(IEnumerable<RunOutcome> outcomes, string name)
    {
        double?[] seconds = [.. outcomes.DistinctBy(outcome => outcome.Run.Directory.FullPath).Select(outcome =>
        {
            try
            {
                return (double?)outcome.Run.Directory.ReadStatus()?[name];
            }
            catch (UserError)
            {
                return null;
            }
        })];
        return name == "wall_s" || seconds.All(value => value is not null) ? seconds.Sum(value => value ?? 0) : null;
    }
}
