using System.Text.Json;
using Dyad.Studies;
using Dyad.Studies.Files;
using Dyad.Studies.Results;

namespace Dyad.Tests.Unit.Documents;

/// <summary>Stored summaries that have their seeds beside them are made of these: <c>docs/results/STUDY.json</c> of <c>docs/results/STUDY/seeds</c>.</summary>
[Trait("Category", "unit")]
public sealed class KeptResultTests
{
    private static string Results => Repository.PathOf("docs", "results");

    public static TheoryData<string> Studies => [.. Directory.EnumerateDirectories(Results, "seeds", SearchOption.AllDirectories)
        .Select(folder => Path.GetRelativePath(Results, Path.GetDirectoryName(folder)!).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Studies))]
    public void A_summary_is_made_of_the_seeds_beside_it(string name)
    {
        StudyResult stored = SummaryFile.ReadFile(Path.Combine(Results, $"{name}.json"));
        using var folder = new TempFolder();
        int seeds = stored.Groups.Max(group => group.Seeds.Count);
        string[] command = stored.Command.Split(' ');
        long? steps = Array.IndexOf(command, "--steps") is >= 0 and int at ? long.Parse(command[at + 1], null) : null;
        int scale = Array.IndexOf(command, "--scale");
        Study study = command[1] != "study" ? StudyCatalog.Find(name)
            : scale < 0 ? FileStudy.Open(Repository.PathOf(command[2])) : FileStudy.Open(Repository.PathOf(command[2])).At(command[scale + 1]);
        var request = new StudyRequest(StudyScale.Paper, seeds, 2, folder.FullPath, stored.Command, steps) { ReadsOnly = true, Kept = Path.Combine(Results, name, "seeds") };
        StudyResult made = StudyRunner.Execute(study, request, _ => { }, _ => { }, CancellationToken.None).Result;
        Assert.Null(made.Failures);
        Assert.Equal(Text(stored.Groups), Text(made.Groups));
        Assert.Equal(Text(stored.Tables), Text(made.Tables));
        Assert.Equal(Text(stored.Findings), Text(made.Findings));
        Assert.Equal(Text(stored.Charts), Text(made.Charts));
    }

    [Fact]
    public void There_are_such_summaries() => Assert.NotEmpty(Studies);

    private static string Text<T>(T part) => JsonSerializer.Serialize(part, SummaryFile.JsonOptions);
}
