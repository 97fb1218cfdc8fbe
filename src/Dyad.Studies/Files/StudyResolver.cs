using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Core;
using Dyad.Environments.Locating;
using Dyad.Studies.Comparisons;
using Dyad.Studies.Definitions.Runs;
using Dyad.Studies.Tuning;
using Dyad.Tabular;
using Dyad.Training;

namespace Dyad.Studies.Files;

/// <summary>A study file at a scale: its variants and what is said of them.</summary>
/// <param name="Variants">The variants, by line and then by task.</param>
/// <param name="Seeds">The seeds.</param>
/// <param name="Comparison">What is said of the runs.</param>
/// <param name="Tuning">What is tried for the options of the lines; null where nothing is.</param>
internal sealed record ResolvedStudy(IReadOnlyList<Variant> Variants, IReadOnlyList<int> Seeds, Comparison Comparison, TuningPlan? Tuning)
{
    /// <summary>So many seeds: those of the file first, then those that follow.</summary>
    public IReadOnlyList<int> More(int count) =>
        [.. Seeds.Concat(Enumerable.Range(0, count + Seeds.Count + Selecting.Count).Except(Seeds).Except(Selecting)).Take(count)];

    private IReadOnlyList<int> Selecting => Tuning?.Seeds ?? [];

    /// <summary>What the user may not have meant.</summary>
    public IReadOnlyList<string> Cautions { get; init; } = [];
}

/// <summary>Makes variants of what a study file says; whatever does not fit is an error at its place.</summary>
internal static class StudyResolver
{
    /// <summary>Seeds where a file says nothing.</summary>
    public const int DefaultSeeds = 3;

    private const int DefaultRows = 20, DefaultEpisodes = 10, LargestLines = 100_000;

    /// <summary>Sizes at a scale.</summary>
    public static SizesEntry SizesAt(StudyDocument document, string scale) =>
        document.Scales.TryGetValue(scale, out SizesEntry? own) ? document.Sizes.With(own) : document.Sizes;

    /// <summary>The study at a scale.</summary>
    /// <param name="document">What the file says.</param>
    /// <param name="scale">Name of the scale.</param>
    /// <param name="folder">Folder of the file, from which tasks that are files are found; null for a study of the build.</param>
    public static ResolvedStudy Resolve(StudyDocument document, string scale, string? folder)
    {
        SizesEntry sizes = SizesAt(document, scale);
        (LocatedTask Task, Place Place)[] tasks = Tasks(document, sizes, folder);
        Dictionary<MethodEntry, Method[]> found = document.Methods.ToDictionary(entry => entry, entry => tasks.Select(task => At(entry.Method.Place, () => MethodVariant.Find(entry.Method.Value, task.Task))).ToArray());
        CheckOptions(document, sizes, found);
        if (sizes.MaxEpisodeSteps is { } limit && found.FirstOrDefault(x => x.Value.Any(method => method is Method<Mdp, IIterative>)).Key is { } tabular)
        {
            throw tabular.Place.Error($"max_episode_steps is for neural methods; {tabular.Method.Value} has its own option, episode_length: {limit}");
        }

        Line[] lines = [.. document.Methods.SelectMany(entry => Expanded(document, entry, found[entry][0]))];
        CheckNames(document, sizes, document.Tune is { Untuned: true } ? [.. lines, .. lines.Select(TuneResolver.Untuned)] : lines);
        Line[] chosen = sizes.Methods is { } names ? [.. lines.Where(line => names.Any(name => name.Value == line.Label || name.Value == line.Base))] : lines;
        long steps = sizes.Steps ?? chosen.SelectMany(line => found[line.Entry]).Max(method => method.DefaultSteps);
        bool keepsInterval = folder is not null && sizes.MeasureEvery is null;
        Variant[] variants = [.. chosen.SelectMany(line => tasks.Select((_, task) => Make(line, task, [], null, line.Label)))];
        int[] seeds = sizes.Seeds is { } list ? [.. list] : [.. Enumerable.Range(0, sizes.SeedCount ?? DefaultSeeds)];
        return new ResolvedStudy(
            variants, seeds,
            new Comparison(new ComparisonPlan
            {
                Metric = document.Metric,
                Threshold = document.Threshold,
                XTitle = document.XTitle ?? "environment steps",
                Figures = document.Figures is { } figures ? [.. figures.Select(entry => entry.Figure)] : null,
                Columns = document.Columns,
                Lines = [.. (document.Tune is { Untuned: true } ? chosen.Concat(chosen.Select(TuneResolver.Untuned)) : chosen).Select(line => new ComparisonLine(line.Label, line.Legend))],
                Claims = [.. document.Claims.Select(entry => entry.Claim)],
            }),
            TuneResolver.Resolve(document, sizes, chosen, found, seeds, Make))
        {
            Cautions = folder is null ? [] : Cautions(chosen, variants),
        };

        Variant Make(Line line, int task, IReadOnlyList<(string, string)> options, long? own, string label)
        {
            long length = own ?? steps;
            Variant variant = Variant(line, tasks[task].Task, found[line.Entry][task], new TrainingRequest(
                Changes(line, sizes, found[line.Entry][task], options), length, sizes.MeasureEvery ?? Math.Max(1, length / (sizes.Rows ?? DefaultRows)), FirstSeed: 0,
                sizes.EvaluationEpisodes ?? DefaultEpisodes, line.Entry.Preset ?? document.Preset ?? AgentPreset.Correct, label, keepsInterval), isKnownToFit: folder is null);
            return sizes.ExactGap is int batches && found[line.Entry][task] is Method<AgentTask, IAgent>
                ? At(line.Entry.Place, () => ExactGapTraining.Measured(variant, tasks[task].Task, batches))
                : variant;
        }
    }

