using System.Text.Json.Serialization;

namespace Dyad.Studies.Results;

/// <summary>A line chart: one line a series, with a band where the series has one.</summary>
/// <param name="Id">Short name, unique in its study; letters, digits and dashes.</param>
/// <param name="Title">Heading of the chart.</param>
/// <param name="XTitle">Label of the horizontal axis, with its unit.</param>
/// <param name="YTitle">Label of the vertical axis, with its unit.</param>
/// <param name="LogY">Whether the vertical axis is logarithmic.</param>
/// <param name="Caption">What the lines and bands are, and what to look at.</param>
/// <param name="Series">The lines, in the order of the legend.</param>
/// <param name="LogX">Whether the horizontal axis is logarithmic.</param>
public sealed record LineChart(
    string Id,
    string Title,
    string XTitle,
    string YTitle,
    bool LogY,
    string Caption,
    IReadOnlyList<Series> Series,
    bool LogX = false) : Chart(Id, Title, XTitle, YTitle, Caption);

/// <summary>One line of a chart. All arrays have the same length.</summary>
/// <param name="Label">Legend.</param>
/// <param name="X">Positions, increasing.</param>
/// <param name="Mean">Mean over seeds.</param>
/// <param name="Low">Lower edge of the band; null for a line without a band.</param>
/// <param name="High">Upper edge of the band; null for a line without a band.</param>
/// <param name="Seeds">Number of runs behind the line.</param>
/// <param name="Each">The line of each seed, where a chart shows them under the mean; null where it does not.</param>
public sealed record Series(
    string Label,
    double[] X,
    double[] Mean,
    double[]? Low,
    double[]? High,
    int Seeds,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<SeedLine>? Each = null)
{
    /// <summary>Whether all arrays have the same length.</summary>
    internal bool IsWhole => Mean.Length == X.Length && (Low?.Length ?? X.Length) == X.Length && (High?.Length ?? X.Length) == X.Length
        && Each?.All(line => line.X.Length == line.Y.Length) != false;
}

/// <summary>The line of one seed. Both arrays have the same length.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="X">Positions, increasing.</param>
/// <param name="Y">Its values.</param>
public sealed record SeedLine(int Seed, double[] X, double[] Y);
