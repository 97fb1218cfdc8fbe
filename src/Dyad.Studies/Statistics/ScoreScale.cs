using System.Text.Json.Nodes;

namespace Dyad.Studies;

/// <summary>The scale on which returns of different tasks are told together: the random policy is 0, a stated reference 1.</summary>
/// <param name="Random">Mean return of the random policy.</param>
/// <param name="Reference">The reference's return; not the random policy's.</param>
public sealed record ScoreScale(double Random, double Reference)
{
    private static readonly JsonObject Table = Read();

    /// <summary>Names of the tasks that have a reference.</summary>
    public static IEnumerable<string> Tasks => Table["returns"]!.AsObject().Select(entry => entry.Key);

    /// <summary>The reference return of a task; null where no source states one.</summary>
    public static double? ReferenceOf(string task) => (double?)Table["returns"]![task];

    /// <summary>The scale of a task, its random policy played here; null where no source states a reference above that.</summary>
    public static ScoreScale? Find(string task) =>
        ReferenceOf(task) is { } reference && RandomPolicy.MeanReturn(task) is var random && random < reference ? new ScoreScale(random, reference) : null;

    /// <summary>The score of a return.</summary>
    public double Score(double value) => (value - Random) / (Reference - Random);

    private static JsonObject Read()
    {
        using Stream stream = typeof(ScoreScale).Assembly.GetManifestResourceStream("references.json")!;
        return JsonNode.Parse(stream)!.AsObject();
    }
}
