using Dyad.Algorithms.Tabular;
using Dyad.Studies.Results;

namespace Dyad.Studies.Definitions;

/// <summary>Wen et al. 2021, figure 4: actor and critic gradients with a known model.</summary>
internal sealed class Wen2021Figure4 : Study
{
    private static readonly (string Label, string Legend, ActorUpdate Actor, CriticUpdate Critic)[] Cells =
    [
        ("actor-o-br", "Actor_o + BR", ActorUpdate.ActorO, CriticUpdate.BellmanResidual),
        ("actor-o-td", "Actor_o + TD", ActorUpdate.ActorO, CriticUpdate.TemporalDifference),
        ("actor-g-br", "Actor_g + BR", ActorUpdate.ActorG, CriticUpdate.BellmanResidual),
        ("actor-g-td", "Actor_g + TD", ActorUpdate.ActorG, CriticUpdate.TemporalDifference),
        ("pg-br", "PG + BR", ActorUpdate.PolicyGradient, CriticUpdate.BellmanResidual),
        ("pg-td", "PG + TD", ActorUpdate.PolicyGradient, CriticUpdate.TemporalDifference),
    ];

    // Where the return saturates; the figure shows what comes before, and means are taken over it.
    private const int Shown = 1000;

    public override string Name => "wen2021/fig4";

    public override string Title => "With a known model, how much does each gradient matter?";

    public override string Source => "Wen et al. 2021, figure 4 and appendix D.1.1";

    public override string Question =>
        "Reward and transitions of FourRoom are known. The actor follows Actor_o, Actor_g or the policy gradient; the critic is "
        + "trained by the gradient of the Bellman residual (BR) or by temporal differences (TD), weighted by the policy's occupancy. "
        + "Both use Adam, with step lengths 0.01 and 0.02. Nothing is random.";

    public override IReadOnlyList<string> Notes =>
    [
        FourRoomVariants.TaskNote,
        "The figure is drawn for the first rule of the goal; the table has the other two.",
        "In each iteration the actor and the critic move at once, each seeing the other as the last iteration left it.",
    ];

    public override int DefaultSeeds(StudyScale scale) => 1;

    public override IReadOnlyList<Variant> Variants(StudyScale scale)
    {
        long iterations = scale == StudyScale.Quick ? 2000 : 10_000;
        return [.. from task in FourRoomVariants.Tasks
                   from cell in Cells
                   select FourRoomVariants.Exact(
                       cell.Label,
                       new ExactActorCriticOptions { Actor = cell.Actor, Critic = cell.Critic },
                       iterations,
                       measureEvery: 4,
                       task.Environment)];
    }

    public override Analysis Analyze(StudyRuns runs)
    {
        StudyRuns all = runs;
        runs = runs.On("FourRoom");
        double optimum = FourRoomVariants.OptimalReturn();
        string Reached(string label) => FirstReaching(runs, label, 0.95 * optimum) is long step
            ? $"{Wording.Thousands(step)} iterations"
            : $"not within {Wording.Thousands(runs.Of(label)[0].Steps[^1])} iterations";
        long When(string label) => FirstReaching(runs, label, 0.95 * optimum) ?? long.MaxValue;

        double apart = runs.Of("pg-br")[0].Column("eval/return")
            .Zip(runs.Of("pg-td")[0].Column("eval/return"), (a, b) => Math.Abs(a - b)).Max();
        bool slower = Cells.Take(4).All(cell => When(cell.Label) > When("pg-td"));
        bool tdBetter = MeanReturn("actor-o-td") > MeanReturn("actor-o-br") && MeanReturn("actor-g-td") > MeanReturn("actor-g-br");
        double MeanReturn(string label) => Statistics.Mean(runs.Curve(label, "eval/return", until: Shown).Mean);

        return new Analysis(
            [
                new Finding(
                    "The policy gradient converges quickly whichever critic is trained beside it.",
                    $"Both reach 95 % of the optimal return {optimum:0.000} after {Reached("pg-td")}; their curves are at most {apart:0.0e0} apart "
                    + "(they are the same by construction: the critic does not enter).",
                    apart < 1e-12 ? Verdict.Supported : Verdict.Contradicted),
                new Finding(
                    "Actor-critics are slower than the policy gradient, even where the critic is accurate.",
                    string.Join("; ", Cells.Take(4).Select(cell => $"{cell.Legend}: {Reached(cell.Label)}")) + $"; policy gradient: {Reached("pg-td")}.",
                    slower ? Verdict.Supported : Verdict.Contradicted),
                new Finding(
                    "TD does better than BR for both actor-critics.",
                    $"Mean return over the first {Wording.Thousands(Shown)} iterations: Actor_o {MeanReturn("actor-o-td"):0.000} with TD and "
                    + $"{MeanReturn("actor-o-br"):0.000} with BR; Actor_g {MeanReturn("actor-g-td"):0.000} and {MeanReturn("actor-g-br"):0.000}. "
                    + "The difference is small here.",
                    tdBetter ? Verdict.Supported : Verdict.Contradicted),
            ],
            [
                Chart("return", "Return of the policy", "expected discounted return", "eval/return", logY: false),
                Regret(),
                Chart("critic", "Objective of the critic", "J_q", "eval/critic_objective", logY: true),
            ],
            [
                new DataTable(
                    "Iterations to 95 % of the optimal return, by what happens at the goal",
                    ["gradients", .. FourRoomVariants.Tasks.Select(task => task.Rule)],
                    [.. Cells.Select(cell => (IReadOnlyList<string>)
                    [
                        cell.Legend,
                        .. FourRoomVariants.Tasks.Select(task =>
                            FirstReaching(all.On(task.Environment), cell.Label, 0.95 * FourRoomVariants.OptimalReturn(task.Environment)) is long step
                                ? Wording.Thousands(step)
                                : "not reached"),
                    ])]),
            ]);

        LineChart Chart(string id, string title, string yTitle, string metric, bool logY) => new(
            id, title, "iterations", yTitle, logY, "Exact computation: one line each, no seeds.",
            [.. Cells.Select(cell => runs.Curve(cell.Label, metric, cell.Legend, until: Shown))]);

        LineChart Regret()
        {
            LineChart chart = Chart("regret", "Distance to the optimal return", "optimal return - return", "eval/return", logY: true);
            return chart with
            {
                Series = [.. Cells.Select(cell => runs.Curve(cell.Label, "eval/return", cell.Legend)).Select(series =>
                    series with { Mean = [.. series.Mean.Select(value => optimum - value)] })],
            };
        }
    }

    /// <summary>The first measured step at which a return is reached, or null.</summary>
    internal static long? FirstReaching(StudyRuns runs, string label, double target)
    {
        FinishedRun run = runs.Of(label)[0];
        int row = Array.FindIndex(run.Column("eval/return"), value => value >= target);
        return row < 0 ? null : (long)run.Steps[row];
    }
}
