using Dyad.Studies.Comparisons;
using Dyad.Studies.Tuning;

namespace Dyad.Studies.Files;

/// <summary>A value with the place where it stands.</summary>
internal sealed record Placed<T>(T Value, Place Place);

/// <summary>A method of a study file.</summary>
/// <param name="Method">Name of the method.</param>
/// <param name="Name">Name in folders; null for the method with its own options.</param>
/// <param name="Legend">Name in charts; the name if null.</param>
/// <param name="Preset">Its preset; the study's if null.</param>
/// <param name="Options">Its own options.</param>
/// <param name="Place">Where it stands.</param>
internal sealed record MethodEntry(
    Placed<string> Method, string? Name, string? Legend, string? Preset, IReadOnlyList<(string Name, Placed<string> Value)> Options, Place Place)
{
    /// <summary>Lists of values by option that vary for this method alone.</summary>
    public IReadOnlyList<(string Name, Place Place, IReadOnlyList<string> Values)> Grid { get; init; } = [];

    /// <summary>Ranges that are searched for this method alone.</summary>
    public IReadOnlyList<TuneRange> Tune { get; init; } = [];
}

/// <summary>How the options of lines are chosen.</summary>
/// <param name="IsGrid">Whether all points of a grid are tried, and not points at random.</param>
/// <param name="Over">What of a run decides.</param>
/// <param name="Ranges">What is searched, over all methods that have the options.</param>
/// <param name="Place">Where it stands.</param>
/// <param name="Untuned">Whether each line is run without the search too.</param>
internal sealed record TuneEntry(bool IsGrid, ClaimSpan Over, IReadOnlyList<TuneRange> Ranges, Place Place, bool Untuned = true);

/// <summary>The sizes of a search.</summary>
/// <param name="Budget">Trials of each line.</param>
/// <param name="SeedCount">Number of selection seeds.</param>
/// <param name="Seeds">The selection seeds.</param>
/// <param name="Steps">Steps of a trial.</param>
/// <param name="Place">Where it stands.</param>
internal sealed record TuneSizes(int? Budget, int? SeedCount, IReadOnlyList<Placed<int>>? Seeds, long? Steps, Place Place)
{
    /// <summary>These sizes with those of a scale, which go before.</summary>
    public TuneSizes With(TuneSizes scale) => new(
        scale.Budget ?? Budget, scale.SeedCount ?? (scale.Seeds is null ? SeedCount : null), scale.Seeds ?? (scale.SeedCount is null ? Seeds : null), scale.Steps ?? Steps, Place);
}

/// <summary>The sizes of a study, or of one of its scales.</summary>
internal sealed record SizesEntry
{
    /// <summary>Number of seeds, from 0.</summary>
    public int? SeedCount { get; init; }

    /// <summary>The seeds.</summary>
    public IReadOnlyList<int>? Seeds { get; init; }

    /// <summary>Steps of a run.</summary>
    public long? Steps { get; init; }

    /// <summary>Rows of metrics of a run.</summary>
    public int? Rows { get; init; }

    /// <summary>Steps between two rows.</summary>
    public long? MeasureEvery { get; init; }

    /// <summary>Episodes of an evaluation.</summary>
    public int? EvaluationEpisodes { get; init; }

    /// <summary>Batches of the exact gap in each row; null where it is not measured.</summary>
    public int? ExactGap { get; init; }

    /// <summary>Steps of an episode.</summary>
    public int? MaxEpisodeSteps { get; init; }

    /// <summary>Options of all methods that have them.</summary>
    public IReadOnlyList<(string Name, Placed<string> Value)> Options { get; init; } = [];

    /// <summary>Sizes of the search for options.</summary>
    public TuneSizes? Tune { get; init; }

    /// <summary>Tasks; all if null.</summary>
    public IReadOnlyList<Placed<string>>? Environments { get; init; }

    /// <summary>Methods by name; all if null.</summary>
    public IReadOnlyList<Placed<string>>? Methods { get; init; }

    /// <summary>These sizes with those of a scale, which go before.</summary>
    public SizesEntry With(SizesEntry scale) => new()
    {
        SeedCount = scale.SeedCount ?? (scale.Seeds is null ? SeedCount : null),
        Seeds = scale.Seeds ?? (scale.SeedCount is null ? Seeds : null),
        Steps = scale.Steps ?? Steps,
        Rows = scale.Rows ?? (scale.MeasureEvery is null ? Rows : null),
        MeasureEvery = scale.MeasureEvery ?? (scale.Rows is null ? MeasureEvery : null),
        EvaluationEpisodes = scale.EvaluationEpisodes ?? EvaluationEpisodes,
        ExactGap = scale.ExactGap ?? ExactGap,
        MaxEpisodeSteps = scale.MaxEpisodeSteps ?? MaxEpisodeSteps,
        Options = [.. Options, .. scale.Options],
        Tune = scale.Tune is null ? Tune : Tune?.With(scale.Tune) ?? scale.Tune,
        Environments = scale.Environments ?? Environments,
        Methods = scale.Methods ?? Methods,
    };
}

/// <summary>A claim with the places of its lines.</summary>
internal sealed record ClaimEntry(ComparisonClaim Claim, Place Better, Place Than, Place Place);

/// <summary>A figure with the places of its lines.</summary>
internal sealed record FigureEntry(ComparisonFigure Figure, IReadOnlyList<Placed<string>> Methods);

/// <summary>What a study file says.</summary>
internal sealed record StudyDocument
{
    /// <summary>The file, for sentences.</summary>
    public required string File { get; init; }

    /// <summary>One line for a reader.</summary>
    public string? Title { get; init; }

    /// <summary>What is asked.</summary>
    public string? Question { get; init; }

    /// <summary>Where it comes from.</summary>
    public string? Source { get; init; }

    /// <summary>The tasks.</summary>
    public required IReadOnlyList<Placed<string>> Environments { get; init; }

    /// <summary>The methods.</summary>
    public required IReadOnlyList<MethodEntry> Methods { get; init; }

    /// <summary>Preset of methods that name none.</summary>
    public string? Preset { get; init; }

    /// <summary>Lists of values by option, whose product is taken.</summary>
    public IReadOnlyList<(string Name, Place Place, IReadOnlyList<string> Values)> Product { get; init; } = [];

    /// <summary>Points of options.</summary>
    public IReadOnlyList<IReadOnlyList<(string Name, Placed<string> Value)>> Points { get; init; } = [];

    /// <summary>How options are chosen; null where the file says them.</summary>
    public TuneEntry? Tune { get; init; }

    /// <summary>Sizes.</summary>
    public SizesEntry Sizes { get; init; } = new();

    /// <summary>Scales by name.</summary>
    public IReadOnlyDictionary<string, SizesEntry> Scales { get; init; } = new Dictionary<string, SizesEntry>();

    /// <summary>What is compared.</summary>
    public string Metric { get; init; } = "eval/return";

    /// <summary>Value of the metric whose first step is told.</summary>
    public double? Threshold { get; init; }

    /// <summary>Title of the axis of steps.</summary>
    public string? XTitle { get; init; }

    /// <summary>The figures; null for the default ones.</summary>
    public IReadOnlyList<FigureEntry>? Figures { get; init; }

    /// <summary>Columns of the table.</summary>
    public IReadOnlyList<ComparisonColumn> Columns { get; init; } = [];

    /// <summary>Claims.</summary>
    public IReadOnlyList<ClaimEntry> Claims { get; init; } = [];

    /// <summary>Notes.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
