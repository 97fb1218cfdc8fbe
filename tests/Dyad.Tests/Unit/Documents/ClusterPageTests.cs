using System.Globalization;
using Dyad.Studies;
using Dyad.Studies.Results;

namespace Dyad.Tests.Unit.Documents;

/// <summary>The sizes that the page on clusters tells are those of the stored studies.</summary>
[Trait("Category", "unit")]
public sealed class ClusterPageTests
{
    [Fact]
    public void The_table_of_sizes_is_that_of_the_stored_summaries()
    {
        string[] told = [.. File.ReadAllLines(Repository.PathOf("docs", "cluster.md")).Where(line => line.StartsWith("| `", StringComparison.Ordinal) && line.Contains('/', StringComparison.Ordinal))];
        string root = Repository.PathOf("docs", "results");
        string[] stored = [.. Directory.GetFiles(root, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(path => (Name: Path.ChangeExtension(Path.GetRelativePath(root, path), null), Result: SummaryFile.ReadFile(path)))
            .Where(study => study.Result.Scale == "paper")
            .Select(study =>
            {
                double minutes = study.Result.ComputingSeconds / 60;
                int runs = study.Result.Groups.Sum(group => group.Seeds.Count);
                return string.Create(CultureInfo.InvariantCulture, $"| `{study.Name}` | {runs:#,0} | {minutes:0.0} | {minutes / runs:0.00} |");
            })];
        Assert.Equal(stored, told);
        Assert.All(stored, row => Assert.Contains(StudyCatalog.All, study => row.StartsWith($"| `{study.Name}` ", StringComparison.Ordinal)));
    }
}
