using System.Globalization;
using Dyad.Studies.Results;

namespace Dyad.Studies.Definitions;

/// <summary>Figure 1 of Wen et al. 2021 with the actor's step length varied: every method tuned with the same effort.</summary>
internal sealed class Wen2021Figure1Rates : Study
{
    private static readonly double[] Rates = [0.003, 0.01, 0.03, 0.1, 0.3];

    public override string Name => "wen2021/fig1-rates";

    public override string Title => "Does the order of the methods depend on the actor's step length?";

    public override string Source => "Extends Wen et al. 2021, figure 1";

    public override string Question =>
        "The paper's table 2 gives one step length for all methods. Here each method of figure 1 runs at five step lengths of its "
        + "actor, everything else as in figure 1; then each is compared at its own best one.";

    public override IReadOnlyList<string> Notes =>
    [
        FourRoomVariants.TaskNote,
        "The best step length is the one with the largest mean return over training, chosen and reported on the same seeds: "
        + "slightly optimistic, for all methods alike.",
    ];

    public override int DefaultSeeds(StudyScale scale) => scale == StudyScale.Quick ? 5 : 10;

    public override IReadOnlyList<Variant> Variants(StudyScale scale)
    {
        long steps = scale == StudyScale.Quick ? 150_000 : 500_000;
        return [.. from method in Wen2021Figure1.Methods
                   from rate in Rates
                   select FourRoomVariants.Sampled(method, steps, 3000, rate, LabelOf(method, rate))];
    }

    public override Analysis Analyze(StudyRuns runs)
    {
        int seeds = runs.Of(LabelOf("res-ac", Rates[0])).Count;
        double[] Areas(string method, double rate) => runs.Values(LabelOf(method, rate), run => run.MeanOverRows("eval/return"));
        double[] Finals(string method, double rate) => runs.Values(LabelOf(method, rate), run => run.Final("eval/return"));
        double BestRate(string method) => Rates.MaxBy(rate => Statistics.Mean(Areas(method, rate)));
        double[] BestAreas(string method) => Areas(method, BestRate(method));
        double[] BestFinals(string method) => Finals(method, BestRate(method));

        string rival = Wen2021Figure1.Methods.Where(m => m != "res-ac").MaxBy(m => Statistics.Mean(BestAreas(m)))!;
        Interval gain = Statistics.DifferenceInterval(BestAreas("res-ac"), BestAreas(rival));
        Interval large = Statistics.DifferenceInterval(Finals("res-ac", 0.1), Finals("actor-g", 0.1));
        return new Analysis(
            [
                new Finding(
                    "Res-AC has the best sample efficiency.",
                    $"Each at its own best step length, Res-AC differs from the best of the others ({FourRoomVariants.Legend(rival)}) by "
                    + $"{Wording.Difference(BestAreas("res-ac"), BestAreas(rival))} in the mean return over training and by "
                    + $"{Wording.Difference(BestFinals("res-ac"), BestFinals(rival))} in the final return ({Wording.Seeds(seeds)}).",
                    VerdictOf(gain)),
                new Finding(
                    "Res-AC has a better final return than Actor_g-Critic.",
                    $"With long steps of the actor (0.1) the difference is {Wording.Difference(Finals("res-ac", 0.1), Finals("actor-g", 0.1))}, "
                    + $"with 0.01 it is {Wording.Difference(Finals("res-ac", 0.01), Finals("actor-g", 0.01))} ({Wording.Seeds(seeds)}).",
                    VerdictOf(large)),
            ],
            [
                Chart("area", "Mean return over training", "mean of the return over training", Areas),
                Chart("final", "Final return", "final expected discounted return", Finals),
            ],
            [
                new DataTable(
                    "Each method at its best step length",
                    ["method", "step length", "mean return over training", "final return"],
                    [.. Wen2021Figure1.Methods.Select(method => new[]
                    {
                        FourRoomVariants.Legend(method), Text(BestRate(method)), Wording.MeanWithInterval(BestAreas(method)),
                        Wording.MeanWithInterval(BestFinals(method)),
                    })]),
            ]);

        LineChart Chart(string id, string title, string yTitle, Func<string, double, double[]> values) => new(
            id, title, "step length of the actor", yTitle, LogY: false,
            $"Mean and 95 % interval over {Wording.Seeds(seeds)} at each step length.",
            [.. Wen2021Figure1.Methods.Select(method => new Series(
                FourRoomVariants.Legend(method),
                Rates,
                [.. Rates.Select(rate => Statistics.Mean(values(method, rate)))],
                [.. Rates.Select(rate => Statistics.MeanInterval(values(method, rate)).Low)],
                [.. Rates.Select(rate => Statistics.MeanInterval(values(method, rate)).High)],
                seeds))],
            LogX: true);
    }

    private static Verdict VerdictOf(Interval gain) =>
        gain.Low > 0 ? Verdict.Supported : gain.High < 0 ? Verdict.Contradicted : Verdict.Unclear;

    private static string Text(double rate) => rate.ToString(CultureInfo.InvariantCulture);

    private static string LabelOf(string method, double rate) => $"{method}-rate-{Text(rate)}";
}
