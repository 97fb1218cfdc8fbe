namespace Dyad.Tests.Unit.Architecture;

/// <summary>Which room of the library may use which: the table of docs/architecture.md and what follows from it.</summary>
public sealed class RoomTable
{
    private const string Header = "| room of `src/Dyad` | what lives there | may use |";

    private readonly Dictionary<string, HashSet<string>> _reachable = new(StringComparer.Ordinal);

    /// <summary>Rooms in the order of the table.</summary>
    public IReadOnlyCollection<string> Rooms => _reachable.Keys;

    /// <summary>Reads the table of a Markdown text; each room may name only rooms above it, so that there are no cycles.</summary>
    public static RoomTable Parse(string markdown)
    {
        var table = new RoomTable();
        IEnumerable<string> rows = markdown.ReplaceLineEndings("\n").Split('\n')
            .SkipWhile(line => line != Header).Skip(2).TakeWhile(line => line.StartsWith('|'));
        foreach (string row in rows)
        {
            string[] cells = [.. row.Trim('|').Split('|').Select(cell => cell.Trim())];
            if (cells.Length != 3)
            {
                throw new FormatException($"a row of the table of rooms has {cells.Length} cells: {row}");
            }

            table.Add(cells[0].Trim('`', '/'), cells[2]);
        }

        return table.Rooms.Count > 0 ? table : throw new FormatException($"no table of rooms, which begins with: {Header}");
    }

    /// <summary>Whether a room may use another, itself included.</summary>
    public bool Allows(string room, string other) =>
        room == other || (_reachable.TryGetValue(room, out HashSet<string>? reachable) && reachable.Contains(other));

    private void Add(string room, string mayUse)
    {
        string[] named = mayUse switch
        {
            "-" => [],
            "all above" => [.. Rooms],
            _ => mayUse.Split(',', StringSplitOptions.TrimEntries),
        };
        var reachable = new HashSet<string>(StringComparer.Ordinal);
        foreach (string other in named)
        {
            if (!_reachable.TryGetValue(other, out HashSet<string>? further))
            {
                throw new FormatException($"room '{room}' may use '{other}', which is no room above it");
            }

            reachable.Add(other);
            reachable.UnionWith(further);
        }

        _reachable.Add(room, reachable);
    }
}
