using System.Text.Json.Nodes;

namespace Dyad.Studies.Running;

/// <summary>What <c>run.json</c> tells of runs that no configuration does: how they went on, and on what software.</summary>
internal static class RunFacts
{
    /// <summary>Sentences for the page: a note with the runs that have it, and tasks that were computed by more than one software.</summary>
    /// <param name="runs">Runs that are done, with their <c>run.json</c>.</param>
    public static IEnumerable<string> Of(IReadOnlyList<(PlannedRun Run, JsonObject Status)> runs)
    {
        IEnumerable<string> notes =
            from run in runs
            where run.Status["facts"] is JsonArray
            from fact in run.Status["facts"]!.AsArray()
            select $"{run.Run.Variant.Label}, {run.Run.Variant.Environment}, seed {run.Run.Seed}: {(string?)fact}.";
        IEnumerable<string> mixed =
            from run in runs
            where (string?)run.Status["software"] is { Length: > 0 }
            group (string)run.Status["software"]! by run.Run.Variant.Environment into same
            where same.Distinct().Count() > 1
            select $"{same.Key} was computed by {string.Join(" and by ", same.Distinct().Order(StringComparer.Ordinal))}: those runs need not be comparable.";
        return [.. notes, .. mixed];
    }
}
