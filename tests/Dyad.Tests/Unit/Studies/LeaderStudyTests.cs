using Dyad.Core;
using Dyad.Studies;
using Dyad.Studies.Definitions;
using Dyad.Studies.Definitions.Runs;
using Dyad.Studies.Results;
using Dyad.Tests.Unit.Algorithms;

namespace Dyad.Tests.Unit.Studies;

/// <summary>The studies of Zheng et al. 2021: what their lines share, and what they say of runs whose numbers are known.</summary>
[Trait("Category", "unit")]
public sealed class LeaderStudyTests
{
    [Theory]
    [InlineData("zheng2021/fig3e", 4)]
    [InlineData("zheng2021/fig3h", 4)]
    [InlineData("zheng2021/fig3e-correct", 3)]
    [InlineData("zheng2021/fig3g-correct", 3)]
    [InlineData("zheng2021/fig3i", 4)]
    public void A_plain_line_shares_target_and_order_with_its_leaders(string study, int lines)
    {
        Variant[] variants = [.. StudyCatalog.Find(study).Variants(StudyScale.Paper)];
        string Option(Variant variant, string name) => variant.Method.Options[name]?.ToString() ?? "";
        Assert.True(variants.Length >= lines);
        foreach (Variant leader in variants.Where(variant => Option(variant, "rule") == "stackelberg"))
        {
            Assert.Contains(variants, plain => Option(plain, "rule") == "individual"
                && Option(plain, "order") == Option(leader, "order") && Option(plain, "next_action") == Option(leader, "next_action"));
        }
    }

    [Fact]
    public void Theorem_1_holds_with_the_factor_2_and_not_without()
    {
        Recorder row = Checked(seed: 1, steps: 1);
        Assert.True(row["error/theorem1"] < 1e-6);
        Assert.True(row["error/theorem1_printed"] > 1e-3);
        Assert.True(row["error/proposition1"] < 1e-6);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Total_derivatives_are_what_the_derivation_says(int seed)
    {
        Recorder row = Checked(seed, steps: 3);
        Assert.True(row["error/total_q"] < 1e-10);
        Assert.True(row["error/total_start"] < 1e-10);
        Assert.True(row["error/total_start_once"] > 0.5);
        Assert.True(row["error/total_step_exact"] < 1e-10);
        Assert.True(row["error/total_step"] > 1e-3);
    }

    [Fact]
    public void The_negative_part_of_a_Hessian_decides_who_follows_better()
    {
        var study = new Zheng2021Conditioning("test", "Pendulum-v1", (100, 100), 3);
        Variant[] variants = [.. study.Variants(StudyScale.Quick)];

        // The critic's lowest eigenvalue is a tenth of its highest at most; the actor's outweighs its highest.
        IReadOnlyList<FinishedRun> Runs(double critic, double actor) => [.. from variant in variants from seed in Enumerable.Range(0, 3)
            select new FinishedRun(variant, seed, new Dictionary<string, double[]>
            {
                ["step"] = [50, 100], ["eval/return"] = [0, 1],
                ["game/critic_curvature_min"] = [double.NaN, -critic - (0.01 * seed)], ["game/critic_curvature_max"] = [double.NaN, 10],
                ["game/actor_curvature_min"] = [double.NaN, -actor - (0.01 * seed)], ["game/actor_curvature_max"] = [double.NaN, 10],
            })];
        Finding[] Findings(double critic, double actor) => [.. study.Analyze(new StudyRuns(StudyScale.Quick, Runs(critic, actor))).Findings];
        Assert.All(Findings(critic: 1, actor: 20), finding => Assert.Equal(Verdict.Supported, finding.Verdict));
        Assert.All(Findings(critic: 20, actor: 1), finding => Assert.Equal(Verdict.Contradicted, finding.Verdict));
        Assert.Contains("critic 0.101", Findings(critic: 1, actor: 20)[0].Measured, StringComparison.Ordinal);
        Assert.Contains("actor 1.000", Findings(critic: 1, actor: 20)[0].Measured, StringComparison.Ordinal);
    }

    [Fact]
    public void The_variance_of_the_implicit_part_falls_with_the_batch()
    {
        Variant variant = StudyCatalog.Find("zheng2021/batch-size").Variants(StudyScale.Quick)[0];
        IIterative run = variant.Create(1);
        using var owned = (IDisposable)run;
        while (run.Step < 760)
        {
            run.Advance();
        }

        Recorder row = Recorder.Of(run);
        double[] variances = [.. new[] { 16, 64, 256 }.Select(n => row[$"implicit/variance_{n}"])];
        Assert.True(variances[0] > 2 * variances[1], $"{variances[0]} and {variances[1]}");
        Assert.True(variances[1] > 2 * variances[2], $"{variances[1]} and {variances[2]}");
        Assert.True(variances[2] > 0);
        Assert.True(row["implicit/squared_norm"] > 0);

        // Measuring draws by a stream of its own: a second look sees the same.
        Assert.Equal(row.Values.Where(x => x.Name.StartsWith("implicit/", StringComparison.Ordinal)),
            Recorder.Of(run).Values.Where(x => x.Name.StartsWith("implicit/", StringComparison.Ordinal)));
    }

    private static Recorder Checked(int seed, int steps)
    {
        var check = new EpisodeTheoremCheck(seed);
        for (int i = 0; i < steps; i++)
        {
            check.Advance();
        }

        var row = new Recorder();
        check.Measure(row);
        return row;
    }
}
