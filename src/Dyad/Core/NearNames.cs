namespace Dyad.Core;

/// <summary>What a mistyped name may have meant.</summary>
public static class NearNames
{
    /// <summary>
    /// The candidates within a third of the name's length in edits (insert, delete, replace; case is free), nearest first,
    /// at most three.
    /// </summary>
    public static IReadOnlyList<string> Of(string name, IEnumerable<string> candidates) =>
    [
        .. candidates
            .Select(candidate => (Name: candidate, Edits: Distance(name.ToUpperInvariant(), candidate.ToUpperInvariant())))
            .Where(near => near.Edits <= Math.Max(1, Math.Max(name.Length, near.Name.Length) / 3))
            .OrderBy(near => near.Edits).ThenBy(near => near.Name, StringComparer.Ordinal)
            .Take(3).Select(near => near.Name),
    ];

    /// <summary>The end of a sentence about an unknown name: near ones, or all where none is near.</summary>
    public static string Hint(string name, IReadOnlyCollection<string> candidates)
    {
        IReadOnlyList<string> near = Of(name, candidates);
        return near.Count > 0 ? $"did you mean {string.Join(" or ", near)}?" : $"there are {string.Join(", ", candidates)}";
    }

    // Levenshtein's distance, row by row.
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
