using Dyad.Studies.Results;

namespace Dyad.Report;

/// <summary>
/// One name a line on the whole page. Folders have short labels and legends have the paper's words: a line of a chart is the one whose
/// last value is the group's mean.
/// </summary>
internal sealed class LineNames
{
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly List<string> _order;

    private LineNames(IEnumerable<string> order) => _order = [.. order.Distinct()];

    /// <summary>All names that charts of the study have, in the order of the first legend that has them: colours go by it.</summary>
    public IReadOnlyList<string> Order => _order;

    /// <summary>The names of a study.</summary>
    public static LineNames Of(StudyResult study)
    {
        LineChart[] charts = [.. study.Charts.OfType<LineChart>()];
        var names = new LineNames(study.Charts.SelectMany(chart => chart switch
        {
            LineChart lines => lines.Series.Select(series => series.Label),
            FieldChart field => field.Labels,
            _ => [],
        }));
        string[] labels = [.. study.Groups.Select(group => group.Label).Distinct()];
        HashSet<string> drawn = [.. names._order];
        foreach (string label in labels.Where(label => !drawn.Contains(label)))
        {
            // The same line in each chart that ends where the group does, and no other one.
            string[] found = [.. charts.SelectMany(chart => chart.Series.Where(series => study.Groups.Any(group => group.Label == label && Ends(series, group)))).Select(series => series.Label).Distinct()];
            if (found.Length == 1)
            {
                names._names[label] = found[0];
            }
        }

        // Two folders under one name would be told apart by nothing.
        foreach (IGrouping<string, KeyValuePair<string, string>> twice in names._names.GroupBy(entry => entry.Value).Where(group => group.Count() > 1).ToArray())
        {
            foreach ((string label, _) in twice)
            {
                names._names.Remove(label);
            }
        }

        return names;
    }

    /// <summary>The name of a label, which is itself where no line is known to be it.</summary>
    public string this[string label] => _names.GetValueOrDefault(label, label);

    /// <summary>The name of a line of options: a label, or a label with its task behind a comma.</summary>
    public string OfLine(string line)
    {
        if (_names.TryGetValue(line, out string? name))
        {
            return name;
        }

        int comma = line.LastIndexOf(", ", StringComparison.Ordinal);
        return comma > 0 && _names.TryGetValue(line[..comma], out name) ? name + line[comma..] : line;
    }

    /// <summary>Groups in the order of the legend, tasks in theirs.</summary>
    public IReadOnlyList<GroupSummary> Sorted(IReadOnlyList<GroupSummary> groups)
    {
        string[] tasks = [.. groups.Select(group => group.Environment).Distinct()];
        return [.. groups.Select((group, i) => (group, i)).OrderBy(x => Array.IndexOf(tasks, x.group.Environment)).ThenBy(x => Place(x.group.Label)).ThenBy(x => x.i).Select(x => x.group)];
    }

    private int Place(string label) => _order.IndexOf(this[label]) is >= 0 and var place ? place : int.MaxValue;

    private static bool Ends(Series series, GroupSummary group) =>
        series.Mean.Length > 0 && series.Seeds == group.Seeds.Count && double.IsFinite(group.Mean)
        && Math.Abs(series.Mean[^1] - group.Mean) <= 1e-9 * Math.Max(1, Math.Abs(group.Mean));
}