    // Lines that a grid tells apart by name alone.
    private static string[] Cautions(Line[] lines, Variant[] variants) =>
    [
        .. lines.SelectMany(line => IdleOptions.Sentences(variants.First(variant => variant.Label == line.Label).Method.Options, line.Point.Select(option => option.Name))
            .Select(sentence => $"{line.Label}: {sentence}")),
        .. variants.GroupBy(variant => RunIdentity.Of(variant.Config(0))).Where(same => same.Count() > 1)
            .Select(same => $"the lines {string.Join(" and ", same.Select(variant => variant.Label))} on {same.First().Environment} are the same runs"),
    ];

    private static (LocatedTask, Place)[] Tasks(StudyDocument document, SizesEntry sizes, string? folder)
    {
        foreach (Placed<string> name in sizes.Environments ?? [])
        {
            if (document.Environments.All(environment => environment.Value != name.Value))
            {
                throw name.Place.Error($"the study has no task '{name.Value}'; {NearNames.Hint(name.Value, [.. document.Environments.Select(x => x.Value)])}");
            }
        }

        var tasks = new List<(LocatedTask Task, Place Place)>();
        foreach (Placed<string> environment in document.Environments.Where(x => sizes.Environments?.Any(name => name.Value == x.Value) ?? true))
        {
            LocatedTask task = At(environment.Place, () => TaskLocator.Find(InFolder(environment.Value, folder)).WithLimit(sizes.MaxEpisodeSteps));
            if (tasks.Any(other => other.Task.Name == task.Name))
            {
                throw environment.Place.Error($"two tasks have the name '{task.Name}', which their folders would share");
            }

            tasks.Add((task, environment.Place));
        }

        return [.. tasks];
    }

    // What is a file is found from the study's folder.
    private static string InFolder(string text, string? folder)
    {
        string bare = TaskWrappers.Bare(text), file = bare.Split('?')[0];
        return folder is null || Path.IsPathRooted(text)
            || !(bare.Contains(".dll:", StringComparison.OrdinalIgnoreCase) || Path.GetExtension(file) is ".txt" or ".json")
            ? text : Path.Combine(folder, text);
    }

    // Options that are for all methods: one has each at least.
    private static void CheckOptions(StudyDocument document, SizesEntry sizes, Dictionary<MethodEntry, Method[]> found)
    {
        string[] known = [.. found.Values.SelectMany(methods => methods).SelectMany(Options).Distinct()];
        IEnumerable<(string Name, Place Place)> shared =
        [
            .. sizes.Options.Select(option => (option.Name, option.Value.Place)),
            .. document.Product.Select(option => (option.Name, option.Place)),
            .. document.Points.SelectMany(point => point).Select(option => (option.Name, option.Value.Place)),
        ];
        foreach ((string name, Place place) in shared)
        {
            if (!known.Contains(name))
            {
                throw place.Error($"no method of the study has an option '{name}'; {NearNames.Hint(name, known)}");
            }
        }

        foreach ((MethodEntry entry, Method[] methods) in found)
        {
            foreach ((string name, Place place) in entry.Options.Select(option => (option.Name, option.Value.Place)).Concat(entry.Grid.Select(option => (option.Name, option.Place))))
            {
                string[] own = [.. methods.SelectMany(Options).Distinct()];
                if (!own.Contains(name))
                {
                    throw place.Error($"{entry.Method.Value} has no option '{name}'; {NearNames.Hint(name, own)}");
                }
            }
        }
    }

    /// <summary>Options of a method by name.</summary>
    internal static IEnumerable<string> Options(Method method) => method.Accepted.Select(option => option.Name);

