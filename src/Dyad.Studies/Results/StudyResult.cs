using System.Text.Json.Serialization;
using Dyad.Core;

namespace Dyad.Studies.Results;

/// <summary>
/// What a study found: the content of its <c>summary.json</c>, and all that a report needs to show it.
/// </summary>
/// <param name="Study">Name, for example <c>wen2021/fig1</c>.</param>
/// <param name="Title">One line for a reader who has not seen the paper.</param>
/// <param name="Source">Where the figure or claim comes from, for example "Wen et al. 2021, figure 1".</param>
/// <param name="Question">What is asked, and how it is measured: one short paragraph.</param>
/// <param name="Scale"><c>quick</c> or <c>paper</c>.</param>
/// <param name="Command">The command that repeats it.</param>
/// <param name="Findings">What was measured, beside what the paper claims.</param>
/// <param name="Charts">The figures, with their data.</param>
/// <param name="Tables">Further numbers.</param>
/// <param name="Groups">Final returns by label and environment.</param>
/// <param name="Notes">Choices that the paper leaves open, and deviations from it.</param>
/// <param name="Version">Version of Dyad that computed the runs; of several releases each, with commas.</param>
/// <param name="Machine">Processor, cores and operating system of what computed the runs; of several machines each, with semicolons.</param>
/// <param name="WallSeconds">Seconds of computing by the clock, summed over the runs.</param>
/// <param name="Failures">Runs that failed, and are in no number; null where none did.</param>
/// <param name="Options">The options of each line; null in a summary from before there was that.</param>
/// <param name="CpuSeconds">Seconds of processor time, summed over the runs; null where a run has not recorded it.</param>
public sealed record StudyResult(
    string Study,
    string Title,
    string Source,
    string Question,
    string Scale,
    string Command,
    IReadOnlyList<Finding> Findings,
    IReadOnlyList<Chart> Charts,
    IReadOnlyList<DataTable> Tables,
    IReadOnlyList<GroupSummary> Groups,
    IReadOnlyList<string> Notes,
    string Version,
    string Machine,
    double WallSeconds,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<FailedRun>? Failures = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] OptionTable? Options = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? CpuSeconds = null)
{
    /// <summary>The format that is written, and the newest that is read: <c>docs/studies.md</c> describes it.</summary>
    public const int NewestFormat = 1;

    private readonly int _format = NewestFormat;

    /// <summary>What computing it took, which on a shared machine is processor time and not the clock's, where it is known.</summary>
    [JsonIgnore]
    public double ComputingSeconds => CpuSeconds ?? WallSeconds;

    /// <summary>The format of the summary; one without a number is of format 1.</summary>
    /// <exception cref="UserError">It is of a later release.</exception>
    [JsonPropertyOrder(-1)]
    public int Format
    {
        get => _format;
        init => _format = value is >= 1 and <= NewestFormat
            ? value
            : throw new UserError($"a summary of format {value} was met, and this release of Dyad reads {NewestFormat}: read it with the release that wrote it");
    }
}

/// <summary>A run that failed.</summary>
/// <param name="Label">Its variant.</param>
/// <param name="Environment">Its task.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Sentence">What went wrong.</param>
public sealed record FailedRun(string Label, string Environment, int Seed, string Sentence);

/// <summary>The options of the lines of a study, from their resolved configurations.</summary>
/// <param name="Lines">The lines, in the order of the legend.</param>
/// <param name="Differing">Options in which lines differ, the most telling first; of a line that has no such option the value is empty.</param>
/// <param name="Shared">Options that are the same in all lines, with one value each.</param>
public sealed record OptionTable(IReadOnlyList<string> Lines, IReadOnlyList<OptionRow> Differing, IReadOnlyList<OptionRow> Shared);

/// <summary>An option with its values.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Values">A value for each line, or one for all.</param>
public sealed record OptionRow(string Name, IReadOnlyList<string> Values);

/// <summary>One claim held against what was measured.</summary>
/// <param name="Claim">What the source says, in our words.</param>
/// <param name="Measured">One sentence with the numbers, their interval and the number of seeds.</param>
/// <param name="Verdict">How the two compare.</param>
public sealed record Finding(string Claim, string Measured, Verdict Verdict);

/// <summary>How a measurement compares with a claim.</summary>
public enum Verdict
{
    /// <summary>The measurement supports the claim.</summary>
    Supported,

    /// <summary>The measurement supports a part of the claim, or does not tell.</summary>
    Unclear,

    /// <summary>The measurement contradicts the claim.</summary>
    Contradicted,

    /// <summary>There is no claim: the measurement is new.</summary>
    New,

    /// <summary>Supported or contradicted by a choice that the source leaves open; the measurement names it.</summary>
    Depends,
}

/// <summary>A figure with its data.</summary>
/// <param name="Id">Short name, unique in its study; letters, digits and dashes.</param>
/// <param name="Title">Heading of the chart.</param>
/// <param name="XTitle">Label of the horizontal axis, with its unit.</param>
/// <param name="YTitle">Label of the vertical axis, with its unit.</param>
/// <param name="Caption">What is drawn, and what to look at.</param>
public abstract record Chart(string Id, string Title, string XTitle, string YTitle, string Caption);

/// <summary>A table of numbers or short texts, already formatted.</summary>
public sealed record DataTable(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows);

/// <summary>Final values of the runs of one label on one environment.</summary>
/// <param name="Label">The method, or the variant of it.</param>
/// <param name="Environment">The task.</param>
/// <param name="Metric">Name of the metric that is summarised, for example <c>eval/return</c>.</param>
/// <param name="Seeds">The seeds, in the order of <paramref name="Values"/>.</param>
/// <param name="Values">Final value of each seed.</param>
/// <param name="Mean">Mean over seeds.</param>
/// <param name="StandardDeviation">Sample standard deviation over seeds; 0 for one seed.</param>
/// <param name="InterquartileMean">Mean of the middle half of the seeds; null with fewer than eight.</param>
/// <param name="Interval">95 % interval of the mean; null for one value, which has none.</param>
/// <param name="InterquartileMeanInterval">95 % bootstrap interval of the interquartile mean; null with fewer than eight seeds.</param>
public sealed record GroupSummary(
    string Label,
    string Environment,
    string Metric,
    IReadOnlyList<int> Seeds,
    IReadOnlyList<double> Values,
    double Mean,
    double StandardDeviation,
    double? InterquartileMean,
    Interval? Interval,
    Interval? InterquartileMeanInterval)
{
    /// <summary>The summary of some final values.</summary>
    public static GroupSummary Of(string label, string environment, string metric, IReadOnlyList<int> seeds, IReadOnlyList<double> values)
    {
        bool middle = values.Count >= Statistics.SeedsForMiddle;
        return new GroupSummary(
            label, environment, metric, seeds, values, Statistics.Mean(values), Statistics.StandardDeviation(values),
            middle ? Statistics.InterquartileMean(values) : null,
            values.Count > 1 ? Statistics.MeanInterval(values) : null,
            middle ? Statistics.InterquartileMeanInterval(values) : null);
    }
}

/// <summary>An interval of numbers.</summary>
public sealed record Interval(double Low, double High);
