using Dyad.Core;
using Dyad.Studies.Comparisons;
using Dyad.Studies.Tuning;
using YamlDotNet.RepresentationModel;

namespace Dyad.Studies.Files;

/// <summary>Reads a study file: checked against <see cref="StudySchema"/> first, so that what follows finds what it looks for.</summary>
internal static class StudyReader
{
    /// <summary>Reads a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="file">Its file, for sentences.</param>
    /// <exception cref="UserError">It is no study; the sentence names line and column.</exception>
    public static StudyDocument Read(string text, string file)
    {
        YamlNode root = YamlText.Parse(text, file);
        StudySchema.File.Check(root, "a study file", file);
        var map = new Section((YamlMappingNode)root, file);
        return new StudyDocument
        {
            File = file,
            Title = map.Text("title"),
            Question = map.Text("question"),
            Source = map.Text("source"),
            Environments = map.Names("environments")!,
            Methods = [.. map.List("methods")!.Select(node => Method(node, file))],
            Preset = map.Text("preset"),
            Product = Product(map.Node("grid"), file),
            Points = map.Node("grid") is YamlSequenceNode points ? [.. points.Select(point => Options(point, file))] : [],
            Tune = map.Node("tune") is YamlMappingNode tune ? Tune(new Section(tune, file)) : null,
            Sizes = Sizes(map),
            Scales = map.Node("scales") is YamlMappingNode scales
                ? scales.ToDictionary(entry => Name(entry.Key), entry => Sizes(new Section((YamlMappingNode)entry.Value, file) { IsScale = true })) : new Dictionary<string, SizesEntry>(),
            Metric = map.Text("metric") ?? "eval/return",
            Threshold = map.Text("threshold") is { } threshold ? NumberShape.Number(threshold) : null,
            XTitle = map.Text("x_title"),
            Figures = map.List("figures")?.Select(node => Figure(node, file)).ToArray(),
            Columns = [.. (map.List("columns") ?? []).Select(node => Column(new Section((YamlMappingNode)node, file)))],
            Claims = [.. (map.List("claims") ?? []).Select(node => Claim(new Section((YamlMappingNode)node, file)))],
            Notes = [.. (map.List("notes") ?? []).Select(Name)],
        };
    }

    private static string Name(YamlNode node) => ((YamlScalarNode)node).Value!;

    private static MethodEntry Method(YamlNode node, string file)
    {
        Place place = YamlText.PlaceOf(node, file);
        if (node is YamlScalarNode scalar)
        {
            return new MethodEntry(new(scalar.Value!, place), null, null, null, [], place);
        }

        var map = new Section((YamlMappingNode)node, file);
        return new MethodEntry(map.Placed("method")!, map.Text("name"), map.Text("legend"), map.Text("preset"), Options(map.Node("options"), file), place)
        {
            Grid = Product(map.Node("grid"), file),
            Tune = Ranges(map.Node("tune"), file),
        };
    }

    private static TuneRange[] Ranges(YamlNode? node, string file) => node is not YamlMappingNode map ? [] : [.. map.Select(entry =>
    {
        Place place = YamlText.PlaceOf(entry.Key, file);
        if (entry.Value is YamlSequenceNode list)
        {
            return new TuneRange(Name(entry.Key), place, [.. list.Select(Name)]);
        }

        var range = new Section((YamlMappingNode)entry.Value, file);
        return new TuneRange(Name(entry.Key), place, [])
        {
            Low = NumberShape.Number(range.Text("low")!)!.Value,
            High = NumberShape.Number(range.Text("high")!)!.Value,
            IsLog = range.Text("log") == "true",
            Points = (int?)range.Whole("points"),
        };
    })];

    private static TuneEntry Tune(Section map) => new(
        map.Text("search") == "grid", map.Text("over") == "end" ? ClaimSpan.End : ClaimSpan.Run, Ranges(map.Node("ranges"), map.File), map.Place, map.Text("untuned") != "false");

    private static TuneSizes? TuneSizes(YamlNode? node, string file)
    {
        if (node is not YamlMappingNode given)
        {
            return null;
        }

        var map = new Section(given, file);
        Placed<int>[]? seeds = map.Node("seeds") is not YamlSequenceNode list ? null
            : [.. Seeds(list, file).Zip(list, (seed, at) => new Placed<int>(seed, YamlText.PlaceOf(at, file)))];
        return new TuneSizes((int?)map.Whole("budget"), seeds is null ? (int?)map.Whole("seeds") : null, seeds, map.Whole("steps"), map.Place);
    }

    private static IReadOnlyList<(string, Place, IReadOnlyList<string>)> Product(YamlNode? node, string file) => node is not YamlMappingNode map ? [] :
        [.. map.Select(entry => (Name(entry.Key), YamlText.PlaceOf(entry.Key, file), (IReadOnlyList<string>)[.. ((YamlSequenceNode)entry.Value).Select(Name)]))];

