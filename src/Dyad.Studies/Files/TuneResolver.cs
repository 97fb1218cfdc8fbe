using Dyad.Algorithms.Catalog;
using Dyad.Core;
using Dyad.Studies.Tuning;
using Dyad.Training;

namespace Dyad.Studies.Files;

/// <summary>Makes trials of what a study file says of tuning; whatever does not fit is an error at its place.</summary>
internal static class TuneResolver
{
    /// <summary>Selection seeds are counted from here, where no study counts its own.</summary>
    public const int FirstSeed = 1_000_000;

    /// <summary>Selection seeds where a file says nothing.</summary>
    public const int DefaultSeeds = 3;

    /// <summary>Makes a variant of a line on a task.</summary>
    /// <param name="line">The line.</param>
    /// <param name="task">The task, by its place among all.</param>
    /// <param name="options">Options beside the line's.</param>
    /// <param name="steps">Steps of a run; the study's if null.</param>
    /// <param name="label">The label.</param>
    public delegate Variant Make(Line line, int task, IReadOnlyList<(string Name, string Value)> options, long? steps, string label);

    /// <summary>The trials; null where nothing is tuned.</summary>
    /// <param name="document">What the file says.</param>
    /// <param name="sizes">Sizes at the scale.</param>
    /// <param name="lines">The lines of the scale.</param>
    /// <param name="methods">The method of each entry on each task.</param>
    /// <param name="seeds">Seeds that are reported.</param>
    /// <param name="make">Makes variants.</param>
    public static TuningPlan? Resolve(
        StudyDocument document, SizesEntry sizes, IReadOnlyList<Line> lines, IReadOnlyDictionary<MethodEntry, Method[]> methods, IReadOnlyList<int> seeds, Make make)
    {
        if (document.Tune is not { } tune)
        {
            Place? stray = document.Methods.SelectMany(entry => entry.Tune).Select(range => range.Place).FirstOrDefault() ?? sizes.Tune?.Place;
            return stray is null ? null : throw stray.Error("the study has no 'tune' that says with which budget to search");
        }

        int budget = sizes.Tune!.Budget!.Value;
        CheckNames(document, tune, methods);
        int[] selecting = Seeds(sizes.Tune, seeds);
        var tuned = new List<TunedLine>();
        foreach (Line line in lines)
        {
            (TuneRange Range, bool IsWhole)[] ranges = Ranges(tune, line, methods[line.Entry]);
            for (int task = 0; task < methods[line.Entry].Length; task++)
            {
                CheckEnds(line, task, ranges, make);
            }

            IReadOnlyList<(string Name, string Value)[]> points = Points(tune, line, ranges, budget);
            for (int task = 0; task < methods[line.Entry].Length; task++)
            {
                Trial[] trials = [.. points.Select(point => Trial(line, task, point, sizes.Tune.Steps, make))];
                Line untuned = Untuned(line);
                tuned.Add(new TunedLine(
                    line.Label, line.Legend, trials[0].Final.Environment, trials,
                    tune.Untuned ? make(untuned, task, [], null, untuned.Label) with { Line = line.Label } : null));
            }
        }

        return new TuningPlan(tuned, selecting, document.Metric, tune.Over, sizes.Tune.Steps is not null, tune.IsGrid ? "all points of a grid" : "drawn at random");
    }

    /// <summary>A line with the options that it has without the search.</summary>
    public static Line Untuned(Line line) => line with { Label = $"{line.Label},untuned", Legend = $"{line.Legend}, untuned" };

    /// <summary>Seeds that select.</summary>
    public static int[] Seeds(TuneSizes sizes) => sizes.Seeds is { } list ? [.. list.Select(seed => seed.Value)] : [.. Enumerable.Range(FirstSeed, sizes.SeedCount ?? DefaultSeeds)];

    private static int[] Seeds(TuneSizes sizes, IReadOnlyList<int> reported)
    {
        if (sizes.Seeds?.FirstOrDefault(seed => reported.Contains(seed.Value)) is { } shared)
        {
            throw shared.Place.Error($"the seed {shared.Value} is one of the study's own: what selects must not be what is reported");
        }

        int[] seeds = Seeds(sizes);
        return seeds.FirstOrDefault(reported.Contains, -1) is var other and >= 0
            ? throw sizes.Place.Error($"the seed {other} is one of the study's own, and selection seeds are counted from {FirstSeed}: give a list of other seeds") : seeds;
    }

    private static Trial Trial(Line line, int task, (string Name, string Value)[] point, long? steps, Make make)
    {
        (string, object)[] values = [.. point.Select(option => (option.Name, (object)option.Value))];
        string Folder(string name) => RunLabel.Of(values, [new NamedValues(name, [])]);
        return new Trial(
            point, make(line, task, point, steps, Folder($"{line.Label},tuning")), make(line, task, point, null, line.Label) with { Folder = Folder(line.Label) });
    }

