using Dyad.Core;
using Dyad.Studies.Results;

namespace Dyad.Report;

/// <summary>The page around the studies: heading, contents, footer, and the script and style it carries with it.</summary>
public static class ReportPage
{
    /// <summary>The HTML of a report.</summary>
    /// <param name="title">Title of the page, and its heading where it has several studies; one alone is its own heading.</param>
    /// <param name="lead">What the reader sees here: a sentence or two, under that heading.</param>
    /// <param name="results">The studies, in the order of the page.</param>
    public static string Render(string title, string lead, IReadOnlyList<StudyResult> results)
    {
        using IDisposable culture = InvariantCulture.Begin();
        ArgumentNullException.ThrowIfNull(results);
        var html = new HtmlBuilder();
        PageFrame.Begin(html, title, PageAssets.Style);
        bool isAlone = results.Count == 1;
        html.Line($"<header>");
        if (!isAlone)
        {
            html.Line($"""
                <h1>{title}</h1>
                <p class="lead">{lead}</p>
                """);
        }

        html.Line($"""
            <noscript><p class="script-needed">The charts are drawn by JavaScript, which is switched off here; the findings and
            tables are complete without it.</p></noscript>
            </header>
            """);
        if (!isAlone)
        {
            WriteContents(html, results);
        }

        html.Line($"<main>");
        if (!isAlone)
        {
            FindingList.WriteKey(html, results);
        }

        for (int i = 0; i < results.Count; i++)
        {
            StudySection.Write(html, results[i], Anchor(i), isAlone);
        }

        if (isAlone)
        {
            FindingList.WriteKey(html, results);
        }

        html.Line($"</main>");
        WriteFooter(html, results);
        PageFrame.End(html, PageAssets.Script);
        return html.ToString();
    }

    private static string Anchor(int index) => "study-" + Numbers.Fixed(index + 1, 0);

    private static void WriteContents(HtmlBuilder html, IReadOnlyList<StudyResult> results)
    {
        html.Line($"""<nav aria-label="Contents"><h2>Contents</h2><ol>""");
        for (int i = 0; i < results.Count; i++)
        {
            html.Line($"""<li><a href="#{Anchor(i)}">{new Prose(results[i].Title)}</a>""");
            FindingList.WriteCounts(html, results[i].Findings);
            html.Line($"</li>");
        }

        html.Line($"</ol></nav>");
    }

    private static void WriteFooter(HtmlBuilder html, IReadOnlyList<StudyResult> results)
    {
        string versions = string.Join(", ", results.SelectMany(result => result.Version.Split(", ")).Distinct());
        string machines = string.Join("; ", results.SelectMany(result => result.Machine.Split("; ")).Distinct());
        string time = Numbers.Duration(results.Sum(result => result.ComputingSeconds));
        html.Line($"<footer><p>Dyad {versions} &middot; {machines} &middot; {time} of computing in all</p></footer>");
    }
}
