using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using Dyad.Core;
using Parquet.Serialization;

namespace Dyad.Export;

/// <summary>One value of one run: a row of a tidy table.</summary>
public sealed record TidyRow
{
    /// <summary>Name of the study.</summary>
    [JsonPropertyName("study")]
    public string Study { get; init; } = "";

    /// <summary>The variant.</summary>
    [JsonPropertyName("label")]
    public string Label { get; init; } = "";

    /// <summary>The method.</summary>
    [JsonPropertyName("method")]
    public string Method { get; init; } = "";

    /// <summary>The task.</summary>
    [JsonPropertyName("environment")]
    public string Environment { get; init; } = "";

    /// <summary>The seed.</summary>
    [JsonPropertyName("seed")]
    public long Seed { get; init; }

    /// <summary>Environment steps so far.</summary>
    [JsonPropertyName("step")]
    public long Step { get; init; }

    /// <summary>Name of the metric.</summary>
    [JsonPropertyName("metric")]
    public string Metric { get; init; } = "";

    /// <summary>Its value, finite: what is missing has no row.</summary>
    [JsonPropertyName("value")]
    public double Value { get; init; }
}

/// <summary>
/// The rows of runs as tidy tables: one of all rows, and one of the last value of each metric. A row has one value; missing values have no
/// row.
/// </summary>
public static class TidyTable
{
    private const string Header = "study,label,method,environment,seed,step,metric,value";

    /// <summary>All values, run by run, metric by metric, in the order of steps.</summary>
    public static IEnumerable<TidyRow> All(IEnumerable<ExportedRun> runs) =>
        from run in runs
        from column in run.Values
        from row in Enumerable.Range(0, column.Value.Length)
        where double.IsFinite(column.Value[row])
        select Row(run, column.Key, row, column.Value[row]);

    /// <summary>The last value of each metric of each run, with the step at which it was measured.</summary>
    public static IEnumerable<TidyRow> Final(IEnumerable<ExportedRun> runs) =>
        from run in runs
        from column in run.Values
        let last = Array.FindLastIndex(column.Value, double.IsFinite)
        where last >= 0
        select Row(run, column.Key, last, column.Value[last]);

    /// <summary>Writes <c>rows.csv</c> and <c>final.csv</c>: UTF-8, a header, commas, quotes where a text needs them (RFC 4180).</summary>
    /// <returns>The files.</returns>
    /// <exception cref="UserError">A file is there, or cannot be written.</exception>
    public static IReadOnlyList<string> WriteCsv(TargetFolder folder, IReadOnlyList<ExportedRun> runs) =>
    [
        folder.Write("rows.csv", path => WriteCsv(path, All(runs))),
        folder.Write("final.csv", path => WriteCsv(path, Final(runs))),
    ];

    /// <summary>Writes <c>rows.parquet</c> and <c>final.parquet</c> with the same columns.</summary>
    /// <returns>The files.</returns>
    /// <exception cref="UserError">A file is there, or cannot be written.</exception>
    public static IReadOnlyList<string> WriteParquet(TargetFolder folder, IReadOnlyList<ExportedRun> runs) =>
    [
        folder.Write("rows.parquet", path => WriteParquet(path, All(runs))),
        folder.Write("final.parquet", path => WriteParquet(path, Final(runs))),
    ];

    private static void WriteCsv(string path, IEnumerable<TidyRow> rows)
    {
        using var file = new StreamWriter(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        file.Write(Header + "\n");
        foreach (TidyRow row in rows)
        {
            file.Write(string.Create(
                CultureInfo.InvariantCulture,
                $"{Csv.Cell(row.Study)},{Csv.Cell(row.Label)},{Csv.Cell(row.Method)},{Csv.Cell(row.Environment)},{row.Seed},{row.Step},{Csv.Cell(row.Metric)},{row.Value:R}\n"));
        }
    }

    private static void WriteParquet(string path, IEnumerable<TidyRow> rows)
    {
        using FileStream file = File.Create(path);
        ParquetSerializer.SerializeAsync(rows, file).GetAwaiter().GetResult();
    }

    private static TidyRow Row(ExportedRun run, string metric, int row, double value) => new()
    {
        Study = run.Study,
        Label = run.Label,
        Method = run.Method,
        Environment = run.Environment,
        Seed = run.Seed,
        Step = (long)run.Steps[row],
        Metric = metric,
        Value = value,
    };
}