    // The lines of a method: one for each point of the grid that it can tell apart.
    private static IEnumerable<Line> Expanded(StudyDocument document, MethodEntry entry, Method method)
    {
        string name = entry.Name ?? string.Join(',', entry.Options.OrderBy(option => option.Name, StringComparer.Ordinal).Select(option => $"{option.Name}={option.Value.Value}").Prepend(entry.Method.Value));
        string legend = entry.Legend ?? name;
        var own = Options(method).ToHashSet();
        (string Name, Place Place, IReadOnlyList<string> Values)[] product = [.. document.Product.Where(option => own.Contains(option.Name)), .. entry.Grid];
        if (product.Aggregate(1.0, (count, option) => count * option.Values.Count) * Math.Max(1, document.Points.Count) > LargestLines)
        {
            throw product[0].Place.Error($"the grid has more than {LargestLines} points");
        }

        if (entry.Grid.FirstOrDefault(option => document.Product.Any(x => x.Name == option.Name) || document.Points.Any(point => point.Any(x => x.Name == option.Name))) is { Place: { } again } both)
        {
            throw again.Error($"{name} varies '{both.Name}', which the study's grid varies too: take it out of one of the two");
        }

        IEnumerable<(string Name, string Value)[]> start = document.Points.Count > 0
            ? document.Points.Select(point => point.Where(option => own.Contains(option.Name)).Select(option => (option.Name, option.Value.Value)).ToArray())
            : [[]];
        IEnumerable<(string Name, string Value)[]> points = product.Aggregate(
            start, (all, option) => all.SelectMany(point => option.Values.Select(value => ((string, string)[])[.. point, (option.Name, value)])));
        foreach ((string Name, string Value)[] point in points.DistinctBy(point => string.Join(',', point)))
        {
            if (entry.Options.FirstOrDefault(option => point.Any(x => x.Name == option.Name)) is { Value: { } twice } clash)
            {
                throw twice.Place.Error($"{name} sets '{clash.Name}', which the grid varies: take it out of one of the two");
            }

            string suffix = string.Concat(point.Select(x => $",{x.Name}={x.Value}"));
            string label = name + suffix;
            yield return new Line(entry, name, label, legend + string.Concat(point.Select(x => $", {x.Name} {x.Value}")), point);
        }
    }

    private static void CheckNames(StudyDocument document, SizesEntry sizes, Line[] lines)
    {
        if (lines.GroupBy(line => line.Label).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw twice.Last().Entry.Place.Error($"two methods have the name '{twice.Key}'; give one of them another");
        }

        if (lines.Select(line => (Line: line, Fault: FolderName.Fault(line.Label))).FirstOrDefault(x => x.Fault is not null) is { Fault: { } fault } named)
        {
            throw named.Line.Entry.Place.Error($"the name '{named.Line.Label}' is for a folder too; {fault}");
        }

        string[] labels = [.. lines.Select(line => line.Label)];
        IEnumerable<(string Name, Place Place)> mentioned =
        [
            .. document.Claims.SelectMany(entry => new[] { (entry.Claim.Label, entry.Better), (entry.Claim.Against, entry.Than) }),
            .. (document.Figures ?? []).SelectMany(figure => figure.Methods).Select(name => (name.Value, name.Place)),
        ];
        foreach ((string name, Place place) in mentioned)
        {
            if (!labels.Contains(name))
            {
                throw place.Error($"there is no line '{name}'; {NearNames.Hint(name, labels)}");
            }
        }

        if (document.Claims.FirstOrDefault(entry => entry.Claim.Label == entry.Claim.Against) is { } same)
        {
            throw same.Than.Error($"the claim holds '{same.Claim.Label}' against itself; 'better' and 'than' name two lines");
        }

        foreach (Placed<string> name in sizes.Methods ?? [])
        {
            if (lines.All(line => line.Label != name.Value && line.Base != name.Value))
            {
                throw name.Place.Error($"the study has no method '{name.Value}'; {NearNames.Hint(name.Value, labels)}");
            }
        }

        if (document.Claims.FirstOrDefault(entry => entry.Claim.Kind != ClaimKind.Superior && entry.Claim.Margin is null
            && !(entry.Claim.Metric ?? document.Metric).Contains("return", StringComparison.Ordinal)) is { } marginless)
        {
            throw marginless.Place.Error($"a claim of this kind on {marginless.Claim.Metric ?? document.Metric} needs a margin: the random policy is the zero of returns alone");
        }
    }

    // The study's options, those of the grid, the method's own, and what is tried.
    private static List<(string Name, string Value)> Changes(Line line, SizesEntry sizes, Method method, IReadOnlyList<(string, string)> tuned)
    {
        var own = Options(method).ToHashSet();
        return [.. sizes.Options.Where(option => own.Contains(option.Name)).Select(option => (option.Name, option.Value.Value)),
            .. line.Point, .. line.Entry.Options.Select(option => (option.Name, option.Value.Value)), .. tuned.Where(option => own.Contains(option.Item1))];
    }

    private static Variant Variant(Line line, LocatedTask task, Method method, TrainingRequest request, bool isKnownToFit)
    {
        try
        {
            return MethodVariant.Of(method, task, request, isKnownToFit);
        }
        catch (UserError e)
        {
            // At the option that the sentence names, where the method sets it itself.
            Place place = line.Entry.Options.Where(option => e.Message.Contains($"'{option.Name}'", StringComparison.Ordinal)).Select(option => option.Value.Place).FirstOrDefault(line.Entry.Place);
            throw place.Error($"{line.Label} on {task.Name}: {e.Message}", e);
        }
    }

    private static T At<T>(Place place, Func<T> find)
    {
        try
        {
            return find();
        }
        catch (UserError e)
        {
            throw place.Error(e.Message, e);
        }
    }
}
