namespace Dyad.Studies.Results;

/// <summary>What a <c>summary.json</c> of any content may lack although each of its values is of the right kind.</summary>
internal static class ResultCheck
{
    /// <summary>What is wrong, as the end of a sentence; null where nothing is.</summary>
    public static string? Fault(StudyResult result)
    {
        // Nullability is checked on reading, but not that of entries.
        IEnumerable<object?>[] lists =
        [
            result.Findings, result.Charts, result.Tables, result.Groups, result.Notes, result.Failures ?? [],
            result.Options?.Lines ?? [], result.Options?.Differing ?? [], result.Options?.Shared ?? [],
        ];
        if (lists.Concat(result.Charts.SelectMany(Lists)).Concat(result.Tables.OfType<DataTable>().SelectMany(Lists)).Any(list => list.Contains(null)))
        {
            return "a list holds an empty entry";
        }

        if (result.Charts.OfType<FieldChart>().Any(chart => !chart.HasWholeCurves)
            || result.Charts.OfType<LineChart>().SelectMany(chart => chart.Series).Any(series => !series.IsWhole))
        {
            return "a curve has not as many values of y as of x";
        }

        if (result.Charts.OfType<GridChart>().Any(chart => !chart.IsWhole))
        {
            return "a picture of a grid has not a value for each of its cells";
        }

        if (result.Tables.Any(table => table.Columns.Count == 0 || table.Rows.Any(row => row.Count != table.Columns.Count)))
        {
            return "a table has a row with more or fewer cells than columns";
        }

        return result.Groups.Any(group => group.Seeds.Count != group.Values.Count) ? "a group has not as many values as seeds" : null;
    }

    private static IEnumerable<IEnumerable<object?>> Lists(Chart? chart) => chart switch
    {
        LineChart lines => [lines.Series, .. lines.Series.Select(series => series?.Each).OfType<IReadOnlyList<SeedLine>>()],
        GridChart grid => [grid.Rows, grid.Lines, .. grid.Lines.Where(line => line is not null).SelectMany(Lists)],
        FieldChart field => [field.Streamlines, field.Trajectories, field.Points, field.Labels],
        _ => [],
    };

    private static IEnumerable<IEnumerable<object?>> Lists(DataTable table) => [table.Columns, table.Rows, .. table.Rows.Where(row => row is not null)];

    private static IEnumerable<IEnumerable<object?>> Lists(GridLine line) => [line.Frames, .. line.Frames.Where(frame => frame is not null).Select(frame => frame.Values)];
}
