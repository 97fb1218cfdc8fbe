using System.Text.Json;

namespace Dyad.Live;

/// <summary>
/// A run's <c>metrics.jsonl</c> while it grows: only what was appended is read. A file that is another one by now, or was cut back when
/// its run went on, is read anew.
/// </summary>
/// <param name="path">The file.</param>
internal sealed class MetricsTail(string path)
{
    // Read at once, and kept at most: a file is data, and may be of any content.
    private const long LargestPiece = 16L << 20, LargestTable = 20_000_000;

    private readonly Dictionary<string, List<double>> _columns = [];
    private byte[] _last = [];
    private long _end;
    private int _rows;

    /// <summary>Columns by name, each of <see cref="Rows"/> values; NaN where a row has none.</summary>
    public IReadOnlyDictionary<string, List<double>> Columns => _columns;

    /// <summary>Rows read so far.</summary>
    public int Rows => _rows;

    /// <summary>Reads what is new.</summary>
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

            bool changed = isNew && _rows > 0;
            if (isNew)
            {
                Clear();
            }

            return Append(file) || changed;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            bool had = _rows > 0;
            Clear();
            return had;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
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
        int before = _rows;

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

        return _rows > before;
    }

    // A damaged row ends what is shown of the run; 'dyad status' says what is wrong.
    private bool TryTake(ReadOnlySpan<byte> line)
    {
        var values = new List<(string Name, double Value)>();
        try
        {
            var reader = new Utf8JsonReader(line);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string name = reader.GetString()!;
                reader.Read();
                values.Add((name, reader.TokenType == JsonTokenType.Number ? reader.GetDouble() : double.NaN));
                reader.Skip();
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }

        if ((long)(_columns.Count + values.Count) * (_rows + 1) > LargestTable)
        {
            return false;
        }

        foreach ((string name, double value) in values)
        {
            if (!_columns.TryGetValue(name, out List<double>? column))
            {
                _columns[name] = column = [];
            }

            Pad(column, _rows);
            column.Add(value);
        }

        _rows++;
        foreach (List<double> column in _columns.Values)
        {
            Pad(column, _rows);
        }

        return true;
    }

    private void Clear()
    {
        _columns.Clear();
        (_last, _end, _rows) = ([], 0, 0);
    }

    private static void Pad(List<double> column, int rows)
    {
        while (column.Count < rows)
        {
            column.Add(double.NaN);
        }
    }
}
