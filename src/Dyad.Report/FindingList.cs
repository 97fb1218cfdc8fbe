using Dyad.Studies.Results;

namespace Dyad.Report;

/// <summary>What the paper says beside what was measured, and how the two compare.</summary>
internal static class FindingList
{
    public static void Write(HtmlBuilder html, IReadOnlyList<Finding> findings)
    {
        if (findings.Count == 0) return;
        html.Line($"<h3>Findings</h3>");
        html.Line($"""<ul class="findings">""");
        foreach (var finding in findings)
        {
            html.Line($"<li>");
            html.Line($"""<div>""");
            WriteBadge(html, finding.Verdict, finding.Verdict.ToString());
            html.Line($"</div>");
            html.Line($"""<p><span class="who">{ClaimHeading(finding.Verdict)}</span>{Claim(finding)}</p>""");
            html.Line($"""<p><span class="who">What we measured</span>{finding.Measured}</p>""");
            html.Line($"</li>");
        }

        html.Line($"</ul>");
    }

    /// <summary>The verdicts of a study in short, for the table of contents.</summary>
    public static void WriteCounts(HtmlBuilder html, IReadOnlyList<Finding> findings)
    {
        foreach (var verdict in findings.GroupBy(finding => finding.Verdict).OrderBy(group => group.Key))
        {
            WriteBadge(html, verdict.Key, $"{Numbers.Fixed(verdict.Count(), 0)} {verdict.Key}");
        }
    }

    private static void WriteBadge(HtmlBuilder html, Verdict verdict, string text) =>
        html.Line($"""<span class="badge {Class(verdict)}">{text}</span>""");

    private static string Class(Verdict verdict) => verdict switch
    {
        Verdict.Supported => "supported",
        Verdict.Unclear => "unclear",
        Verdict.Contradicted => "contradicted",
        Verdict.Depends => "depends",
        _ => "new",
    };

    private static string ClaimHeading(Verdict verdict) => verdict == Verdict.New ? "Not in the paper" : "What the paper says";

    private static string Claim(Finding finding) =>
        finding.Claim.Length > 0 ? finding.Claim : "The paper makes no claim here.";
}
