using System.Text.Json;

namespace Dyad.Training;

/// <summary>Rows of a run's metrics, by columns; a value that a row lacks is NaN.</summary>
/// <param name="largest">Values and gaps that fit: a gap costs as much as a value, so that a short file of ever new names would fill the memory.</param>
internal sealed class MetricsColumns(long largest)
{
    private readonly Dictionary<string, List<double>> _columns = [];
    private readonly List<(string Name, double Value)> _row = [];

    /// <summary>Columns by name, each of <see cref="Rows"/> values.</summary>
    public IReadOnlyDictionary<string, List<double>> ByName => _columns;

    /// <summary>Rows so far.</summary>
    public int Rows { get; private set; }

    /// <summary>Names and values that a row has.</summary>
    public IEnumerable<(string Name, double Value)> Row(int row) =>
        _columns.Select(column => (column.Key, column.Value[row])).Where(entry => !double.IsNaN(entry.Item2));

    /// <summary>Adds a row, a JSON object; what is no number in it counts as missing.</summary>
    /// <param name="line">The object in UTF-8, with nothing but white space behind it.</param>
    /// <returns>Whether there was room for it.</returns>
    /// <exception cref="JsonException">It is not JSON.</exception>
    /// <exception cref="InvalidOperationException">It is no object, or a name is no text.</exception>
    public bool TryAdd(ReadOnlySpan<byte> line)
    {
        Parse(line);
        int columns = _columns.Count + _row.Count(entry => !_columns.ContainsKey(entry.Name));
        if ((long)columns * (Rows + 1) > largest)
        {
            return false;
        }

        foreach ((string name, double value) in _row)
        {
            if (!_columns.TryGetValue(name, out List<double>? column))
            {
                _columns[name] = column = [];
            }

            // Of a name that a row has twice, the last value.
            Pad(column, Rows);
            column.RemoveRange(Rows, column.Count - Rows);
            column.Add(value);
        }

        Rows++;
        foreach (List<double> column in _columns.Values)
        {
            Pad(column, Rows);
        }

        return true;
    }

    /// <summary>Forgets all rows.</summary>
    public void Clear()
    {
        _columns.Clear();
        Rows = 0;
    }

    private void Parse(ReadOnlySpan<byte> line)
    {
        _row.Clear();
        var reader = new Utf8JsonReader(line);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new InvalidOperationException("a row of metrics is no object");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            _row.Add((name, reader.TokenType == JsonTokenType.Number ? reader.GetDouble() : double.NaN));
            reader.Skip();
        }

        // Throws at what stands behind the object.
        reader.Read();
    }

    private static void Pad(List<double> column, int rows)
    {
        while (column.Count < rows)
        {
            column.Add(double.NaN);
        }
    }
}
