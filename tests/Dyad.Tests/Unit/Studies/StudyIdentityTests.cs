using System.Globalization;
using Dyad.Studies;
using Dyad.Training;

namespace Dyad.Tests.Unit.Studies;

/// <summary>
/// The runs of every study are those that they were before studies were files: <c>study-runs.tsv</c> holds study, scale, label,
/// task, steps, seeds and identity of each line's first run. What is meant to change is written anew with DYAD_WRITE_STUDY_RUNS=1.
/// </summary>
[Trait("Category", "unit")]
public sealed class StudyIdentityTests
{
    private static readonly string Stored = Repository.PathOf("tests", "Dyad.Tests", "Unit", "Studies", "study-runs.tsv");

    [Fact]
    public void Every_study_has_the_runs_that_it_had()
    {
        string[] present = [.. StudyCatalog.All.SelectMany(study => new[] { StudyScale.Quick, StudyScale.Paper }.SelectMany(scale => Lines(study, scale)))];
        if (Environment.GetEnvironmentVariable("DYAD_WRITE_STUDY_RUNS") == "1")
        {
            File.WriteAllLines(Stored, present);
        }

        Assert.Equal([], File.ReadAllLines(Stored).Except(present));
        Assert.Equal([], present.Except(File.ReadAllLines(Stored)));
    }

    private static IEnumerable<string> Lines(Study study, StudyScale scale) => study.Variants(scale).Select(variant => string.Join('\t',
        study.Name, scale.ToString().ToLowerInvariant(), variant.Label, variant.Environment, variant.Steps.ToString(CultureInfo.InvariantCulture),
        $"{study.FirstSeed}+{(variant.IsDeterministic ? 1 : study.DefaultSeeds(scale))}", RunIdentity.Of(variant.Config(study.FirstSeed))));
}
