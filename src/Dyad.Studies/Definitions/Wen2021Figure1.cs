using Dyad.Algorithms.Tabular;
using Dyad.Studies.Results;

namespace Dyad.Studies.Definitions;

/// <summary>Wen et al. 2021, figure 1: the four actor-critics from samples on FourRoom.</summary>
internal sealed class Wen2021Figure1 : Study
{
    public static readonly string[] Methods = ["actor-o", "actor-g", "stack-ac", "res-ac"];

    private const string Exact = "policy-gradient";
    private const long MeasureEvery = 1500;

    public override string Name => "wen2021/fig1";

    public override string Title => "Do the corrections learn faster than plain actor-critics?";

    public override string Source => "Wen et al. 2021, figure 1";

    public override string Question =>
        "Four tabular actor-critics learn FourRoom from episodes of 300 steps, one update of each player an episode. After "
        + "episodes the policy's expected discounted return is computed exactly, and so is the cosine between the update that "
        + "the method makes on average and the true policy gradient. Ascent along the exact policy gradient, with the same "
        + "optimiser and step length and one update for 300 steps, shows what could be had.";

    public override IReadOnlyList<string> Notes =>
    [
        FourRoomVariants.TaskNote,
        "The actor's step length is lost in the paper's table 2; 0.01 is that of its appendix D.1.1. The study wen2021/fig1-sensitivity "
        + "varies it, and the rule at the goal.",
        "Stack-AC is built as its class says: visit frequencies for the semi-derivative, an expectation over next actions, "
        + "damping 0.5.",
        "The expected update is computed from the expected visits of an episode. Stack-AC's update is not linear in the visits; "
        + "its curve is the update at the expected visits.",
    ];

    public override int DefaultSeeds(StudyScale scale) => scale == StudyScale.Quick ? 10 : 20;

    public override IReadOnlyList<Variant> Variants(StudyScale scale)
    {
        long steps = scale == StudyScale.Quick ? 150_000 : 500_000;
        return
        [
            .. Methods.Select(method => FourRoomVariants.Sampled(method, steps, MeasureEvery)),
            FourRoomVariants.Exact(Exact, new ExactActorCriticOptions { StepsPerIteration = 300 }, steps, MeasureEvery),
        ];
    }

    public override Analysis Analyze(StudyRuns runs)
    {
        int seeds = runs.Of("res-ac").Count;
        double Final(FinishedRun run) => run.Final("eval/return");
        double Area(FinishedRun run) => run.MeanOverRows("eval/return");
        string best = Methods.Where(m => m != "res-ac").MaxBy(m => Statistics.Mean(runs.Values(m, Area)))!;

        return new Analysis(
            [
                Outperforms(runs, best, Final, Area, seeds),
                Comparable(runs, Final, seeds),
                Delay(runs, seeds),
                new Finding(
                    "The paper does not show the exact policy gradient.",
                    $"With the same optimiser and step length it reaches {runs.Of(Exact)[0].Final("eval/return"):0.000} and averages "
                    + $"{Area(runs.Of(Exact)[0]):0.000} over training; the best method from samples averages "
                    + $"{Wording.MeanWithInterval(runs.Values(best, Area))} ({FourRoomVariants.Legend(best)}, {Wording.Seeds(seeds)}).",
                    Verdict.New),
                GapFinding(runs, seeds),
            ],
            [
                new LineChart(
                    "return", "Return of the current policy", "environment steps", "expected discounted return", LogY: false,
                    $"Mean and one sample standard deviation over {Wording.Seeds(seeds)}; the policy gradient is exact and uses no samples.",
                    [.. Methods.Append(Exact).Select(m => runs.Curve(m, "eval/return", FourRoomVariants.Legend(m)))]),
                new LineChart(
                    "gap", "Closeness to the policy gradient", "environment steps", "cosine with the policy gradient", LogY: false,
                    "Cosine between the expected update of each method and the true policy gradient at the same policy: 1 is the "
                    + "policy gradient itself, 0 is perpendicular to it. Bands: one sample standard deviation.",
                    [.. Methods.Select(m => runs.Curve(m, "gap/cosine", FourRoomVariants.Legend(m)))]),
            ],
            []);
    }

