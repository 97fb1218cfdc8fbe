using Dyad.Studies.Results;

namespace Dyad.Report;

/// <summary>Final values of each group of runs: what a paper's table would hold, and the value of each seed.</summary>
internal static class FinalValues
{
    /// <summary>Longer tables are folded: the study's own say what matters.</summary>
    private const int LargestOpen = 12;

    private const string None = "\u2013";

    public static void Write(HtmlBuilder html, LineNames names, IReadOnlyList<GroupSummary> groups, Headings headings)
    {
        if (groups.Count == 0)
        {
            return;
        }

        headings.Part(html, "Final values");
        foreach (IGrouping<string, GroupSummary> metric in groups.GroupBy(group => group.Metric))
        {
            // The same order, and the same names, as in the legends.
            WriteMetric(html, metric.Key, [.. names.Sorted([.. metric]).Select(group => group with { Label = names[group.Label] })]);
        }
    }

    private static void WriteMetric(HtmlBuilder html, string metric, IReadOnlyList<GroupSummary> groups)
    {
        bool middle = groups.Any(group => group.InterquartileMean is not null);
        string[] columns =
            ["Method", "Environment", "Mean \u00b1 std", "95 % interval", .. middle ? ["IQM", "95 % interval of the IQM"] : Array.Empty<string>(), "Seeds"];
        if (middle)
        {
            html.Line($"""
                <p class="about">{metric}: mean and sample standard deviation over seeds, interquartile mean (IQM), and their
                95 % intervals.</p>
                """);
        }
        else
        {
            html.Line($"""<p class="about">{metric}: mean and sample standard deviation over seeds, and the 95 % interval of the mean.</p>""");
        }

        bool folded = groups.Count > LargestOpen;
        if (folded)
        {
            html.Line($"""<details class="numbers"><summary>All {groups.Count} rows</summary>""");
        }

        TableMarkup.Write(html, $"Final values of {metric}", columns, [.. groups.Select(group => Summary(group, middle))]);
        if (folded)
        {
            html.Line($"</details>");
        }

        html.Line($"""<details class="numbers"><summary>Values of each seed</summary>""");
        TableMarkup.Write(html, $"{metric} of each seed", ["Method", "Environment", "Seed: value"], [.. groups.Select(BySeed)]);
        html.Line($"</details>");
    }

    private static string[] Summary(GroupSummary group, bool middle)
    {
        // One row, one unit, one number of decimals.
        int decimals = Numbers.DecimalsFor(group.Mean);
        string mean = Numbers.Fixed(group.Mean, decimals);
        return
        [
            group.Label,
            group.Environment,
            group.Seeds.Count > 1 ? $"{mean} \u00b1 {Numbers.Fixed(group.StandardDeviation, decimals)}" : mean,
            Range(group.Interval),
            .. middle ? [group.InterquartileMean is { } value ? Numbers.Fixed(value, decimals) : None, Range(group.InterquartileMeanInterval)] : Array.Empty<string>(),
            Numbers.Fixed(group.Seeds.Count, 0),
        ];

        string Range(Interval? interval) => interval is null || group.Seeds.Count < 2 ? None : Numbers.Range(interval.Low, interval.High, decimals);
    }

    private static string[] BySeed(GroupSummary group) =>
    [
        group.Label,
        group.Environment,
        string.Join(", ", group.Seeds.Zip(group.Values, (seed, value) => $"{Numbers.Fixed(seed, 0)}: {Numbers.Short(value)}")),
    ];
}
