using Dyad.Studies.Definitions.Runs;
using Dyad.Studies.Results;

namespace Dyad.Studies.Definitions;

/// <summary>Theorem 1 and proposition 1 of Zheng et al. 2021 in numbers, and what a leading actor follows by them.</summary>
internal sealed class Zheng2021Theorems : Study
{
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
        IdentityErrors.Variants(scale, "episode-theorem-check", seed => new EpisodeTheoremCheck(seed));

    public override Analysis Analyze(StudyRuns runs)
    {
        var errors = new IdentityErrors(runs);
        Finding Holds(string claim, string metric) => new(
            claim, $"Relative error over {errors.Problems("theorem1")} random problems: median {errors.Median(metric):0.0e0}, largest {errors.Largest(metric):0.0e0}.",
            errors.Largest(metric) < (metric.StartsWith("total", StringComparison.Ordinal) ? IdentityErrors.Exact : IdentityErrors.Numeric) ? Verdict.Supported : Verdict.Contradicted);

        return new Analysis(
            [
                Holds("Theorem 1, with the factor 2 of the workshop version.", "theorem1"),
                Holds("Theorem 1, as the full version prints it.", "theorem1_printed"),
                Holds("Proposition 1.", "proposition1"),
                new Finding(
                    "",
                    $"With a Q critic the total derivative is the policy gradient, whatever Q is: largest relative error {errors.Largest("total_q"):0.0e0}. "
                    + $"With a V critic and J = E[V(s_0)] it is twice that: {errors.Largest("total_start"):0.0e0}. With J = E[r_0 + gamma V(s_1)] it is the "
                    + $"policy gradient where V is right, {errors.Largest("total_step_exact"):0.0e0}, and off by a median of {errors.Median("total_step"):0.0e0} where V is random.",
                    Verdict.New),
            ],
            [],
            [errors.Table(EpisodeTheoremCheck.Checks)]);
    }
}
