using System.Text.Json.Nodes;
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
        Dictionary<string, JsonObject?> statuses = Statuses(outcomes.Concat(tuned?.Trials ?? []));
        double?[] clock = [.. statuses.Values.Select(status => (double?)status?["wall_s"])], processor = [.. statuses.Values.Select(status => (double?)status?["cpu_s"])];
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
            [.. study.Notes, .. notes, .. RunFacts.Of([.. from outcome in outcomes
                where outcome.Failure is null
                let status = statuses[outcome.Run.Directory.FullPath]
                where status is not null
                select (outcome.Run, status)])],
            Names(statuses.Values, status => (status["build"] as JsonObject)?["version"], ", ", StudyRunner.Version),
            Names(statuses.Values, MachineOf, "; ", StudyRunner.Machine),
            Math.Round(clock.Sum() ?? 0, 1),
            failures.Length > 0 ? failures : null,
            Options(runs),
            processor.All(seconds => seconds is not null) ? Math.Round(processor.Sum() ?? 0, 1) : null);
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

    // Runs may have been done elsewhere, and by another release: kept seeds, those of nodes, and those of a folder that moved.
    private static string Names(IEnumerable<JsonObject?> statuses, Func<JsonObject, JsonNode?> named, string separator, string own)
    {
        string[] names = [.. statuses.OfType<JsonObject>().Select(named).OfType<JsonValue>().Select(value => value.TryGetValue(out string? name) ? name : "").Where(name => name.Length > 0).Distinct()];
        return names.Length > 0 ? string.Join(separator, names) : own;
    }

    // With the device that computed the updates, where there was one.
    private static JsonNode? MachineOf(JsonObject status) =>
        status["device"] is { } device && status["machine"] is { } machine ? JsonValue.Create($"{machine}, with {device}") : status["machine"];

    // What each folder's run.json says; several runs may share one, and null stands for one that cannot be read.
    private static Dictionary<string, JsonObject?> Statuses(IEnumerable<RunOutcome> outcomes) =>
        outcomes.DistinctBy(outcome => outcome.Run.Directory.FullPath).ToDictionary(outcome => outcome.Run.Directory.FullPath, outcome =>
        {
            try
            {
                return outcome.Run.Directory.ReadStatus();
            }
            catch (UserError)
            {
                return null;
            }
        });
}
