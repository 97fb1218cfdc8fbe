using Dyad.Studies.Results;

namespace Dyad.Report;

/// <summary>What the lines of a study are made of: options in which they differ first, then those that all share.</summary>
internal static class OptionMarkup
{
    // More are folded away.
    private const int ShownLines = 12;

    /// <summary>Adds the options; nothing for a summary that holds none.</summary>
    public static void Write(HtmlBuilder html, OptionTable? options, LineNames names, Headings headings)
    {
        if (options is null)
        {
            return;
        }

        headings.Part(html, "Options");
        string differing = options.Differing.Count == 0
            ? options.Lines.Count == 1 ? "" : "All lines have the same options. "
            : $"The lines differ in {string.Join(", ", options.Differing.Select(row => row.Name))}; nothing else differs. ";
        if (differing.Length > 0)
        {
            html.Line($"<p>{differing}</p>");
        }

        if (options.Differing.Count > 0)
        {
            bool folded = options.Lines.Count > ShownLines;
            if (folded)
            {
                html.Line($"""<details class="numbers"><summary>By line ({Numbers.Fixed(options.Lines.Count, 0)} lines)</summary>""");
            }

            TableMarkup.Write(
                html, "Options in which lines differ", ["line", .. options.Differing.Select(row => row.Name)],
                [.. options.Lines.Select((line, i) => (IReadOnlyList<string>)[names.OfLine(line), .. options.Differing.Select(row => Shown(row.Values[i]))])]);
            if (folded)
            {
                html.Line($"</details>");
            }
        }

        if (options.Shared.Count > 0)
        {
            html.Line($"""<details class="numbers"><summary>{(options.Lines.Count == 1 ? "All options" : "Options that all lines share")}</summary>""");
            TableMarkup.Write(html, "Options that all lines share", ["option", "value"], [.. options.Shared.Select(row => (IReadOnlyList<string>)[row.Name, Shown(row.Values[0])])]);
            html.Line($"</details>");
        }
    }

    // A line that has no such option.
    private static string Shown(string value) => value.Length == 0 ? "\u2013" : value;
}
