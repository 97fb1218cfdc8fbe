using System.Text.RegularExpressions;
using Dyad.Studies.Results;

namespace Dyad.Report;

/// <summary>
/// One study: its question, the figure that answers it, what it says, then the details: how it was measured, the other figures, numbers,
/// options, and how to repeat it.
/// </summary>
internal sealed partial class StudySection
{
    // With more charts than this, metrics are folded by what they tell of.
    private const int FoldedFrom = 5;

    private const int LargestLead = 4;

    private readonly HtmlBuilder _html;
    private readonly StudyResult _study;
    private readonly string _id;
    private readonly Headings _headings;
    private readonly LineNames _names;

    private StudySection(HtmlBuilder html, StudyResult study, string id, bool isAlone)
    {
        (_html, _study, _id, _headings) = (html, study, id, new Headings(isAlone));
        _names = LineNames.Of(study);
    }

    /// <summary>Adds a study.</summary>
    /// <param name="html">The page.</param>
    /// <param name="study">The study.</param>
    /// <param name="id">Its anchor.</param>
    /// <param name="isAlone">Whether it is the page.</param>
    public static void Write(HtmlBuilder html, StudyResult study, string id, bool isAlone) => new StudySection(html, study, id, isAlone).Write();

    private void Write()
    {
        _html.Line($"""<section class="study" id="{_id}">""");
        _headings.Study(_html, _study.Title);
        _html.Line($"""<p class="source">{_study.Source} &middot; <code>{_study.Study}</code> at {_study.Scale} scale</p>""");
        WriteFailures();
        bool folds = _study.Charts.Count > FoldedFrom && _study.Charts.Any(IsMetric);

        // A study's own figures come in its order; of all metrics of a run the return is what it is about.
        Chart[] drawn = [.. _study.Charts.Where(chart => chart is not GridChart)];
        Chart[] charts = folds ? [.. drawn.OrderBy(chart => IsMetric(chart) && chart.YTitle == "eval/return" ? 0 : 1)] : drawn;

        // Vector fields are told apart side by side.
        int lead = Math.Min(LargestLead, Math.Max(Math.Min(1, charts.Length), charts.TakeWhile(chart => chart is FieldChart).Count()));
        WriteCharts("planes", charts[..lead], isLead: true);
        FindingList.Write(_html, _study.Findings, _headings);
        WriteGrids();
        _headings.Part(_html, "How it was measured");
        _html.Line($"""<div class="how"><p class="question">{new Prose(_study.Question)}</p>""");
        if (!_study.Charts.OfType<GridChart>().Any())
        {
            TaskPicture.Write(_html, [.. _study.Groups.Select(group => group.Environment).Distinct()]);
        }

        _html.Line($"</div>");
        WriteCharts("several", [.. charts.Skip(lead).Where(chart => !folds || !IsMetric(chart))], isLead: false);
        if (folds)
        {
            WriteFolded([.. charts.Skip(lead).Where(IsMetric)]);
        }

        FinalValues.Write(_html, _names, _study.Groups, _headings);
        foreach (DataTable table in _study.Tables)
        {
            _headings.Part(_html, table.Title);
            TableMarkup.Write(_html, table.Title, table.Columns, table.Rows);
        }

        OptionMarkup.Write(_html, _study.Options, _names, _headings);
        WriteNotes();
        WriteRepeat();
        _html.Line($"</section>");
    }

    private void WriteFailures()
    {
        if (_study.Failures is not { Count: > 0 } failures)
        {
            return;
        }

        int all = failures.Count + _study.Groups.Sum(group => group.Values.Count);
        _html.Line($"""<div class="failures" role="note"><p><strong>{Numbers.Fixed(failures.Count, 0)} of {Numbers.Fixed(all, 0)} runs failed</strong> and are in none of the numbers:</p><ul>""");
        foreach (FailedRun run in failures)
        {
            _html.Line($"<li>{run.Label}, {run.Environment}, seed {Numbers.Fixed(run.Seed, 0)}: {run.Sentence}</li>");
        }

        _html.Line($"</ul></div>");
    }

    private void WriteCharts(string layout, Chart[] charts, bool isLead)
    {
        if (charts.Length == 0)
        {
            return;
        }

        var figure = new ChartFigure(_html, _names, _headings);
        _html.Line($"""<div class="charts {(charts.Length > 1 ? layout : "one")}">""");
        foreach (Chart chart in charts)
        {
            figure.Write(chart, $"{_id}-{chart.Id}", isLead);
        }

        _html.Line($"</div>");
    }

    private void WriteGrids()
    {
        var figure = new ChartFigure(_html, _names, _headings);
        foreach (GridChart grid in _study.Charts.OfType<GridChart>())
        {
            figure.Write(grid, $"{_id}-{grid.Id}", isLead: false);
        }
    }

    private void WriteFolded(Chart[] charts)
    {
        foreach (string name in MetricGroup.All)
        {
            Chart[] inner = [.. charts.Where(chart => MetricGroup.Of(chart.YTitle) == name)];
            if (inner.Length == 0)
            {
                continue;
            }

            _html.Line($"""<details class="group"><summary>{name} <span class="count">{(inner.Length == 1 ? "1 chart" : $"{Numbers.Fixed(inner.Length, 0)} charts")}</span></summary>""");
            WriteCharts("several", inner, isLead: false);
            _html.Line($"</details>");
        }
    }

    private void WriteNotes()
    {
        if (_study.Notes.Count == 0)
        {
            return;
        }

        _headings.Part(_html, "Choices the paper leaves open, and deviations");
        _html.Line($"""<ul class="notes">""");
        foreach (string note in _study.Notes)
        {
            _html.Line($"<li>{new Prose(note)}</li>");
        }

        _html.Line($"</ul>");
    }

    private void WriteRepeat()
    {
        _headings.Part(_html, "Repeat it");
        _html.Line($"""
            <div class="command"><pre><code>{new Words(_study.Command)}</code></pre>
            <button type="button" class="copy" hidden>Copy</button></div>
            <p class="about">Dyad {_study.Version} on {_study.Machine}; {Numbers.Duration(_study.ComputingSeconds)} of computing.</p>
            """);
    }

    private static bool IsMetric(Chart chart) => chart is LineChart && Metric().IsMatch(chart.YTitle) && chart.YTitle == chart.Title.Split(" on ")[0];

    [GeneratedRegex("^[a-z]+/[a-z0-9_/]+$")]
    private static partial Regex Metric();
}
