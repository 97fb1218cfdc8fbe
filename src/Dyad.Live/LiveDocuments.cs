using System.Text.Json.Nodes;
using Dyad.Report;
using Dyad.Studies.Results;

namespace Dyad.Live;

/// <summary>What the page is told, as JSON.</summary>
internal static class LiveDocuments
{
    // Runs of a group that are listed; those that go on or have trouble come first.
    private const int LargestList = 100;

    private static readonly string[] Kinds = ["running", "failed", "killed", "stopped", "done"];

    /// <summary>Where all runs stand.</summary>
    public static string State(IReadOnlyList<RunGroup> groups) => new JsonObject
    {
        ["groups"] = new JsonArray([.. groups.Select(Group)]),
    }.ToJsonString();

    /// <summary>A chart with its caption, as the report draws it.</summary>
    public static string Chart(RunGroup group, string metric)
    {
        LineChart chart = group.Chart(metric);
        return new JsonObject
        {
            ["spec"] = VegaLiteSpec.Build(chart, group.Labels),
            ["caption"] = chart.Caption,
        }.ToJsonString();
    }

    private static JsonObject Group(RunGroup group)
    {
        WatchedRun[] listed = [.. group.Runs.OrderBy(run => Rank(run)).Take(LargestList)];
        WatchedRun[] running = [.. group.Runs.Where(run => run.Standing?.Status == "running")];
        double[] left = [.. running.Select(run => run.Standing!.LeftSeconds).OfType<double>()];
        double steps = group.Runs.Sum(run => (double)(run.Standing?.Steps ?? 0));
        return new JsonObject
        {
            ["id"] = group.Id,
            ["study"] = group.Study,
            ["environment"] = group.Environment,
            ["revision"] = group.Revision,
            ["metrics"] = new JsonArray([.. group.Metrics.Select(metric => new JsonObject { ["name"] = metric, ["group"] = MetricGroup.Of(metric) })]),
            ["counts"] = new JsonObject(Kinds.Select(kind => KeyValuePair.Create(kind, (JsonNode?)group.Runs.Count(run => run.Standing?.Status == kind)))),
            ["fraction"] = steps > 0 ? Math.Min(1, group.Runs.Sum(run => (double)Math.Min(run.Standing?.Step ?? 0, run.Standing?.Steps ?? 0)) / steps) : 0,
            ["left_s"] = left.Length > 0 ? Math.Round(left.Max()) : null,
            ["steps_per_s"] = Math.Round(running.Sum(run => run.Standing!.StepsPerSecond), 1),
            ["hidden"] = group.Runs.Count - listed.Length,
            ["runs"] = new JsonArray([.. listed.Select(Run)]),
        };
    }

    private static int Rank(WatchedRun run) => Array.IndexOf(Kinds, run.Standing?.Status) is >= 0 and var rank ? rank : Kinds.Length;

    private static JsonObject Run(WatchedRun run)
    {
        var row = new JsonObject
        {
            ["label"] = run.Label,
            ["seed"] = run.Seed,
            ["status"] = run.Standing?.Status ?? "unknown",
            ["step"] = run.Standing?.Step,
            ["steps"] = run.Standing?.Steps,
            ["steps_per_s"] = run.Standing is { StepsPerSecond: > 0 and var speed } ? Math.Round(speed, speed < 10 ? 2 : 0) : null,
            ["left_s"] = run.Standing?.LeftSeconds is { } left ? Math.Round(left, 1) : null,
            ["wall_s"] = run.Standing is { } standing ? Math.Round(standing.WallSeconds, 1) : null,
            ["rows"] = run.Rows,
            ["return"] = Last(run, "eval/return"),
            ["best"] = Last(run, "eval/best_return"),
            ["warnings"] = new JsonArray([.. run.Warnings.Select(warning => (JsonNode?)warning)]),
        };
        if ((run.Fault ?? run.Standing?.Error) is { } error)
        {
            row["error"] = error;
        }

        if (run.Standing?.EndedBy is { } reason)
        {
            row["ended_by"] = reason;
        }

        return row;
    }

    private static double? Last(WatchedRun run, string metric) =>
        run.Metrics.TryGetValue(metric, out List<double>? values) && values.FindLast(double.IsFinite) is var value && values.Exists(double.IsFinite) ? value : null;
}
