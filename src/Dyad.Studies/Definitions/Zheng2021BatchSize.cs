using System.Globalization;
using System.Text.Json.Nodes;
using Dyad.Studies.Definitions.Runs;
using Dyad.Studies.Results;

namespace Dyad.Studies.Definitions;

/// <summary>Bias and variance of the implicit part over the size of its batch, with networks (Zheng et al. 2021, appendix D).</summary>
internal sealed class Zheng2021BatchSize : Study
{
    private const string Environment = "Pendulum-v1";

    private static readonly (string Label, string Legend, string Independent)[] Rules =
        [("shared", "one batch for all factors", "false"), ("independent", "a batch for each factor", "true")];

    public override string Name => "zheng2021/batch-size";

    public override string Title => "How biased is the implicit part of a batch, and how noisy?";

    public override string Source => "Zheng et al. 2021, appendix D";

    public override string Question =>
        "The implicit part is a product of expectations, so its estimate from one batch is biased, and one that takes a batch for each factor is "
        + "biased by the inverse alone. STDDPG-AL learns Pendulum; along the way the implicit part is estimated from batches of several sizes, and "
        + "compared with that of the largest.";

    public override string SummaryMetric => "implicit/squared_norm";

    public override IReadOnlyList<string> Notes =>
    [
        "Gauss-Newton curvature, damping 1, conjugate gradient with k = 50. Squared bias and variance are in units of the squared norm of the largest batch's expectation; both are unbiased, and the first may be negative by chance.",
        "The two rules are measured each on its own runs.",
    ];

    public override int DefaultSeeds(StudyScale scale) => scale == StudyScale.Quick ? 2 : 5;

    public override IReadOnlyList<Variant> Variants(StudyScale scale)
    {
        bool quick = scale == StudyScale.Quick;
        long steps = quick ? 1_500 : 10_000;
        int batches = quick ? 4 : 32;
        int[] sizes = Sizes(scale);
        return [.. Rules.Select(rule =>
        {
            Variant variant = AgentVariant.Of(
                rule.Label, "stddpg-al", Environment, new TrainingRequest(
                    [
                        ("solver", "conjugate-gradient"), ("curvature", "gauss-newton"), ("damping", "1"), ("solver_iterations", quick ? "10" : "50"),
                        ("independent_batches", rule.Independent), .. quick ? AgentVariant.BeginsAt(300) : [],
                    ],
                    steps, steps / 4, FirstSeed: 0, EvaluationEpisodes: 1));
            return MeasuredTraining.Of(
                variant, new JsonObject { ["batches"] = batches, ["sizes"] = string.Join(",", sizes) },
                (training, stream) => new ImplicitBiasTraining(training, sizes, batches, steps / 2, stream.Split("batch size")));
        })];
    }

    public override Analysis Analyze(StudyRuns runs)
    {
        int[] sizes = Sizes(runs.Scale);
        int seeds = runs.Of(Rules[0].Label).Count;
        return new Analysis(
            [.. Rules.Select(rule => new Finding(
                "",
                $"{char.ToUpperInvariant(rule.Legend[0])}{rule.Legend[1..]}: squared bias of a batch of {sizes[0]} {Text(runs, rule.Label, Bias(sizes[0]))}, "
                + $"of {sizes[^2]} {Text(runs, rule.Label, Bias(sizes[^2]))}; variance {Text(runs, rule.Label, Variance(sizes[0]))} and "
                + $"{Text(runs, rule.Label, Variance(sizes[^2]))} ({Wording.Seeds(seeds)}).",
                Verdict.New))],
            [
                new LineChart(
                    "variance", "Variance of one batch", "batch size", "E |g_n - E g_n|^2 / |E g|^2", LogY: true, $"Mean over {Wording.Seeds(seeds)} and rows.",
                    [.. Rules.Select(rule => Curve(runs, rule, sizes, Variance, seeds))]),
                new LineChart(
                    "bias", "Squared bias", "batch size", "|E g_n - E g|^2 / |E g|^2", LogY: false, $"Mean over {Wording.Seeds(seeds)} and rows.",
                    [.. Rules.Select(rule => Curve(runs, rule, sizes[..^1], Bias, seeds))]),
            ],
            [
                new DataTable(
                    $"{Environment}, {Wording.Seeds(seeds)}",
                    ["rule", "batch", "squared bias", "variance"],
                    [.. from rule in Rules from n in sizes
                        select new[]
                        {
                            rule.Legend, n.ToString(CultureInfo.InvariantCulture), n == sizes[^1] ? "" : Text(runs, rule.Label, Bias(n)),
                            Text(runs, rule.Label, Variance(n)),
                        }]),
            ]);
    }

    private static int[] Sizes(StudyScale scale) => scale == StudyScale.Quick ? [16, 64, 256] : [16, 64, 256, 1024, 4096];

    private static string Bias(int n) => $"implicit/squared_bias_{n}";

    private static string Variance(int n) => $"implicit/variance_{n}";

    private static string Text(StudyRuns runs, string label, string metric) =>
        Wording.MeanWithInterval(runs.Values(label, run => run.MeanOverRows(metric)));

    private static Series Curve(StudyRuns runs, (string Label, string Legend, string Independent) rule, int[] sizes, Func<int, string> metric, int seeds) => new(
        rule.Legend, [.. sizes.Select(n => (double)n)],
        [.. sizes.Select(n => Statistics.Mean(runs.Values(rule.Label, run => run.MeanOverRows(metric(n)))))], null, null, seeds);
}
