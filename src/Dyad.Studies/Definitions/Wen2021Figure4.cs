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

    private static readonly string[] Actors = ["actor-o", "actor-g"];

    private const double Share = 0.95;

    // Where most returns have saturated; the figure shows what comes before, and means are taken over it.
    private const int Shown = 2000;

    public override string Name => "wen2021/fig4";

    public override string Title => "With a known model, how much does each gradient matter?";

    public override string Source => "Wen et al. 2021, figure 4 and appendix D.1.1";

    public override string Question =>
        "Reward and transitions of FourRoom are known. The actor follows Actor_o, Actor_g or the policy gradient; the critic is "
        + "trained by the gradient of the Bellman residual (BR) or by temporal differences (TD), weighted by the policy's occupancy. "
        + "Both use Adam, with step lengths 0.01 and 0.02. Nothing is random but the first critic, which the paper does not state: it is zero, or "
        + "drawn from N(0, sigma^2).";

    public override IReadOnlyList<string> Notes =>
    [
        FourRoomVariants.TaskNote,
        FirstCritic.Note,
        "Figures are drawn for the first rule of the goal; the table has the other two.",
        "In each iteration the actor and the critic move at once, each seeing the other as the last iteration left it.",
        $"\"Slower\" is more iterations to {100 * Share:0} % of the optimal return, where a run that does not get there counts with all of its iterations. Verdicts from "
        + "random critics are Holm-corrected over the four actor-critics and over the starts; from zeros nothing is random.",
    ];

    public override int DefaultSeeds(StudyScale scale) => scale == StudyScale.Quick ? 3 : 20;

    public override IReadOnlyList<Variant> Variants(StudyScale scale)
    {
        long iterations = scale == StudyScale.Quick ? 2000 : 5000;
        return [.. from task in FourRoomVariants.Tasks
                   from start in Starts(scale, task.Environment)
                   from cell in Cells
                   where start == 0 || cell.Actor != ActorUpdate.PolicyGradient
                   select FourRoomVariants.Exact(
                       LabelOf(cell.Label, start),
                       new ExactActorCriticOptions { Actor = cell.Actor, Critic = cell.Critic, CriticDeviation = start },
                       iterations,
                       measureEvery: 4,
                       task.Environment)];
    }

    public override Analysis Analyze(StudyRuns runs)
    {
        StudyRuns all = runs;
        runs = runs.On("FourRoom");
        double[] starts = Starts(runs.Scale, "FourRoom");
        double optimum = FourRoomVariants.OptimalReturn();
        double apart = runs.Of("pg-br")[0].Column("eval/return")
            .Zip(runs.Of("pg-td")[0].Column("eval/return"), (a, b) => Math.Abs(a - b)).Max();

        return new Analysis(
            [
                new Finding(
                    "The policy gradient converges quickly whichever critic is trained beside it.",
                    $"Both reach {100 * Share:0} % of the optimal return {optimum:0.000} after {Iterations(runs, "pg-td", optimum)} iterations; their curves are at most "
                    + $"{apart:0.0e0} apart (they are the same by construction: the critic does not enter).",
                    apart < 1e-12 ? Verdict.Supported : Verdict.Contradicted),
                Choice.Over("Actor-critics are slower than the policy gradient, even where the critic is accurate.", FirstCritic.Choice, Slower(runs, starts, optimum)),
                Choice.Over("TD does better than BR for both actor-critics.", FirstCritic.Choice, TemporalDifferences(runs, starts)),
            ],
            [
                .. new[] { starts[0], starts[^1] }.SelectMany(start => new Chart[]
                {
                    Chart("return", "Return of the policy", "expected discounted return", "eval/return", logY: false, start),
                    Regret(start),
                    Chart("critic", "Objective of the critic", "J_q", "eval/critic_objective", logY: true, start),
                }),
            ],
            [
                new DataTable(
                    $"Iterations to {100 * Share:0} % of the optimal return, by first critic and by what happens at the goal (median over seeds)",
                    ["gradients", .. Settings().Select(x => $"{FirstCritic.Words(x.Start)}, {x.Task.Rule}")],
                    [.. Cells.Select(cell => (IReadOnlyList<string>)
                    [
                        cell.Legend,
                        .. Settings().Select(x => Iterations(
                            all.On(x.Task.Environment), LabelOf(cell.Label, Critic(cell, x.Start)), FourRoomVariants.OptimalReturn(x.Task.Environment))),
                    ])]),
            ]);

        IEnumerable<((string Environment, string Rule, Tabular.Mdp Mdp) Task, double Start)> Settings() =>
            from task in FourRoomVariants.Tasks
            from start in Starts(runs.Scale, task.Environment)
            select (task, start);

        LineChart Chart(string id, string title, string yTitle, string metric, bool logY, double start) => new(
            id + FirstCritic.IdSuffix(start), $"{title}, first critic {FirstCritic.Words(start)}", "iterations", yTitle, logY,
            start == 0 ? "Exact computation: one line each, no seeds."
                : $"Mean and one sample standard deviation over {Wording.Seeds(runs.Of(LabelOf("actor-o-br", start)).Count)}; the policy gradient's lines are those from zeros.",
            [.. Cells.Select(cell => runs.Curve(LabelOf(cell.Label, Critic(cell, start)), metric, cell.Legend, until: Shown))]);

        LineChart Regret(double start)
        {
            LineChart chart = Chart("regret", "Distance to the optimal return", "optimal return - return", "eval/return", logY: true, start);
            return chart with
            {
                Series = [.. Cells.Select(cell => runs.Curve(LabelOf(cell.Label, Critic(cell, start)), "eval/return", cell.Legend)).Select(series =>
                    series with { Mean = [.. series.Mean.Select(value => optimum - value)], Low = null, High = null })],
            };
        }
    }

    private static IReadOnlyList<Choice> Slower(StudyRuns runs, double[] starts, double optimum)
    {
        double reference = Counts(runs, "pg-td", optimum).Single();
        (double Start, StudentEstimate Delay)[] family =
            [.. from start in starts
                from cell in Cells.Take(4)
                let delays = Counts(runs, LabelOf(cell.Label, start), optimum).Select(count => count - reference).ToArray()
                select (start, Estimate(delays, isExact: start == 0))];
        IReadOnlyList<Interval> corrected = Verdicts.Holm([.. family.Select(x => (x.Delay, (Interval?)Verdicts.Better))]);
        return [.. starts.Select(start => new Choice(
            FirstCritic.From(start),
            $"Iterations to {100 * Share:0} %: "
            + string.Join("; ", Cells.Take(4).Select(cell => $"{cell.Legend} {Iterations(runs, LabelOf(cell.Label, start), optimum)}"))
            + $"; policy gradient {Iterations(runs, "pg-td", optimum)}.",
            Verdicts.All([.. family.Zip(corrected).Where(x => x.First.Start == start).Select(x => Verdicts.Of(x.Second, Verdicts.Better))])))];
    }

    private static IReadOnlyList<Choice> TemporalDifferences(StudyRuns runs, double[] starts)
    {
        (double Start, string Actor, double[] Gains)[] family =
            [.. from start in starts
                from actor in Actors
                select (start, actor, Means(start, $"{actor}-td").Zip(Means(start, $"{actor}-br"), (td, br) => td - br).ToArray())];
        IReadOnlyList<Interval> corrected = Verdicts.Holm([.. family.Select(x => (Estimate(x.Gains, isExact: x.Start == 0), (Interval?)Verdicts.Better))]);
        return [.. starts.Select(start => new Choice(
            FirstCritic.From(start),
            $"Mean return over the first {Wording.Thousands(Shown)} iterations, TD less BR: "
            + string.Join("; ", family.Where(x => x.Start == start).Select(x => $"{(x.Actor == "actor-o" ? "Actor_o" : "Actor_g")} {Wording.MeanWithInterval(x.Gains)}")) + ".",
            Verdicts.All([.. family.Zip(corrected).Where(x => x.First.Start == start).Select(x => Verdicts.Of(x.Second, Verdicts.Better))])))];

        double[] Means(double start, string label) => runs.Values(LabelOf(label, start), run =>
            run.Column("eval/return").Take(run.Steps.Count(step => step <= Shown)).Average());
    }

    // From zeros there is one run, and it is exact.
    private static StudentEstimate Estimate(double[] values, bool isExact) =>
        isExact ? new StudentEstimate(values.Single(), 0, double.PositiveInfinity) : StudentEstimate.Mean(values);

    private static double[] Starts(StudyScale scale, string environment) =>
        environment == "FourRoom" ? FirstCritic.Deviations(scale) : scale == StudyScale.Quick ? [0] : [0, 1];

    // The critic does not enter the policy gradient.
    private static double Critic((string Label, string Legend, ActorUpdate Actor, CriticUpdate Critic) cell, double start) =>
        cell.Actor == ActorUpdate.PolicyGradient ? 0 : start;

    private static string LabelOf(string label, double start) => label + FirstCritic.LabelSuffix(start);

    // Iterations of each run to a share of the optimal return; all of a run's where it does not get there.
    private static double[] Counts(StudyRuns runs, string label, double optimum) =>
        runs.Values(label, run => Math.Min(run.StepsTo("eval/return", Share * optimum), run.Steps[^1]));

    private static string Iterations(StudyRuns runs, string label, double optimum)
    {
        double[] counts = Counts(runs, label, optimum);
        int missing = runs.Of(label).Count(run => double.IsInfinity(run.StepsTo("eval/return", Share * optimum)));
        string median = Wording.Thousands(Statistics.Median(counts));
        return missing == 0 ? median
            : 2 * missing >= counts.Length ? $"not reached by {missing} of {counts.Length}"
            : $"{median} (not reached by {missing} of {counts.Length})";
    }
}
