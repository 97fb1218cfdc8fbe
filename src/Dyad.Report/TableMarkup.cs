namespace Dyad.Report;

/// <summary>
/// A table whose columns of numbers stand on the right. Where it is wider than its room, the page shows each row as a block of names and
/// values, for which each cell knows its column.
/// </summary>
internal static class TableMarkup
{
    /// <summary>Adds a table; its name is for those who hear the page.</summary>
    public static void Write(
        HtmlBuilder html, string name, IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        bool[] isNumber = [.. Enumerable.Range(0, columns.Count).Select(column => column > 0 && IsNumeric(rows, column))];
        html.Line($"""<div class="scroll" role="region" aria-label="{name}"><table>""");
        html.Line($"<thead><tr>");
        for (int i = 0; i < columns.Count; i++)
        {
            html.Line($"""<th scope="col" class="{Class(isNumber[i])}">{columns[i]}</th>""");
        }

        html.Line($"</tr></thead>");
        html.Line($"<tbody>");
        foreach (IReadOnlyList<string> row in rows)
        {
            html.Line($"<tr>");
            html.Line($"""<th scope="row">{new Prose(row[0])}</th>""");
            for (int i = 1; i < row.Count; i++)
            {
                html.Line($"""<td class="{Class(isNumber[i])}" data-column="{columns[i]}"><span>{new Prose(row[i])}</span></td>""");
            }

            html.Line($"</tr>");
        }

        html.Line($"</tbody></table></div>");
    }

    private static string Class(bool isNumber) => isNumber ? "number" : "text";

    private static bool IsNumeric(IReadOnlyList<IReadOnlyList<string>> rows, int column) =>
        rows.All(row => column < row.Count && (row[column].Length == 0 || IsNumericStart(row[column][0])));

    private static bool IsNumericStart(char c) =>
        char.IsAsciiDigit(c) || "+-\u2212\u2013\u00b1<>[(\u221e\u2248".Contains(c, StringComparison.Ordinal);
}
