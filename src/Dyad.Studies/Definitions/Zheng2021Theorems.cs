using System.Text.Json.Nodes;
using Dyad.Studies.Definitions.Runs;
using Dyad.Studies.Results;
using Dyad.Training;

namespace Dyad.Studies.Definitions;

/// <summary>Theorem 1 and proposition 1 of Zheng et al. 2021 in numbers, and what a leading actor follows by them.</summary>
internal sealed class Zheng2021Theorems : Study
{
    private const string Label = "random-mdps";

    // Analytic identities hold to rounding; central differences to about the square of their step.
    private const double Exact = 1e-8;
    private const double Numeric = 1e-5;

    public override string Name => "zheng2021/theorems";

    public override string Title => "Do theorem 1 and proposition 1 hold, and what is the total derivative then?";

    public override string Source => "Zheng et al. 2021 and workshop, theorem 1, proposition 1, appendices B, C";

    public override string Question =>
        "On random MDPs of 2 to 7 states and 2 to 4 actions, with a random softmax policy and random tables for Q and V, both sides of each "
        + "identity are computed on their own: derivatives of L by central differences, expectations over episodes as sums over discounted visits.";

    public override string SummaryMetric => "error/theorem1";

    public override IReadOnlyList<string> Notes =>
    [
        "Total derivatives are undamped, with the exact curvature; tables make it diagonal. The policy gradient is that of E[G_0].",
        "Error: largest difference of the two sides, divided by the largest magnitude of the reference.",
    ];

    public override int DefaultSeeds(StudyScale scale) => 2;

    public override IReadOnlyList<Variant> Variants(StudyScale scale) =>
    [
        new Variant(
            Label, "RandomMdp", scale == StudyScale.Quick ? 200 : 5000, MeasureEvery: 1,
            new MethodConfig("episode-theorem-check", new JsonObject { ["states"] = "2 to 7", ["actions"] = "2 to 4", ["gamma"] = "0 to 0.97" }),
            seed => new EpisodeTheoremCheck(seed)),
    ];

    public override Analysis Analyze(StudyRuns runs)
    {
        double[] Errors(string metric) => [.. runs.Of(Label).SelectMany(run => run.Column($"error/{metric}")).Where(double.IsFinite)];
        double Largest(string metric) => Errors(metric).Max();
        double Median(string metric) => Errors(metric).Order().ElementAt(Errors(metric).Length / 2);
        string problems = Wording.Thousands(Errors("theorem1").Length);
        Finding Holds(string claim, string metric) => new(
            claim, $"Relative error over {problems} random problems: median {Median(metric):0.0e0}, largest {Largest(metric):0.0e0}.",
            Largest(metric) < (metric.StartsWith("total", StringComparison.Ordinal) ? Exact : Numeric) ? Verdict.Supported : Verdict.Contradicted);

        return new Analysis(
            [
                Holds("Theorem 1, with the factor 2 of the workshop version.", "theorem1"),
                Holds("Theorem 1, as the full version prints it.", "theorem1_printed"),
                Holds("Proposition 1.", "proposition1"),
                new Finding(
                    "",
                    $"With a Q critic the total derivative is the policy gradient, whatever Q is: largest relative error {Largest("total_q"):0.0e0}. "
                    + $"With a V critic and J = E[V(s_0)] it is twice that: {Largest("total_start"):0.0e0}. With J = E[r_0 + gamma V(s_1)] it is the "
                    + $"policy gradient where V is right, {Largest("total_step_exact"):0.0e0}, and off by a median of {Median("total_step"):0.0e0} where V is random.",
                    Verdict.New),
            ],
            [],
            [
                new DataTable(
                    "Relative errors",
                    ["identity", "median", "largest"],
                    [.. EpisodeTheoremCheck.Checks.Select(check => new[] { check.Statement, $"{Median(check.Metric):0.0e0}", $"{Largest(check.Metric):0.0e0}" })]),
            ]);
    }
}
