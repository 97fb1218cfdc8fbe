using Dyad.Studies.Results;

namespace Dyad.Studies;

/// <summary>A chart of each metric that runs have, a line a variant.</summary>
public static class MetricCharts
{
    /// <summary>The charts, by task and then by metric; metrics are what has a slash in its name.</summary>
    public static IReadOnlyList<Chart> Of(StudyRuns runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        string[] environments = [.. runs.Runs.Select(run => run.Variant.Environment).Distinct()];
        return [.. from environment in environments
                   let there = runs.On(environment)
                   from metric in there.Runs.SelectMany(run => run.Metrics.Keys).Where(name => name.Contains('/')).Distinct().Order(StringComparer.Ordinal)
                   let lines = there.Runs.Select(run => run.Variant.Label).Distinct()
                       .Where(label => there.Of(label).Any(run => run.Has(metric))).ToArray()
                   where lines.Length > 0
                   select Chart(there, metric, lines, environments.Length > 1 ? environment : null)];
    }

    /// <summary>The chart of one metric while runs go on.</summary>
    /// <param name="runs">Runs on one task.</param>
    /// <param name="metric">The metric.</param>
    /// <param name="labels">The labels whose lines it has, in the order of the legend.</param>
    public static LineChart Growing(StudyRuns runs, string metric, IEnumerable<string> labels)
    {
        ArgumentNullException.ThrowIfNull(runs);
        ArgumentNullException.ThrowIfNull(metric);
        Series[] series = [.. labels.Select(label => runs.GrowingCurve(label, metric)).Where(line => line.X.Length > 0)];
        string caption = series.Any(line => line.Seeds > 1) ? "Mean and one sample standard deviation over the seeds that have come so far; thin lines are seeds." : "One run a line.";
        return new LineChart(MetricId(metric), metric, "steps", metric, LogY: false, caption, series);
    }

    private static LineChart Chart(StudyRuns runs, string metric, string[] labels, string? environment)
    {
        Series[] series = [.. labels.Select(label => runs.CurveWithSeeds(label, metric))];
        int[] counts = [.. series.Select(line => line.Seeds).Distinct()], all = [.. labels.Select(label => runs.Of(label).Count).Distinct()];
        string seeds = counts.Length == 1 ? Wording.Seeds(counts[0]) : $"{counts.Min()} to {counts.Max()} seeds";
        string gap = counts.Max() < all.Max() ? $" {Wording.Seeds(all.Max() - counts.Max())} had no value." : "";
        string id = MetricId(metric);
        return new LineChart(
            environment is null ? id : $"{id}-{Id(environment)}", environment is null ? metric : $"{metric} on {environment}", "steps", metric, LogY: false,
            all.Max() > 1 ? $"Mean and one sample standard deviation over {seeds}.{gap} Thin lines are seeds." : $"One run.{gap}", series);
    }

    // eval/best_return is eval-best-return in the names of charts.
    internal static string MetricId(string metric) => metric.Replace('/', '-').Replace('_', '-');

    // What an anchor of a page takes.
    internal static string Id(string name) => string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '-'));
}