    private static void CheckNames(StudyDocument document, TuneEntry tune, IReadOnlyDictionary<MethodEntry, Method[]> methods)
    {
        string[] known = [.. methods.Values.SelectMany(found => found).SelectMany(StudyResolver.Options).Distinct()];
        if (tune.Ranges.FirstOrDefault(range => !known.Contains(range.Name)) is { } stranger)
        {
            throw stranger.Place.Error($"no method of the study has an option '{stranger.Name}'; {NearNames.Hint(stranger.Name, known)}");
        }

        foreach (MethodEntry entry in document.Methods)
        {
            string[] own = [.. methods[entry].SelectMany(StudyResolver.Options).Distinct()];
            if (entry.Tune.FirstOrDefault(range => !own.Contains(range.Name)) is { } other)
            {
                throw other.Place.Error($"{entry.Method.Value} has no option '{other.Name}'; {NearNames.Hint(other.Name, own)}");
            }
        }

        foreach (TuneRange range in tune.Ranges.Concat(document.Methods.SelectMany(entry => entry.Tune)).Where(range => range.IsInterval))
        {
            if (!(range.Low < range.High))
            {
                throw range.Place.Error($"the range of {range.Name} ends at {NumberText.Of(range.High)}, which is not above its start, {NumberText.Of(range.Low)}");
            }

            if (range is { IsLog: true, Low: <= 0 })
            {
                throw range.Place.Error($"the range of {range.Name} is logarithmic and starts at {NumberText.Of(range.Low)}; it must start above 0");
            }

            if (tune.IsGrid != range.Points is not null)
            {
                throw range.Place.Error(tune.IsGrid ? $"a grid needs 'points' of the range of {range.Name}, or a list of values" : $"'points' of {range.Name} is for search: grid");
            }
        }
    }

    // The method's own ranges before the study's.
    private static (TuneRange Range, bool IsWhole)[] Ranges(TuneEntry tune, Line line, Method[] methods)
    {
        (string Name, string Accepted)[] own = [.. methods.SelectMany(method => method.Accepted).DistinctBy(option => option.Name)];
        TuneRange[] ranges = [.. line.Entry.Tune, .. tune.Ranges.Where(range => own.Any(option => option.Name == range.Name) && line.Entry.Tune.All(mine => mine.Name != range.Name))];
        if (ranges.Length == 0)
        {
            throw line.Entry.Place.Error($"{line.Label} has none of the options that are tuned; give it a 'tune' of its own, with options of {line.Entry.Method.Value}");
        }

        foreach (TuneRange range in ranges)
        {
            if (line.Entry.Options.FirstOrDefault(option => option.Name == range.Name) is { Value: { } sets })
            {
                throw sets.Place.Error($"{line.Label} sets '{range.Name}', which is tuned: take it out of one of the two");
            }

            if (line.Point.Any(option => option.Name == range.Name))
            {
                throw range.Place.Error($"the grid varies '{range.Name}', which is tuned: take it out of one of the two");
            }
        }

        return [.. ranges.Select(range => (range, own.First(option => option.Name == range.Name).Accepted.StartsWith("a whole number", StringComparison.Ordinal)))];
    }

    // A value that is not accepted is told where the range stands, and before anything is drawn.
    private static void CheckEnds(Line line, int task, (TuneRange Range, bool IsWhole)[] ranges, Make make)
    {
        (string, string)[] start = [.. ranges.Select(x => (x.Range.Name, x.Range.Ends(x.IsWhole)[0]))];
        foreach ((TuneRange range, bool isWhole) in ranges)
        {
            foreach (string end in range.Ends(isWhole))
            {
                try
                {
                    make(line, task, [.. start.Where(option => option.Item1 != range.Name), (range.Name, end)], null, line.Label);
                }
                catch (UserError e) when (e.Message.Contains($"'{range.Name}'", StringComparison.Ordinal))
                {
                    throw range.Place.Error((e.InnerException ?? e).Message, e);
                }
            }
        }
    }

    private static IReadOnlyList<(string Name, string Value)[]> Points(TuneEntry tune, Line line, (TuneRange Range, bool IsWhole)[] ranges, int budget)
    {
        if (!tune.IsGrid)
        {
            return TrialPoints.Random(line.Label, ranges, budget);
        }

        double size = TrialPoints.GridSize(ranges);
        return size <= budget ? TrialPoints.Grid(ranges)
            : throw tune.Place.Error($"the grid of {line.Label} has {size:0} points, and the budget is {budget} trials: give a larger budget, fewer values, or search: random");
    }
}
