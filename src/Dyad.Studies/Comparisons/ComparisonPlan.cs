using Dyad.Training;

namespace Dyad.Studies.Comparisons;

/// <summary>A line of a comparison: a method with options on top of the plan's preset.</summary>
/// <param name="Label">Name in folders.</param>
/// <param name="Legend">Name in charts and sentences.</param>
/// <param name="Method">The method.</param>
/// <param name="Changes">Options by name.</param>
internal sealed record ComparisonLine(string Label, string Legend, string Method, params (string Name, string Value)[] Changes);

/// <summary>A claim that one line does better than another.</summary>
/// <param name="Text">The claim, in our words; empty where there is none and the measurement is new.</param>
/// <param name="Label">Label of the line that should do better.</param>
/// <param name="Against">Label of the other.</param>
internal sealed record ComparisonClaim(string Text, string Label, string Against);

/// <summary>Methods on one task, learning curves and claims: what <see cref="ComparisonStudy"/> runs.</summary>
/// <param name="Name">Name on the command line.</param>
/// <param name="Title">One line for a reader who has not seen the paper.</param>
/// <param name="Source">Where the figure comes from.</param>
/// <param name="Environment">The task.</param>
internal sealed record ComparisonPlan(string Name, string Title, string Source, string Environment)
{
    /// <summary>Preset of all lines.</summary>
    public string Preset { get; init; } = AgentPreset.Correct;

    /// <summary>What is asked.</summary>
    public required string Question { get; init; }

    /// <summary>Environment steps of a run.</summary>
    public required (long Quick, long Paper) Steps { get; init; }

    /// <summary>Rows of metrics of a run.</summary>
    public (int Quick, int Paper) Rows { get; init; } = (5, 100);

    /// <summary>Seeds of a line.</summary>
    public (int Quick, int Paper) Seeds { get; init; } = (2, 10);

    /// <summary>Episodes of an evaluation.</summary>
    public (int Quick, int Paper) Episodes { get; init; } = (1, 10);

    /// <summary>Options of all lines at quick scale.</summary>
    public IReadOnlyList<(string Name, string Value)> QuickChanges { get; init; } = [];

    /// <summary>Metric that is compared.</summary>
    public string Metric { get; init; } = "eval/return";

    /// <summary>Further metrics that get a chart where every line has them.</summary>
    public IReadOnlyList<string> Charts { get; init; } = [];

    /// <summary>Columns of the table: metrics by heading, means over the run.</summary>
    public IReadOnlyList<(string Heading, string Metric, string Format)> Columns { get; init; } = [];

    /// <summary>The lines, in the order of the legend.</summary>
    public required IReadOnlyList<ComparisonLine> Lines { get; init; }

    /// <summary>What is held against the runs.</summary>
    public IReadOnlyList<ComparisonClaim> Claims { get; init; } = [];

    /// <summary>Choices and deviations.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