    private static Finding Outperforms(
        StudyRuns runs, string best, Func<FinishedRun, double> final, Func<FinishedRun, double> area, int seeds)
    {
        Interval areaGain = Statistics.DifferenceInterval(runs.Values("res-ac", area), runs.Values(best, area));
        Interval finalGain = Statistics.DifferenceInterval(runs.Values("res-ac", final), runs.Values(best, final));
        Verdict verdict = areaGain.Low > 0 && finalGain.Low > 0 ? Verdict.Supported
            : areaGain.High < 0 && finalGain.High < 0 ? Verdict.Contradicted
            : Verdict.Unclear;
        return new Finding(
            "Res-AC has the best sample efficiency and the best final return of the four.",
            $"At this step length Res-AC differs from the best of the others ({FourRoomVariants.Legend(best)}) by "
            + $"{Wording.Difference(runs.Values("res-ac", area), runs.Values(best, area))} in the mean return over training and by "
            + $"{Wording.Difference(runs.Values("res-ac", final), runs.Values(best, final))} in the final return (95 % intervals, {Wording.Seeds(seeds)}).",
            verdict);
    }

    private static Finding Comparable(StudyRuns runs, Func<FinishedRun, double> final, int seeds)
    {
        double[] stack = runs.Values("stack-ac", final);
        double[] actorO = runs.Values("actor-o", final);
        Interval difference = Statistics.DifferenceInterval(stack, actorO);
        double[] residual = runs.Values("res-ac", final);
        bool equal = difference.Low <= 0 && difference.High >= 0;
        bool below = Statistics.Mean(stack) < Statistics.Mean(residual) && Statistics.Mean(actorO) < Statistics.Mean(residual);
        return new Finding(
            "Stack-AC and Actor_o-Critic perform comparably, below Res-AC.",
            $"Final returns: Stack-AC {Wording.MeanWithInterval(stack)}, Actor_o-Critic {Wording.MeanWithInterval(actorO)}, Res-AC "
            + $"{Wording.MeanWithInterval(residual)}; Stack-AC differs from Actor_o-Critic by {Wording.Difference(stack, actorO)} ({Wording.Seeds(seeds)}).",
            seeds > 1 && equal && below ? Verdict.Supported : equal || below ? Verdict.Unclear : Verdict.Contradicted);
    }

    private static Finding Delay(StudyRuns runs, int seeds)
    {
        // Steps until the mean curve reaches nine tenths of the best final mean.
        double target = 0.9 * Methods.Max(m => Statistics.Mean(runs.Values(m, run => run.Final("eval/return"))));
        double? StepsTo(string method)
        {
            Series curve = runs.Curve(method, "eval/return");
            int row = Array.FindIndex(curve.Mean, value => value >= target);
            return row < 0 ? null : curve.X[row];
        }

        string Text(string method) => FourRoomVariants.Legend(method)
            + (StepsTo(method) is double steps ? $" after {Wording.Thousands(steps)} steps" : " not within the run");
        double? lead = StepsTo("actor-g") - StepsTo("res-ac");
        return new Finding(
            "Actor_g-Critic needs over 150,000 steps more than Res-AC for a similar return.",
            $"The mean curves reach {target:0.000}, nine tenths of the best final return: {Text("res-ac")}, {Text("actor-g")} "
            + $"({Wording.Seeds(seeds)}).",
            lead >= 100_000 ? Verdict.Supported : lead > 0 ? Verdict.Unclear : Verdict.Contradicted);
    }

    private static Finding GapFinding(StudyRuns runs, int seeds)
    {
        string Cosine(string method) => FourRoomVariants.Legend(method) + " "
            + Wording.MeanWithInterval(runs.Values(method, run => run.MeanOverRows("gap/cosine")), "0.00");
        return new Finding(
            "The paper motivates both corrections by a smaller gap to the policy gradient, and does not measure it while learning.",
            $"Mean cosine between expected update and policy gradient over training: {string.Join(", ", Methods.Select(Cosine))} "
            + $"({Wording.Seeds(seeds)}).",
            Verdict.New);
    }
}
