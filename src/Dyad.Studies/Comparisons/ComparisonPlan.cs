namespace Dyad.Studies.Comparisons;

/// <summary>A line of a comparison.</summary>
/// <param name="Label">Name in folders.</param>
/// <param name="Legend">Name in charts and sentences.</param>
internal sealed record ComparisonLine(string Label, string Legend);

/// <summary>What a claim says of two lines.</summary>
internal enum ClaimKind
{
    /// <summary>The first is better.</summary>
    Superior,

    /// <summary>The first is at least as good: worse by less than a margin at most.</summary>
    NotWorse,

    /// <summary>The two are comparable: apart by less than a margin.</summary>
    Equivalent,
}

/// <summary>What of a run is compared.</summary>
internal enum ClaimSpan
{
    /// <summary>The mean over the run, which is the area under the curve.</summary>
    Run,

    /// <summary>The mean over the last tenth of the rows.</summary>
    End,
}

/// <summary>A claim that holds one line against another.</summary>
/// <param name="Text">The claim, in our words; empty where there is none and the measurement is new.</param>
/// <param name="Label">Label of the line that the claim is about.</param>
/// <param name="Against">Label of the other.</param>
/// <param name="Kind">What it says of the two.</param>
internal sealed record ComparisonClaim(string Text, string Label, string Against, ClaimKind Kind = ClaimKind.Superior)
{
    /// <summary>What is compared; the comparison's metric if null.</summary>
    public string? Metric { get; init; }

    /// <summary>What of a run is compared.</summary>
    public ClaimSpan Over { get; init; }

    /// <summary>What both lines have spent as much of where they are compared.</summary>
    public FigureAxis At { get; init; }

    /// <summary>The margin; a tenth of the other's improvement over the random policy if null.</summary>
    public double? Margin { get; init; }
}

/// <summary>What a figure is drawn over, and what is held equal.</summary>
internal enum FigureAxis
{
    /// <summary>Steps of the run.</summary>
    Steps,

    /// <summary>Updates of the critic.</summary>
    Updates,

    /// <summary>Processor time, or wall time where not all runs have recorded that.</summary>
    Time,
}

/// <summary>A figure of a comparison.</summary>
/// <param name="Metric">What is drawn.</param>
/// <param name="Axis">What it is drawn over.</param>
/// <param name="Log">Whether the vertical axis is logarithmic.</param>
/// <param name="Title">Heading; by metric and axis if null.</param>
/// <param name="Labels">Labels of its lines; all if null.</param>
internal sealed record ComparisonFigure(
    string Metric, FigureAxis Axis = FigureAxis.Steps, bool Log = false, string? Title = null, IReadOnlyList<string>? Labels = null);

/// <summary>A further column of a table: the mean of a metric over the run, or the last value of a counter.</summary>
internal sealed record ComparisonColumn(string Heading, string Metric, string Format, bool IsCounter = false);

/// <summary>Lines on tasks, with learning curves and claims: what <see cref="Comparison"/> says of runs.</summary>
internal sealed record ComparisonPlan
{
    /// <summary>Metric that is compared.</summary>
    public string Metric { get; init; } = "eval/return";

    /// <summary>The figures; the metric over steps and over time if null.</summary>
    public IReadOnlyList<ComparisonFigure>? Figures { get; init; }

    /// <summary>Title of the axis of steps.</summary>
    public string XTitle { get; init; } = "environment steps";

    /// <summary>Value of the metric whose first step is told; null where none is.</summary>
    public double? Threshold { get; init; }

    /// <summary>Further columns of the table.</summary>
    public IReadOnlyList<ComparisonColumn> Columns { get; init; } = [];

    /// <summary>The lines, in the order of the legend.</summary>
    public required IReadOnlyList<ComparisonLine> Lines { get; init; }

    /// <summary>What is held against the runs.</summary>
    public IReadOnlyList<ComparisonClaim> Claims { get; init; } = [];
}
