using System.Text.Json;
using Dyad.Core;

namespace Dyad.Training;

/// <summary>
/// A run's <c>metrics.jsonl</c> while it grows: only what was appended is read. A file that is another one by now, or was cut back when
/// its run went on, is read anew.
/// </summary>
/// <param name="path">The file.</param>
internal sealed class MetricsTail(string path)
{
    // Read at once, and kept at most: a file is data, and may be of any content.
    private const long LargestPiece = 16L << 20, LargestTable = 20_000_000;

    private readonly MetricsColumns _columns = new(LargestTable);
    private byte[] _last = [];
    private long _end;

    /// <summary>What was read so far.</summary>
    public MetricsColumns Table => _columns;

    /// <summary>How often rows were forgotten because the file is another one.</summary>
    public int Beginnings { get; private set; }

    /// <summary>Reads what is new: whole rows, up to a damaged one. 'dyad status' says what is wrong with that.</summary>
    /// <returns>Whether anything has changed.</returns>
    public bool Read()
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
            bool isNew = file.Length < _end || !EndsWithLastRow(file);
            if (!isNew && file.Length == _end)
            {
                return false;
            }

            bool changed = isNew && Forget();
            return Append(file) || changed;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Forget();
        }
        catch (Exception e) when (IoSentence.Tells(e))
        {
            return false;
        }
    }

    // The bytes before the end are those of the last row that was read.
    private bool EndsWithLastRow(FileStream file)
    {
        byte[] there = new byte[_last.Length];
        file.Position = _end - there.Length;
        return file.ReadAtLeast(there, there.Length, throwOnEndOfStream: false) == there.Length && there.AsSpan().SequenceEqual(_last);
    }

    private bool Append(FileStream file)
    {
        file.Position = _end;
        byte[] bytes = new byte[Math.Min(file.Length - _end, LargestPiece)];
        ReadOnlySpan<byte> left = bytes.AsSpan(0, file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
        int before = _columns.Rows;

        // A row without its line end is being written.
        for (int length; (length = left.IndexOf((byte)'\n') + 1) > 0; left = left[length..])
        {
            ReadOnlySpan<byte> line = left[..length];
            if (!TryTake(line))
            {
                break;
            }

            _last = line.ToArray();
            _end += length;
        }

        return _columns.Rows > before;
    }

    private bool TryTake(ReadOnlySpan<byte> line)
    {
        try
        {
            return _columns.TryAdd(line);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private bool Forget()
    {
        bool had = _columns.Rows > 0;
        _columns.Clear();
        (_last, _end) = ([], 0);
        Beginnings += had ? 1 : 0;
        return had;
    }
}
