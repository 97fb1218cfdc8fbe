using Dyad.Core;
using Dyad.Studies;
using Dyad.Tests.Unit.Algorithms;

namespace Dyad.Tests.Unit.Studies;

/// <summary>
/// On every problem of <c>lecture/stein</c> the estimators that theory calls unbiased meet the exact gradient, and the others do
/// not: sampling and exact values of the study are two ways to one number.
/// </summary>
[Trait("Category", "unit")]
public sealed class SteinStudyTests
{
    public static TheoryData<string> Labels => [.. Variants.Select(variant => variant.Label)];

    private static IReadOnlyList<Variant> Variants => StudyCatalog.Find("lecture/stein").Variants(StudyScale.Quick);

    [Theory]
    [MemberData(nameof(Labels))]
    public void Bias_is_where_theory_has_it(string label)
    {
        Variant variant = Variants.Single(v => v.Label == label);
        IIterative run = variant.Create(5);
        while (run.Step < 12_800)
        {
            run.Advance();
        }

        Recorder row = Recorder.Of(run);
        bool jumps = label.StartsWith("cliff", StringComparison.Ordinal), exactFit = label.StartsWith("quadratic", StringComparison.Ordinal);
        foreach ((string name, double z) in row.Values.Where(entry => entry.Name.StartsWith("z/", StringComparison.Ordinal)))
        {
            bool biased = name switch
            {
                "z/reparametrized" or "z/exact" => jumps,
                "z/reparametrized-fitted" => !exactFit,
                _ => false,
            };
            Assert.True(biased ? z > 8 : z < 5.5, $"{name} is {z}");
        }

        Assert.Equal(1, row["ratio/score"]);
        Assert.True(row["ratio/exact"] < 0.5);
        Assert.True(row["ratio/wrong"] > 1.5);
        Assert.InRange(row["bias/reparametrized"], jumps ? -1.2 : -0.1, jumps ? -0.3 : 0.1);
    }
}
