using Dyad.Algorithms.Tabular;
using Dyad.Studies.Results;

namespace Dyad.Studies.Definitions;

/// <summary>Wen et al. 2021, table 1: classical algorithms as choices of two updates.</summary>
internal sealed class Wen2021Table1 : Study
{
    // Not a cell: what the cell of Actor_g and an exact critic must equal.
    private const string Truth = "policy-gradient";

    private static readonly (string Label, string Legend, ActorUpdate Actor, CriticUpdate Critic)[] Cells =
    [
        ("actor-o-critic", "Actor_o-Critic", ActorUpdate.ActorO, CriticUpdate.TemporalDifference),
        ("actor-g-critic", "Actor_g-Critic", ActorUpdate.ActorG, CriticUpdate.TemporalDifference),
        ("q-learning", "Q-learning", ActorUpdate.Greedy, CriticUpdate.TemporalDifference),
        ("policy-gradient-o", "Policy gradient_o", ActorUpdate.ActorO, CriticUpdate.Exact),
        ("policy-gradient-g", "Policy gradient_g", ActorUpdate.ActorG, CriticUpdate.Exact),
        ("policy-iteration", "Policy iteration", ActorUpdate.Greedy, CriticUpdate.Exact),
    ];

    // Two exact computations of one thing, and of two, differ by less and by more than this in some iteration.
    private const double Same = 1e-9;
    private const double Different = 1e-3;

    public override string Name => "wen2021/table1";

    public override string Title => "Six classical algorithms from two choices";

    public override string Source => "Wen et al. 2021, table 1";

    public override string Question =>
        "The actor moves along Actor_o, along Actor_g, or to the greedy policy; the critic moves by one gradient step (TD) or to the "
        + "exact values. The six combinations run on FourRoom with a known model, by the same program with two options changed.";

    public override IReadOnlyList<string> Notes =>
    [
        FourRoomVariants.TaskNote,
        "Q-learning's loss weighs all state-action pairs the same: under the occupancy of a greedy policy, actions not taken would "
        + "never be learned. The gradient steps of actors and critics are Adam's, 0.01 and 0.02.",
    ];

    public override int DefaultSeeds(StudyScale scale) => 1;

    public override IReadOnlyList<Variant> Variants(StudyScale scale)
    {
        long iterations = scale == StudyScale.Quick ? 1000 : 5000;
        return
        [
            .. Cells.Select(cell => Variant(
                cell.Label,
                new ExactActorCriticOptions
                {
                    Actor = cell.Actor, Critic = cell.Critic, OnPolicyWeights = cell.Actor != ActorUpdate.Greedy,
                })),
            Variant(Truth, new ExactActorCriticOptions { Actor = ActorUpdate.PolicyGradient }),
        ];

        Variant Variant(string label, ExactActorCriticOptions options) =>
            FourRoomVariants.Exact(label, options, iterations, measureEvery: 1 + (iterations / 1000));
    }

    public override Analysis Analyze(StudyRuns runs)
    {
        double optimum = FourRoomVariants.OptimalReturn();
        double Final(string label) => runs.Of(label)[0].Final("eval/return");
        string When(string label, double fraction) =>
            runs.Of(label)[0].StepsTo("eval/return", fraction * optimum) is var step && double.IsFinite(step) ? Wording.Thousands(step) : "not reached";

        bool iterationExact = Math.Abs(Final("policy-iteration") - optimum) <= 1e-9 * optimum;
        double Apart(string label) => runs.Of(label)[0].Column("eval/return")
            .Zip(runs.Of(Truth)[0].Column("eval/return"), (a, b) => Math.Abs(a - b)).Max();
        (double g, double o) = (Apart("policy-gradient-g"), Apart("policy-gradient-o"));
        return new Analysis(
            [
                new Finding(
                    "With a greedy actor and an exact critic the scheme is policy iteration.",
                    $"It ends at {Final("policy-iteration"):0.000000}, the optimum of dynamic programming is {optimum:0.000000}; 99 % are reached "
                    + $"after {When("policy-iteration", 0.99)} iterations.",
                    iterationExact ? Verdict.Supported : Verdict.Contradicted),
                new Finding(
                    "With a fully optimised critic Actor_g becomes the policy gradient (8); Actor_o does not.",
                    $"The returns of Actor_g with an exact critic and of the policy gradient differ by at most {g:0.0e0} in any iteration, "
                    + $"those of Actor_o with an exact critic by up to {o:0.000}. Both end at {Final(Truth):0.0000}, as what converges does: the ends tell nothing.",
                    g < Same && o > Different ? Verdict.Supported : Verdict.Contradicted),
            ],
            [
                new LineChart(
                    "return", "Return of the policy", "iterations", "expected discounted return", LogY: false,
                    "Exact computation: one line each, no seeds.",
                    [.. Cells.Select(cell => runs.Curve(cell.Label, "eval/return", cell.Legend))]),
            ],
            [
                new DataTable(
                    "Iterations to a share of the optimal return",
                    ["algorithm", "actor", "critic", "90 %", "99 %", "final return"],
                    [.. Cells.Select(cell => new[]
                    {
                        cell.Legend, cell.Actor == ActorUpdate.Greedy ? "greedy" : cell.Actor == ActorUpdate.ActorO ? "Actor_o (12)" : "Actor_g (9)",
                        cell.Critic == CriticUpdate.Exact ? "exact values" : "semi-gradient (18)",
                        When(cell.Label, 0.9), When(cell.Label, 0.99), $"{Final(cell.Label):0.0000}",
                    })]),
            ]);
    }
}
