using System.Globalization;
using Dyad.Studies.Results;

namespace Dyad.Studies.Definitions;

/// <summary>
/// Figure 1 of Wen et al. 2021 with what the paper leaves open varied: the actor's step length, and what happens at the goal.
/// </summary>
internal sealed class Wen2021Figure1Sensitivity : Study
{
    private static readonly double[] Rates = [0.003, 0.01, 0.03, 0.1, 0.3, 1];

    public override string Name => "wen2021/fig1-sensitivity";

    public override string Title => "Does the order of the methods depend on what the paper leaves open?";

    public override string Source => "Extends Wen et al. 2021, figure 1";

    public override string Question =>
        "Each method of figure 1 runs at six step lengths of its actor and under three rules for the goal, everything else as in "
        + "figure 1; then each is compared at its own best step length, so that all are tuned with the same effort.";

    public override IReadOnlyList<string> Notes =>
    [
        FourRoomVariants.TaskNote,
        "The other rules: the goal absorbs and pays once; or the goal is a cell like others and every step that ends in it pays.",
        "The best step length is the one with the largest mean return over training, chosen and reported on the same seeds: "
        + "slightly optimistic, for all methods alike.",
    ];

    public override int DefaultSeeds(StudyScale scale) => scale == StudyScale.Quick ? 5 : 10;

    public override IReadOnlyList<Variant> Variants(StudyScale scale)
    {
        long steps = scale == StudyScale.Quick ? 150_000 : 500_000;
        return [.. from task in FourRoomVariants.Tasks
                   from method in Wen2021Figure1.Methods
                   from rate in Rates
                   select FourRoomVariants.Sampled(
                       method, steps, 6000, rate, LabelOf(method, rate), environment: task.Environment)];
    }

    public override Analysis Analyze(StudyRuns runs)
    {
        int seeds = runs.On("FourRoom").Of(LabelOf("res-ac", Rates[0])).Count;
        return new Analysis(
            [.. FourRoomVariants.Tasks.Select(task => Compare(task.Rule, runs.On(task.Environment), seeds))],
            [.. FourRoomVariants.Tasks.Select(task => Chart(task.Environment, task.Rule, runs.On(task.Environment), seeds))],
            [
                new DataTable(
                    "Each method at its best step length",
                    ["at the goal", "method", "step length", "mean return over training", "final return"],
                    [.. from task in FourRoomVariants.Tasks
                        from method in Wen2021Figure1.Methods
                        let best = Best(runs.On(task.Environment), method)
                        select new[]
                        {
                            task.Rule, FourRoomVariants.Legend(method), Text(best.Rate), Wording.MeanWithInterval(best.Areas),
                            Wording.MeanWithInterval(best.Finals),
                        }]),
            ]);
    }

    private static Finding Compare(string rule, StudyRuns runs, int seeds)
    {
        (double Rate, double[] Areas, double[] Finals) residual = Best(runs, "res-ac");
        string rival = Wen2021Figure1.Methods.Where(m => m != "res-ac").MaxBy(m => Statistics.Mean(Best(runs, m).Areas))!;
        (double Rate, double[] Areas, double[] Finals) other = Best(runs, rival);
        return new Finding(
            "Res-AC has the best sample efficiency of the four.",
            $"Where {rule}: each at its own best step length, Res-AC ({Text(residual.Rate)}) differs from the best of the others, "
            + $"{FourRoomVariants.Legend(rival)} ({Text(other.Rate)}), by {Wording.Difference(residual.Areas, other.Areas)} in the mean return "
            + $"over training and by {Wording.Difference(residual.Finals, other.Finals)} in the final return ({Wording.Seeds(seeds)}).",
            Verdicts.Of(Statistics.DifferenceInterval(residual.Areas, other.Areas), Verdicts.Better));
    }

    private static LineChart Chart(string environment, string rule, StudyRuns runs, int seeds)
    {
        double[][] Areas(string method) => [.. Rates.Select(rate => AreasOf(runs, method, rate))];
        return new LineChart(
            environment.ToLowerInvariant(), $"Mean return over training: {rule}", "step length of the actor", "mean of the return over training",
            LogY: false, $"Mean and 95 % interval over {Wording.Seeds(seeds)} at each step length.",
            [.. Wen2021Figure1.Methods.Select(method => new Series(
                FourRoomVariants.Legend(method),
                Rates,
                [.. Areas(method).Select(values => Statistics.Mean(values))],
                seeds > 1 ? [.. Areas(method).Select(values => Statistics.MeanInterval(values).Low)] : null,
                seeds > 1 ? [.. Areas(method).Select(values => Statistics.MeanInterval(values).High)] : null,
                seeds))],
            LogX: true);
    }

    private static (double Rate, double[] Areas, double[] Finals) Best(StudyRuns runs, string method)
    {
        double rate = Rates.MaxBy(rate => Statistics.Mean(AreasOf(runs, method, rate)));
        return (rate, AreasOf(runs, method, rate), runs.Values(LabelOf(method, rate), run => run.Final("eval/return")));
    }

    private static double[] AreasOf(StudyRuns runs, string method, double rate) =>
        runs.Values(LabelOf(method, rate), run => run.MeanOverRows("eval/return"));

    private static string Text(double rate) => rate.ToString(CultureInfo.InvariantCulture);

    private static string LabelOf(string method, double rate) => $"{method}-rate-{Text(rate)}";
}
