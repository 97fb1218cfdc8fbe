using Dyad.Core;
using Dyad.Studies.Results;

namespace Dyad.Report;

/// <summary>Writes a report to a file that opens in any browser, with no network.</summary>
public static class ReportWriter
{
    /// <summary>Writes a report; its folder is made where there is none. A reader never sees half a page.</summary>
    /// <param name="path">The file, usually <c>report.html</c>.</param>
    /// <param name="title">Heading of the page.</param>
    /// <param name="lead">What the reader sees here: a sentence or two.</param>
    /// <param name="results">The studies, in the order of the page.</param>
    /// <exception cref="UserError">The file cannot be written.</exception>
    public static void Write(string path, string title, string lead, IReadOnlyList<StudyResult> results) =>
        PageFile.Write(path, "The report", ReportPage.Render(title, lead, results));
}
