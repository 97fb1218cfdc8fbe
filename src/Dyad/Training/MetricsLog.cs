using System.Buffers;
using System.Text;
using System.Text.Json;
using Dyad.Core;

namespace Dyad.Training;

/// <summary>
/// A run's <c>metrics.jsonl</c>: one JSON object a row, with <c>step</c>, <c>wall_s</c>, then the metrics. A value that is not
/// finite is written as null.
/// </summary>
public sealed class MetricsLog : IDisposable
{
    private const long LargestTable = 100_000_000;

    private readonly FileStream _file;
    private readonly ArrayBufferWriter<byte> _row = new(1024);

    private MetricsLog(FileStream file) => _file = file;

    /// <summary>Opens a run's log to append, cut back to a length that a checkpoint knows of; 0 starts anew.</summary>
    public static MetricsLog Open(string path, long length)
    {
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        if (file.Length < length)
        {
            long found = file.Length;
            file.Dispose();
            throw new UserError($"'{path}' has {found} bytes where the checkpoint knows of {length}; remove the run's folder to start it anew");
        }

        file.SetLength(length);
        file.Seek(length, SeekOrigin.Begin);
        return new MetricsLog(file);
    }

    /// <summary>Writes one row.</summary>
    /// <returns>The length of the file behind the row.</returns>
    public long Append(long step, double wallSeconds, IEnumerable<(string Name, double Value)> metrics)
    {
        _row.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(_row))
        {
            writer.WriteStartObject();
            writer.WriteNumber("step", step);
            writer.WriteNumber("wall_s", Math.Round(wallSeconds, 3));
            foreach ((string name, double value) in metrics)
            {
                if (double.IsFinite(value))
                {
                    writer.WriteNumber(name, value);
                }
                else
                {
                    writer.WriteNull(name);
                }
            }

            writer.WriteEndObject();
        }

        _row.Write("\n"u8);
        _file.Write(_row.WrittenSpan);
        return _file.Position;
    }

    /// <summary>Hands everything written to the operating system.</summary>
    public void Flush() => _file.Flush();

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <summary>Reads a log by columns; a missing value is NaN.</summary>
    /// <param name="path">The file.</param>
    /// <param name="steps">Where a run of so many steps ends: rows behind its end are left out.</param>
    /// <exception cref="UserError">The file cannot be read, or a row is not JSON.</exception>
    public static IReadOnlyDictionary<string, double[]> Read(string path, long steps = long.MaxValue)
    {
        var columns = new Dictionary<string, List<double>>();
        int rows = 0;
        try
        {
            foreach (string line in File.ReadLines(path, Encoding.UTF8))
            {
                using var row = JsonDocument.Parse(line);
                foreach (JsonProperty property in row.RootElement.EnumerateObject())
                {
                    if (!columns.TryGetValue(property.Name, out List<double>? column))
                    {
                        columns[property.Name] = column = [];
                        RequireRoom(path, columns.Count, rows);
                    }

                    Pad(column, rows);
                    column.Add(property.Value.ValueKind == JsonValueKind.Number ? property.Value.GetDouble() : double.NaN);
                }

                rows++;
                RequireRoom(path, columns.Count, rows);
                if (columns.TryGetValue("step", out List<double>? reached) && reached.Count == rows && reached[^1] >= steps)
                {
                    break;
                }
            }
        }
        catch (Exception e) when (IoSentence.Tells(e))
        {
            throw new UserError($"cannot read the metrics '{path}': {IoSentence.Of(e)}", e);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new UserError($"cannot read the metrics '{path}' (row {rows + 1}): {(e is JsonException ? JsonSentence.Of(e) : "it is no JSON object of numbers")}", e);
        }

        foreach (List<double> column in columns.Values)
        {
            Pad(column, rows);
        }

        return columns.ToDictionary(entry => entry.Key, entry => entry.Value.ToArray());
    }

    // A gap costs as much as a value, so that a short file of ever new names would fill the memory.
    private static void RequireRoom(string path, int columns, int rows)
    {
        if ((long)columns * rows > LargestTable)
        {
            throw new UserError($"cannot read the metrics '{path}': {columns} metrics in {rows} rows are too many");
        }
    }

    private static void Pad(List<double> column, int rows)
    {
        while (column.Count < rows)
        {
            column.Add(double.NaN);
        }
    }
}
