namespace Dyad.Core;

/// <summary>What a mistyped name may have meant.</summary>
internal static class NearNames
{
    /// <summary>
    /// The candidates within a third of the name's length in edits (insert, delete, replace, swap two neighbours; case is free), nearest first,
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

    // Levenshtein's distance, and two neighbours in the wrong order count as one edit; three rows of its table at a time.
    private static int Distance(string a, string b)
    {
        int[] before = new int[b.Length + 1], above = [.. Enumerable.Range(0, b.Length + 1)], row = new int[b.Length + 1];
        for (int i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                row[j] = Math.Min(above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1), Math.Min(above[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
                }
            }

            (before, above, row) = (above, row, before);
        }

        return above[b.Length];
    }
}
