using Dyad.Studies;
using Dyad.Studies.Results;

namespace Dyad.Live;

/// <summary>The runs of one study on one task.</summary>
/// <param name="Study">The study's folder.</param>
/// <param name="Environment">The task.</param>
/// <param name="Runs">The runs, in the order of their folders.</param>
internal sealed record RunGroup(string Study, string Environment, IReadOnlyList<WatchedRun> Runs)
{
    /// <summary>Name in addresses; looked up among the groups, and no path.</summary>
    public string Id => $"{Study}|{Environment}";

    /// <summary>Labels in the order of their folders.</summary>
    public IReadOnlyList<string> Labels => [.. Runs.Select(run => run.Label).Distinct()];

    /// <summary>Metrics that any of them has.</summary>
    public IReadOnlyList<string> Metrics => [.. Runs.SelectMany(run => run.Metrics.Keys).Where(name => name.Contains('/')).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Counts changes of its metrics.</summary>
    public long Revision => Runs.Sum(run => run.Revision) + Runs.Count;

    /// <summary>The chart of a metric as it stands.</summary>
    public LineChart Chart(string metric) => MetricCharts.Growing(
        new StudyRuns(StudyScale.Quick, [.. Runs.Where(run => run.Rows > 0 && run.Metrics.ContainsKey("step")).Select(run => run.ToRun(metric))]), metric, Labels);
}
