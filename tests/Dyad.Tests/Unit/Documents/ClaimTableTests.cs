using System.Text.RegularExpressions;

namespace Dyad.Tests.Unit.Documents;

/// <summary>The table of all claims: what it counts, and that its numbers are on the pages that its rows link to.</summary>
[Trait("Category", "unit")]
public sealed partial class ClaimTableTests
{
    private static readonly string[] Verdicts = ["supported", "contradicted", "depends", "unclear", "not measured"];

    private static string Text => File.ReadAllText(Repository.PathOf("docs", "results", "README.md"));

    // claim, source, measured, seeds, verdict, page.
    private static string[][] Rows => [.. Text.Split('\n')
        .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
        .Select(line => line.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray())
        .Where(row => row.Length == 6 && row[0] != "claim")];

    [Fact]
    public void The_counts_are_those_of_the_rows()
    {
        string[][] rows = Rows;
        Assert.All(rows, row => Assert.Contains(row[4], Verdicts));
        string counts = string.Join(", ", Verdicts.Select(verdict => $"{rows.Count(row => row[4] == verdict)} {verdict}"));
        Assert.Contains($"Of {rows.Length} claims of three papers, a workshop paper and a lecture: {counts}.", Text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_row_says_is_on_its_page()
    {
        foreach (string[] row in Rows)
        {
            string page = Link().Match(row[5]).Groups[1].Value;
            string there = File.ReadAllText(Repository.PathOf("docs", "results", page));
            Assert.All(Number().Matches(row[2]).Select(match => match.Value), number =>
                Assert.True(there.Contains(number, StringComparison.Ordinal), $"{number} of '{row[0]}' is not in {page}"));
        }
    }

    [GeneratedRegex(@"\]\(([^)#]+)")]
    private static partial Regex Link();

    // Numbers of a measurement, with sign: those of one digit are everywhere.
    [GeneratedRegex(@"(?<![\w.^])[+-]?\d[\d,]*\.\d+|[+-]\d{2,}|\d{3,}(?![\w^])")]
    private static partial Regex Number();
}
