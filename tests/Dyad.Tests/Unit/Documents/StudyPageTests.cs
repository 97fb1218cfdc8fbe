using System.Text.RegularExpressions;
using Dyad.Studies;
using Dyad.Studies.Files;

namespace Dyad.Tests.Unit.Documents;

/// <summary>The examples of the page on studies are studies, and run.</summary>
[Trait("Category", "unit")]
public sealed partial class StudyPageTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public static TheoryData<int> Examples => [.. Enumerable.Range(0, Texts().Length)];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void There_are_examples() => Assert.Equal(4, Texts().Length);

    [Theory]
    [MemberData(nameof(Examples))]
    public void An_example_is_a_study_that_runs(int index)
    {
        string path = _folder.PathOf("mine.yaml");
        File.WriteAllText(path, Texts()[index]);
        var study = FileStudy.Open(path);
        Assert.NotEmpty(study.Variants(StudyScale.Paper));
        if (study.Scales.Contains("quick"))
        {
            study = study.At("quick");
        }

        // Whatever its figures, columns and claims ask for is there.
        StudyOutcome outcome = StudyRunner.Execute(
            study, new StudyRequest(StudyScale.Paper, null, 2, _folder.FullPath, "./dyad"), _ => { }, _ => { }, TestContext.Current.CancellationToken);
        Assert.Null(outcome.Result.Failures);
        Assert.NotEmpty(outcome.Result.Charts);
        Assert.All(outcome.Result.Charts.OfType<Dyad.Studies.Results.LineChart>(), chart => Assert.NotEmpty(chart.Series));
    }

    private static string[] Texts() => [.. Example().Matches(File.ReadAllText(Repository.PathOf("docs", "studies.md"))).Select(match => match.Groups[1].Value)];

    [GeneratedRegex("```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();
}
