using Dyad.Numerics;

namespace Dyad.Studies.Tuning;

/// <summary>Which options are tried for a line.</summary>
internal static class TrialPoints
{
    // Lists of few values have fewer points than trials: draws of what is there already end then.
    private const int DrawsPerTrial = 50;

    /// <summary>Size of the grid of some ranges.</summary>
    public static double GridSize(IReadOnlyList<(TuneRange Range, bool IsWhole)> ranges) => ranges.Aggregate(1.0, (size, x) => size * x.Range.Grid(x.IsWhole).Count);

    /// <summary>All points of the grid, the last option varying fastest.</summary>
    /// <param name="ranges">The ranges, each with whether its option takes whole numbers.</param>
    public static IReadOnlyList<(string Name, string Value)[]> Grid(IReadOnlyList<(TuneRange Range, bool IsWhole)> ranges) => [.. ranges.Aggregate(
        (IEnumerable<(string, string)[]>)[[]], (all, x) => all.SelectMany(point => x.Range.Grid(x.IsWhole).Select(value => ((string, string)[])[.. point, (x.Range.Name, value)])))];

    /// <summary>
    /// Points drawn at random, each by the names of line, draw and option alone: a larger budget adds to what was tried, and a further
    /// option leaves the values of the others.
    /// </summary>
    /// <param name="line">Name of the line.</param>
    /// <param name="ranges">The ranges, each with whether its option takes whole numbers.</param>
    /// <param name="budget">How many; there are fewer where the ranges have no more.</param>
    public static IReadOnlyList<(string Name, string Value)[]> Random(string line, IReadOnlyList<(TuneRange Range, bool IsWhole)> ranges, int budget)
    {
        RandomStream root = new RandomStream(0).Split("tuning").Split(line);
        return [.. Enumerable.Range(0, budget * DrawsPerTrial)
            .Select(draw => root.Split($"draw {draw}"))
            .Select(stream => ranges.Select(x => (x.Range.Name, x.Range.Draw(stream.Split(x.Range.Name), x.IsWhole))).ToArray())
            .DistinctBy(point => string.Join(',', point))
            .Take(budget)];
    }
}
