using System.Text.RegularExpressions;
using Dyad.Studies.Results;

namespace Dyad.Tests.Unit.Documents;

/// <summary>
/// A block of a page under <c>&lt;!-- data: wen2021/fig1.json --&gt;</c> (several files with commas), up to the next empty line,
/// holds nothing but numbers of those summaries, beside this page or in <c>docs/results</c>.
/// </summary>
[Trait("Category", "unit")]
public sealed partial class ResultPageTests
{
    public static TheoryData<string> Pages =>
    [
        "README.md", .. Directory.EnumerateFiles(Repository.PathOf("docs", "results"), "*.md").Select(path => Path.Combine("docs", "results", Path.GetFileName(path))),
    ];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_number_of_a_block_with_data_is_in_the_stored_summaries(string page)
    {
        foreach ((string[] files, string block) in Blocks(File.ReadAllText(Repository.PathOf(page))))
        {
            HashSet<string> stored = [.. files.Select(Read).SelectMany(Texts).SelectMany(Numbers)];
            string[] foreign = [.. Numbers(block).Where(number => !stored.Contains(number)).Distinct()];
            Assert.True(foreign.Length == 0, $"{page}: {string.Join(", ", foreign)} not in {string.Join(", ", files)}, in: {block}");
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void A_row_of_a_table_with_data_is_a_row_of_one_stored_table(string page)
    {
        foreach ((string[] files, string block) in Blocks(File.ReadAllText(Repository.PathOf(page))).Where(x => x.Block.StartsWith('|')))
        {
            string[][] rows = [.. block.Split('\n').Select(line => line.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray())];
            DataTable[] tables = [.. files.Select(Read).SelectMany(study => study.Tables).Where(table => rows[0].All(table.Columns.Contains))];
            if (rows[0] is ["claim", ..])
            {
                continue;
            }

            Assert.True(tables.Length > 0, $"{page}: no stored table of {string.Join(", ", files)} has the columns {string.Join(", ", rows[0])}");
            foreach (string[] row in rows.Skip(2))
            {
                Assert.True(tables.Any(table => table.Rows.Any(stored => rows[0].Zip(row).All(cell =>
                    stored[table.Columns.ToList().IndexOf(cell.First)] == cell.Second))), $"{page}: no stored row is {string.Join(" | ", row)}");
            }
        }
    }

    [Fact]
    public void Verdicts_beside_claims_are_the_stored_ones()
    {
        foreach (string page in Pages.Select(row => row.Data))
        {
            foreach ((string[] files, string block) in Blocks(File.ReadAllText(Repository.PathOf(page))).Where(x => x.Block.StartsWith("| claim ", StringComparison.Ordinal)))
            {
                Finding[] findings = [.. files.Select(Read).SelectMany(study => study.Findings)];
                foreach (string[] row in block.Split('\n').Skip(2).Select(line => line.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray()))
                {
                    Finding finding = Assert.Single(findings, x => x.Claim == row[0]);
                    Assert.Equal(finding.Verdict.ToString().ToLowerInvariant(), row[^1]);
                }
            }
        }
    }

    [Fact]
    public void The_pages_on_FourRoom_have_blocks_with_data()
    {
        Assert.True(Blocks(File.ReadAllText(Repository.PathOf("README.md"))).Any());
        Assert.True(Blocks(File.ReadAllText(Repository.PathOf("docs", "results", "wen2021.md"))).Count() >= 8);
        Assert.True(Blocks(File.ReadAllText(Repository.PathOf("docs", "results", "gap.md"))).Any());
    }

    [Fact]
    public void A_number_that_no_summary_holds_is_found_out()
    {
        (string[] files, string block) = Assert.Single(Blocks("text\n\n<!-- data: wen2021/fig1.json -->\nBy 0.8765 and 123,457.\n\nAnd 5.4321."));
        HashSet<string> stored = [.. files.Select(Read).SelectMany(Texts).SelectMany(Numbers)];
        Assert.Equal(["0.8765", "123,457"], Numbers(block).Where(number => !stored.Contains(number)));
    }

    private static IEnumerable<(string[] Files, string Block)> Blocks(string text) => Marked().Matches(text).Select(match =>
        (match.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries), match.Groups[2].Value.Trim()));

    private static StudyResult Read(string file)
    {
        using var folder = new TempFolder();
        File.Copy(Repository.PathOf("docs", "results", file), folder.PathOf("summary.json"));
        return SummaryFile.Read(folder.FullPath);
    }

    private static IEnumerable<string> Texts(StudyResult study) =>
    [
        study.Question, .. study.Notes, .. study.Findings.SelectMany(x => new[] { x.Claim, x.Measured }),
        .. study.Tables.SelectMany(table => table.Rows.SelectMany(row => row).Concat(table.Columns).Append(table.Title)),
    ];

    // Signs are told by words in sentences; numbers of equations, figures and links are none.
    private static IEnumerable<string> Numbers(string text) => Number().Matches(Reference().Replace(text, "")).Select(match => match.Value);

    [GeneratedRegex(@"<!-- data: ([^>]*?) -->\n(.*?)(?=\n\s*\n|\z)", RegexOptions.Singleline)]
    private static partial Regex Marked();

    [GeneratedRegex(@"\d[\d,]*\d(\.\d+)?(e-?\d+)?|\d+(\.\d+)?(e-?\d+)?")]
    private static partial Regex Number();

    [GeneratedRegex(@"\]\([^)]*\)|(figure|table|theorem|section|algorithm|equation)s? \d+(\.\d+)*|`[^`]*`")]
    private static partial Regex Reference();
}
