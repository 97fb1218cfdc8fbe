using Dyad.Studies;
using Dyad.Studies.Results;

namespace Dyad.Export;

/// <summary>Figures of runs that no study has summarised: each metric over steps, one line a variant.</summary>
public static class RunCharts
{
    /// <summary>The charts, task by task, by names that are unique.</summary>
    public static IReadOnlyList<(string Name, Chart Chart)> Of(IReadOnlyList<ExportedRun> runs) =>
        [.. from task in runs.GroupBy(run => run.Environment)
            let all = new StudyRuns(StudyScale.Quick, [.. task.Select(run => run.Finished)])
            from metric in task.SelectMany(run => run.Values.Select(column => column.Key)).Where(name => name.Contains('/')).Distinct().Order(StringComparer.Ordinal)
            let series = Lines(all, metric)
            where series.Length > 0
            let name = MetricCharts.MetricId(metric)
            select ($"{task.Key}-{name}", (Chart)new LineChart(
                name, $"{metric} on {task.Key}", "environment steps", metric, LogY: false,
                series.Any(line => line.Seeds > 1) ? "Mean and one sample standard deviation over seeds." : "One run a line.", series))];

    // Of the variants all of whose runs have the metric.
    private static Series[] Lines(StudyRuns runs, string metric) =>
        [.. runs.Runs.GroupBy(run => run.Variant.Label)
            .Where(label => label.All(run => run.Has(metric)))
            .Select(label => runs.Curve(label.Key, metric)).Where(line => line.X.Length > 0)];
}
