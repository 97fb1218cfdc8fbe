using Dyad.Studies.Results;
using Dyad.Studies.Tuning;

namespace Dyad.Studies;

/// <summary>How large a study is run.</summary>
public enum StudyScale
{
    /// <summary>Under half a minute on two cores: shows the trend.</summary>
    Quick,

    /// <summary>The paper's sizes, with more seeds where that is cheap.</summary>
    Paper,
}

/// <summary>A study: a question, the runs that answer it, and how the answer is read from them.</summary>
public abstract class Study
{
    /// <summary>Name on the command line, for example <c>wen2021/fig1</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Folder under the output folder where <c>summary.json</c> goes; runs are in <c>NAME/LABEL/ENVIRONMENT</c>.</summary>
    public virtual string ResultFolder => Name;

    /// <summary>One line for a reader who has not seen the paper.</summary>
    public abstract string Title { get; }

    /// <summary>Where the figure or claim comes from.</summary>
    public abstract string Source { get; }

    /// <summary>What is asked, and how it is measured.</summary>
    public abstract string Question { get; }

    /// <summary>Choices that the paper leaves open, and deviations from it.</summary>
    public virtual IReadOnlyList<string> Notes => [];

    /// <summary>Metric whose final value is summarised for each group.</summary>
    public virtual string SummaryMetric => "eval/return";

    /// <summary>The first of consecutive seeds.</summary>
    public virtual int FirstSeed => 0;

    /// <summary>Differs where a study that is read from a file differs; empty for one that is part of the build.</summary>
    public virtual string Fingerprint => "";

    /// <summary>Whether finished runs of other seeds that lie beside those of a call belong to its summary.</summary>
    public virtual bool AddsUp => false;

    /// <summary>What is tried before the options of the lines are known; null where nothing is.</summary>
    internal virtual TuningPlan? Tuning(StudyScale scale) => null;

    /// <summary>The seeds of each variant.</summary>
    /// <param name="scale">How large the study is run.</param>
    /// <param name="count">How many; the study's own number if null.</param>
    public virtual IReadOnlyList<int> Seeds(StudyScale scale, int? count) => [.. Enumerable.Range(FirstSeed, count ?? DefaultSeeds(scale))];

    /// <summary>Number of seeds of each variant, unless the user asks for another number.</summary>
    public abstract int DefaultSeeds(StudyScale scale);

    /// <summary>The variants, in the order of the legend.</summary>
    public abstract IReadOnlyList<Variant> Variants(StudyScale scale);

    /// <summary>Reads findings, charts and tables from the finished runs.</summary>
    public abstract Analysis Analyze(StudyRuns runs);
}

/// <summary>What a study reads from its runs.</summary>
/// <param name="Findings">What was measured, beside what the source claims.</param>
/// <param name="Charts">The figures.</param>
/// <param name="Tables">Further numbers.</param>
public sealed record Analysis(
    IReadOnlyList<Finding> Findings, IReadOnlyList<Chart> Charts, IReadOnlyList<DataTable> Tables);
