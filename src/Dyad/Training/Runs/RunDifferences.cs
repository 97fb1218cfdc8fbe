using System.Globalization;
using System.Text.Json.Nodes;
using Dyad.Core;

namespace Dyad.Training;

/// <summary>What differs between two runs: configuration, build, and where their metrics part.</summary>
/// <param name="Config">Values of the configuration by path, as <c>method.options.discount</c>.</param>
/// <param name="Builds">The builds, where they are not the same.</param>
/// <param name="Metrics">The first row, and in it all that differs, times left out; null where all rows that both have are the same.</param>
/// <param name="Rows">Rows of both.</param>
internal sealed record RunDifferences(
    IReadOnlyList<RunDifferences.Values> Config, RunDifferences.Values? Builds, RunDifferences.Row? Metrics, (int First, int Second) Rows)
{
    private static readonly string[] Times = ["wall_s", "cpu_s"];

    /// <summary>A value of both runs, as text.</summary>
    public sealed record Values(string Name, string First, string Second);

    /// <summary>A row in which metrics differ.</summary>
    public sealed record Row(long Step, IReadOnlyList<Values> Values);

    /// <summary>Whether the runs are the same, as far as they went.</summary>
    public bool IsEmpty => Config.Count == 0 && Builds is null && Metrics is null && Rows.First == Rows.Second;

    /// <summary>Compares two runs.</summary>
    /// <exception cref="UserError">A folder holds no run, or is damaged.</exception>
    public static RunDifferences Of(RunDirectory first, RunDirectory second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        var config = new List<Values>();
        Compare(ConfigOf(first), ConfigOf(second), "", config);
        string builds = BuildsOf(first), others = BuildsOf(second);
        IReadOnlyDictionary<string, double[]> a = MetricsLog.Read(first.MetricsPath), b = MetricsLog.Read(second.MetricsPath);
        return new RunDifferences(config, builds == others ? null : new("build", builds, others), FirstOf(a, b), (RowsOf(a), RowsOf(b)));
    }

    private static JsonObject ConfigOf(RunDirectory run) =>
        (run.ReadConfig() ?? throw new UserError($"'{run.FullPath}' is no folder of a run: it has no config.json")).ToJson();

    private static string BuildsOf(RunDirectory run) => string.Join(" and ", run.ReadBuilds().Distinct());

    private static int RowsOf(IReadOnlyDictionary<string, double[]> metrics) => metrics.Values.FirstOrDefault()?.Length ?? 0;

    private static void Compare(JsonObject first, JsonObject second, string prefix, List<Values> into)
    {
        foreach (string key in first.Select(entry => entry.Key).Union(second.Select(entry => entry.Key)))
        {
            if (first[key] is JsonObject a && second[key] is JsonObject b)
            {
                Compare(a, b, $"{prefix}{key}.", into);
            }
            else if (!JsonNode.DeepEquals(first[key], second[key]))
            {
                into.Add(new(prefix + key, Text(first, key), Text(second, key)));
            }
        }
    }

    private static string Text(JsonObject values, string key) =>
        values.TryGetPropertyValue(key, out JsonNode? value) ? value?.ToJsonString() ?? "null" : "absent";

    private static Row? FirstOf(IReadOnlyDictionary<string, double[]> first, IReadOnlyDictionary<string, double[]> second)
    {
        string[] names = [.. first.Keys.Union(second.Keys).Except(Times)];
        for (int row = 0; row < Math.Min(RowsOf(first), RowsOf(second)); row++)
        {
            Values[] differences = [.. from name in names
                                       let a = first.TryGetValue(name, out double[]? x) ? x[row] : double.NaN
                                       let b = second.TryGetValue(name, out double[]? y) ? y[row] : double.NaN
                                       where !a.Equals(b)
                                       select new Values(name, Number(a), Number(b))];
            if (differences.Length > 0)
            {
                return new Row((long)first["step"][row], differences);
            }
        }

        return null;
    }

    private static string Number(double value) => double.IsNaN(value) ? "missing" : value.ToString("R", CultureInfo.InvariantCulture);
}