    private static IReadOnlyList<(string, Placed<string>)> Options(YamlNode? node, string file) => node is not YamlMappingNode map ? [] :
        [.. map.Select(entry => (Name(entry.Key), new Placed<string>(Name(entry.Value), YamlText.PlaceOf(entry.Key, file))))];

    private static SizesEntry Sizes(Section map) => new()
    {
        SeedCount = map.Node("seeds") is YamlScalarNode ? (int?)map.Whole("seeds") : null,
        Seeds = map.Node("seeds") is YamlSequenceNode list ? Seeds(list, map.File) : null,
        Steps = map.Whole("steps"),
        Rows = (int?)map.Whole("rows"),
        MeasureEvery = map.Whole("measure_every"),
        EvaluationEpisodes = (int?)map.Whole("evaluation_episodes"),
        ExactGap = (int?)map.Whole("exact_gap"),
        MaxEpisodeSteps = (int?)map.Whole("max_episode_steps"),
        Options = Options(map.Node("options"), map.File),
        Tune = TuneSizes(map.Node("tune"), map.File),

        // Of the study itself they are the lists that a scale chooses of.
        Environments = map.IsScale ? map.Names("environments") : null,
        Methods = map.IsScale ? map.Names("methods") : null,
    };

    private static int[] Seeds(YamlSequenceNode list, string file)
    {
        int[] seeds = [.. list.Select(node => (int)NumberShape.Number(Name(node))!.Value)];
        for (int i = 1; i < seeds.Length; i++)
        {
            if (seeds.AsSpan(0, i).Contains(seeds[i]))
            {
                throw YamlText.PlaceOf(list[i], file).Error($"the seed {seeds[i]} is named twice");
            }
        }

        return seeds;
    }

    private static FigureEntry Figure(YamlNode node, string file)
    {
        if (node is YamlScalarNode scalar)
        {
            return new FigureEntry(new ComparisonFigure(scalar.Value!), []);
        }

        var map = new Section((YamlMappingNode)node, file);
        IReadOnlyList<Placed<string>> methods = map.Names("methods") ?? [];
        return new FigureEntry(
            new ComparisonFigure(map.Text("metric")!, Axis(map.Text("axis")), map.Text("log") == "true", map.Text("title"),
                methods.Count > 0 ? [.. methods.Select(method => method.Value)] : null),
            methods);
    }

    private static FigureAxis Axis(string? name) => name switch { "updates" => FigureAxis.Updates, "time" => FigureAxis.Time, _ => FigureAxis.Steps };

    private static ComparisonColumn Column(Section map) =>
        new(map.Text("heading") ?? map.Text("metric")!, map.Text("metric")!, map.Text("format") ?? "0.000", map.Text("value") == "last");

    private static ClaimEntry Claim(Section map)
    {
        Placed<string> better = map.Placed("better")!, than = map.Placed("than")!;
        ClaimKind kind = map.Text("kind") switch { "not-worse" => ClaimKind.NotWorse, "equivalent" => ClaimKind.Equivalent, _ => ClaimKind.Superior };
        double? margin = map.Text("margin") is { } text ? NumberShape.Number(text) : null;
        return new ClaimEntry(
            new ComparisonClaim(map.Text("text") ?? "", better.Value, than.Value, kind)
            {
                Metric = map.Text("metric"),
                Over = map.Text("over") == "end" ? ClaimSpan.End : ClaimSpan.Run,
                At = Axis(map.Text("at")),
                Margin = margin,
            },
            better.Place, than.Place, map.Place);
    }

    /// <summary>A mapping that has been checked.</summary>
    private sealed class Section(YamlMappingNode map, string file)
    {
        public string File => file;

        public bool IsScale { get; init; }

        public Place Place => YamlText.PlaceOf(map, file);

        public YamlNode? Node(string key) => YamlText.Child(map, key);

        public string? Text(string key) => (Node(key) as YamlScalarNode)?.Value;

        public long? Whole(string key) => Text(key) is { } text ? (long)NumberShape.Number(text)!.Value : null;

        public YamlNode[]? List(string key) => (Node(key) as YamlSequenceNode)?.Children.ToArray();

        public Placed<string>? Placed(string key) => Node(key) is YamlScalarNode node ? new(node.Value!, YamlText.PlaceOf(node, file)) : null;

        // One name, or a list of them.
        public IReadOnlyList<Placed<string>>? Names(string key) => Node(key) switch
        {
            YamlScalarNode node => [new(node.Value!, YamlText.PlaceOf(node, file))],
            YamlSequenceNode list => [.. list.Select(node => new Placed<string>(Name(node), YamlText.PlaceOf(node, file)))],
            _ => null,
        };
    }
}
