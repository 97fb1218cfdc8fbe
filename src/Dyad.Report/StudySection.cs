using Dyad.Studies.Results;

namespace Dyad.Report;

/// <summary>One study: its question, what was found, the charts and tables behind it, and how to repeat it.</summary>
internal static class StudySection
{
    public static void Write(HtmlBuilder html, StudyResult study, string id)
    {
        html.Line($"""<section class="study" id="{id}">""");
        html.Line($"<h2>{study.Title}</h2>");
        html.Line($"""<p class="source">{study.Source} &middot; <code>{study.Study}</code> at {study.Scale} scale</p>""");
        html.Line($"""<p class="question">{study.Question}</p>""");
        OptionMarkup.WriteFailures(html, study);
        FindingList.Write(html, study.Findings);
        WriteCharts(html, study.Charts, id);
        FinalValues.Write(html, study.Groups);
        foreach (var table in study.Tables)
        {
            html.Line($"<h3>{table.Title}</h3>");
            TableMarkup.Write(html, table.Title, table.Columns, table.Rows);
        }

        OptionMarkup.Write(html, study.Options);
        WriteNotes(html, study.Notes);
        html.Line($"<h3>Repeat it</h3>");
        html.Line($"""
            <div class="command"><pre><code>{study.Command}</code></pre>
            <button type="button" class="copy" hidden>Copy</button></div>
            """);
        html.Line($"</section>");
    }

    private static void WriteCharts(HtmlBuilder html, IReadOnlyList<Chart> charts, string study)
    {
        if (charts.Count == 0) return;
        html.Line($"""<div class="charts {(charts.Count > 1 ? "several" : "one")}">""");
        foreach (var chart in charts) ChartFigure.Write(html, chart, $"{study}-{chart.Id}");
        html.Line($"</div>");
    }

    private static void WriteNotes(HtmlBuilder html, IReadOnlyList<string> notes)
    {
        if (notes.Count == 0) return;
        html.Line($"<h3>Choices the paper leaves open, and deviations</h3>");
        html.Line($"""<ul class="notes">""");
        foreach (string note in notes) html.Line($"<li>{note}</li>");
        html.Line($"</ul>");
    }
}
