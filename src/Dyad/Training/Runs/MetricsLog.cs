using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dyad.Core;

namespace Dyad.Training;

/// <summary>
/// A run's <c>metrics.jsonl</c>: one JSON object a row, with <c>step</c>, <c>wall_s</c>, <c>cpu_s</c>, then the metrics. A value that is not
/// finite is written as null.
/// </summary>
public sealed class MetricsLog : IDisposable
{
    // The checkpoint is good, and so may be the rest of the rows: nothing is to be thrown away.
    private const string Mend = "put the file back as it was, or give another --out; the checkpoint itself is whole";
    private const long LargestTable = 100_000_000;

    private readonly FileStream _file;
    private readonly IncrementalHash _hash;
    private readonly ArrayBufferWriter<byte> _row = new(1024);

    private MetricsLog(FileStream file, IncrementalHash hash) => (_file, _hash) = (file, hash);

    /// <summary>Checksum (SHA-256) of all that was written.</summary>
    public byte[] Checksum => _hash.GetCurrentHash();

    /// <summary>Opens a run's log to append, cut back to a length that a checkpoint knows of; 0 starts anew.</summary>
    /// <param name="path">The file.</param>
    /// <param name="length">Bytes that are kept.</param>
    /// <param name="checksum">What their checksum must be; null where nobody knows.</param>
    /// <exception cref="UserError">The file is shorter, or has changed in these bytes; it stays as it is.</exception>
    public static MetricsLog Open(string path, long length, byte[]? checksum = null)
    {
        // Without a buffer: what is written is written, and not later, when the run may be another's.
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            if (file.Length < length)
            {
                throw new UserError($"'{path}' has {file.Length} bytes where the checkpoint knows of {length}: {Mend}");
            }

            byte[] buffer = new byte[1 << 16];
            for (long left = length; left > 0;)
            {
                int read = file.Read(buffer, 0, (int)Math.Min(left, buffer.Length));
                hash.AppendData(buffer, 0, read);
                left -= read;
            }

            if (checksum is not null && !hash.GetCurrentHash().AsSpan().SequenceEqual(checksum))
            {
                throw new UserError($"'{path}' has changed in the first {length} bytes, which the checkpoint knows of: {Mend}");
            }

            file.SetLength(length);
            return new MetricsLog(file, hash);
        }
        catch
        {
            file.Dispose();
            hash.Dispose();
            throw;
        }
    }

    /// <summary>Writes one row.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="wallSeconds">Seconds of computing so far.</param>
    /// <param name="processorSeconds">Seconds of a processor so far; NaN where the system does not tell.</param>
    /// <param name="metrics">The metrics, in their order.</param>
    /// <returns>The length of the file behind the row.</returns>
    public long Append(long step, double wallSeconds, double processorSeconds, IEnumerable<(string Name, double Value)> metrics)
    {
        _row.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(_row))
        {
            writer.WriteStartObject();
            writer.WriteNumber("step", step);
            writer.WriteNumber("wall_s", Math.Round(wallSeconds, 3));
            Number("cpu_s", Math.Round(processorSeconds, 3));
            foreach ((string name, double value) in metrics)
            {
                Number(name, value);
            }

            writer.WriteEndObject();

            void Number(string name, double value)
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
        }

        _row.Write("\n"u8);
        _file.Write(_row.WrittenSpan);
        _hash.AppendData(_row.WrittenSpan);
        return _file.Position;
    }

    /// <summary>Brings everything written to disk.</summary>
    public void Flush() => _file.Flush(flushToDisk: true);

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        _hash.Dispose();
    }

    /// <summary>Checksum (SHA-256) of a log as it is.</summary>
    /// <exception cref="UserError">It cannot be read.</exception>
    public static byte[] ChecksumOf(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            return SHA256.HashData(file);
        }
        catch (Exception e) when (IoSentence.Tells(e))
        {
            throw new UserError($"cannot read the metrics '{path}': {IoSentence.Of(e)}", e);
        }
    }

    /// <summary>Reads a log by columns; a missing value is NaN.</summary>
    /// <param name="path">The file.</param>
    /// <param name="steps">Where a run of so many steps ends: rows behind its end are left out.</param>
    /// <param name="mayGrow">Whether somebody may be writing a row, which counts when it is whole.</param>
    /// <exception cref="UserError">The file cannot be read, or a row is not JSON.</exception>
    public static IReadOnlyDictionary<string, double[]> Read(string path, long steps = long.MaxValue, bool mayGrow = false)
    {
        var table = new MetricsColumns(LargestTable);
        try
        {
            using var file = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite), Encoding.UTF8);
            while (file.ReadLine() is { } line)
            {
                if (mayGrow && !line.EndsWith('}') && file.EndOfStream)
                {
                    break;
                }

                if (!table.TryAdd(Encoding.UTF8.GetBytes(line)))
                {
                    throw new UserError($"cannot read the metrics '{path}': with row {table.Rows + 1} there are more than {LargestTable} values of {table.ByName.Count} metrics");
                }

                if (table.ByName.TryGetValue("step", out List<double>? reached) && reached[^1] >= steps)
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
            throw new UserError($"cannot read the metrics '{path}' (row {table.Rows + 1}): {(e is JsonException ? JsonSentence.Of(e) : "it is no JSON object of numbers")}", e);
        }

        return table.ByName.ToDictionary(entry => entry.Key, entry => entry.Value.ToArray());
    }

    /// <summary>Reads a log row by row; a missing value is NaN.</summary>
    /// <exception cref="UserError">The file cannot be read, or a row is not JSON.</exception>
    public static IEnumerable<IEnumerable<(string Name, double Value)>> Rows(string path)
    {
        IReadOnlyDictionary<string, double[]> columns = Read(path);
        return Enumerable.Range(0, columns.Values.FirstOrDefault()?.Length ?? 0).Select(row => columns.Select(column => (column.Key, column.Value[row])));
    }
}
