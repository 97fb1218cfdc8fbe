using Dyad.Studies.Definitions.Runs;
using Dyad.Studies.Results;

namespace Dyad.Studies.Definitions;

/// <summary>The theorems of Wen et al. 2021 in numbers.</summary>
internal sealed class Wen2021Theorems : Study
{
    public override string Name => "wen2021/theorems";

    public override string Title => "Do the theorems hold in numbers?";

    public override string Source => "Wen et al. 2021, theorems 1 to 3, section 5.2 and appendix C";

    public override string Question =>
        "On random MDPs of 2 to 7 states and 2 to 4 actions, with a random softmax policy and a random critic, both sides of each "
        + "identity are computed on their own: Stackelberg gradients from their definition, derivatives by central differences.";

    public override string SummaryMetric => "error/theorem3";

    public override IReadOnlyList<string> Notes =>
    [
        "Start distribution and transitions have full support (assumption 1 of the paper).",
        "Error: Euclidean norm of the difference of the two sides, divided by the largest magnitude of the reference; no difference of two entries is larger.",
    ];

    public override int DefaultSeeds(StudyScale scale) => 2;

    public override IReadOnlyList<Variant> Variants(StudyScale scale) =>
        IdentityErrors.Variants(scale, "theorem-check", seed => new TheoremCheck(seed));

    public override Analysis Analyze(StudyRuns runs)
    {
        var errors = new IdentityErrors(runs);
        Finding Holds(string claim, params string[] metrics)
        {
            bool supported = metrics.All(m => errors.Largest(m) < (IsNumeric(m) ? IdentityErrors.Numeric : IdentityErrors.Exact));
            string worst = string.Join(", ", metrics.Select(m => $"{errors.Largest(m):0.0e0}"));
            return new Finding(
                claim, $"Largest relative error over {errors.Problems("duality")} random problems: {worst}.",
                supported ? Verdict.Supported : Verdict.Contradicted);
        }

        return new Analysis(
            [
                Holds("Theorem 1: the gap of the objectives is d' delta, and of the gradients its derivative.", "theorem1_objective", "theorem1_actor_o", "theorem1_actor_g"),
                Holds("Theorem 2: the derivative of the stationary distribution is H Delta(Xi' d_S) Psi^-1.", "theorem2"),
                Holds("Theorem 3: under assumption 1 the Stackelberg gradient is the policy gradient, for any critic.", "theorem3"),
                Holds("The same holds for the critic's semi-gradient (43).", "theorem3_semi"),
                Holds("With entropy: (85), (89) and (90).", "soft_objective", "soft_actor", "soft_stackelberg"),
                new Finding(
                    "From samples, D_theta cannot be differentiated; the paper calls the estimate biased.",
                    $"With D held fixed both Stackelberg gradients equal Actor_g, to {errors.Largest("fixed_weights"):0.0e0} and "
                    + $"{errors.Largest("fixed_weights_semi"):0.0e0}: from samples, exact Stack-AC without damping is Actor_g-Critic.",
                    Verdict.New),
            ],
            [],
            [errors.Table(TheoremCheck.Checks)]);
    }

    private static bool IsNumeric(string metric) => metric is "theorem2" or "policy_gradient" or "soft_policy_gradient";
}
