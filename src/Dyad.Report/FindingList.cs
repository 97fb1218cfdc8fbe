using Dyad.Studies.Results;

namespace Dyad.Report;

/// <summary>What the paper says beside what was measured, and how the two compare.</summary>
internal static class FindingList
{
    private static readonly (Verdict Verdict, string Meaning)[] Meanings =
    [
        (Verdict.Supported, "the whole interval of what was measured is within what the claim says"),
        (Verdict.Contradicted, "no part of it is"),
        (Verdict.Unclear, "a part of it is, or there are too few seeds for an interval: the data do not tell"),
        (Verdict.Depends, "supported or contradicted by a choice that the paper leaves open; the measurement names it"),
        (Verdict.New, "measured here; the paper makes no claim"),
    ];

    /// <summary>What the marks mean, of those that occur on the page.</summary>
    public static void WriteKey(HtmlBuilder html, IReadOnlyList<StudyResult> results)
    {
        HashSet<Verdict> met = [.. results.SelectMany(result => result.Findings).Select(finding => finding.Verdict)];
        if (met.All(verdict => verdict == Verdict.New))
        {
            return;
        }

        html.Line($"""<dl class="key" aria-label="What the marks mean">""");
        foreach ((Verdict verdict, string meaning) in Meanings.Where(row => met.Contains(row.Verdict)))
        {
            html.Line($"<div><dt>");
            WriteBadge(html, verdict, verdict.ToString());
            html.Line($"</dt><dd>{meaning}</dd></div>");
        }

        html.Line($"</dl>");
    }

    public static void Write(HtmlBuilder html, IReadOnlyList<Finding> findings, Headings headings)
    {
        if (findings.Count == 0)
        {
            return;
        }

        headings.Part(html, "Findings");
        html.Line($"""<ul class="findings">""");
        foreach (Finding finding in findings)
        {
            html.Line($"<li>");
            html.Line($"""<div>""");
            WriteBadge(html, finding.Verdict, finding.Verdict.ToString());
            html.Line($"</div>");
            if (finding.Claim.Length > 0)
            {
                html.Line($"""<p><span class="who">{ClaimHeading(finding.Verdict)}</span>{new Prose(finding.Claim)}</p>""");
            }

            html.Line($"""<p><span class="who">What we measured</span>{new Prose(finding.Measured)}</p>""");
            html.Line($"</li>");
        }

        html.Line($"</ul>");
    }

    /// <summary>The verdicts of a study in short, for the table of contents.</summary>
    public static void WriteCounts(HtmlBuilder html, IReadOnlyList<Finding> findings)
    {
        foreach (IGrouping<Verdict, Finding> verdict in findings.GroupBy(finding => finding.Verdict).OrderBy(group => group.Key))
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
}
