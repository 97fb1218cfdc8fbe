using System.Text.Json;

namespace Dyad.Tests.Golden;

/// <summary>
/// Reference values of other implementations: every file of <c>tests/golden</c>, or of the folder that the environment
/// variable DYAD_GOLDEN names, by the prefix of its name.
/// </summary>
public static class GoldenFiles
{
    /// <summary>Prefixes that a test reads.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["ac", "ddpg", "env", "model", "sac", "statistics", "tabular", "toytext"];

    public static string Folder { get; } =
        Environment.GetEnvironmentVariable("DYAD_GOLDEN") is { Length: > 0 } folder ? folder : Repository.PathOf("tests", "golden");

    /// <summary>Names of the files of a kind, as theory data; a skipped row where there are none.</summary>
    public static IReadOnlyList<TheoryDataRow<string>> Names(string kind)
    {
        string[] names = Find(kind);
        return names.Length > 0
            ? [.. names.Select(name => new TheoryDataRow<string>(name))]
            : [new TheoryDataRow<string>("") { Skip = $"no {kind}-*.json in '{Folder}'" }];
    }

    public static string[] Find(string kind) =>
        [.. (Directory.Exists(Folder) ? Directory.GetFiles(Folder, $"{kind}-*.json") : [])
            .Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    public static string PathOf(string name) => Path.Combine(Folder, name);

    public static JsonElement Read(string name) => JsonDocument.Parse(File.ReadAllText(PathOf(name))).RootElement;

    /// <summary>All numbers of nested arrays, in order.</summary>
    public static double[] Flat(JsonElement element) => element.ValueKind == JsonValueKind.Array
        ? [.. element.EnumerateArray().SelectMany(Flat)]
        : [element.GetDouble()];
}
