namespace Dyad.Cli.Terminal;

/// <summary>
/// Which columns of a table fit a terminal. Numbers are never broken over lines: where there is no room, columns go instead, and what
/// went is told. Texts may be broken.
/// </summary>
internal static class TableColumns
{
    // A blank on either side of a column.
    private const int Padding = 2;

    // A text broken into pieces shorter than this is no text.
    private const int ShortestText = 14;

    /// <summary>Chooses columns.</summary>
    /// <param name="names">Names; those that begin with '#' are of numbers.</param>
    /// <param name="rows">The cells.</param>
    /// <param name="width">Characters of a line.</param>
    /// <returns>Places of the columns that stay, in their order; the first stays always.</returns>
    public static IReadOnlyList<int> Fitting(IReadOnlyList<string> names, IReadOnlyList<IReadOnlyList<string>> rows, int width)
    {
        int[] needs = [.. names.Select((name, i) => Needs(name, rows.Select(row => i < row.Count ? row[i] : "")))];
        var kept = Enumerable.Range(0, names.Count).ToList();
        while (kept.Count > 1 && kept.Sum(i => needs[i] + Padding) > width)
        {
            kept.RemoveAt(kept.Count - 1);
        }

        return kept;
    }

    private static int Needs(string name, IEnumerable<string> cells)
    {
        IEnumerable<string> all = cells.Append(name.TrimStart('#'));
        int longest = all.Max(cell => cell.Length);
        return name.StartsWith('#') ? longest : Math.Min(longest, Math.Max(ShortestText, all.SelectMany(cell => cell.Split(' ')).Max(word => Math.Min(word.Length, ShortestText))));
    }
}
