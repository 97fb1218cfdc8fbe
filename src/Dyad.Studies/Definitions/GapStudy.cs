using System.Text.Json.Nodes;
using Dyad.Diagnostics;
using Dyad.Environments;
using Dyad.Environments.Locating;
using Dyad.Studies.Definitions.Runs;
using Dyad.Studies.Results;

namespace Dyad.Studies.Definitions;

/// <summary>The measured gap of Res-SAC, which has all three estimators, while it learns.</summary>
internal sealed class GapStudy : Study
{
    private const string Label = "res-sac";

    private static readonly (string Name, string Legend)[] Estimators =
        [("plain", "plain: q"), ("residual", "residual: q + w"), ("stackelberg", "Stackelberg")];

    private readonly string _environment;
    private readonly (long Quick, long Paper) _steps;
    private readonly (int Quick, int Paper) _rows;
    private readonly (int Quick, int Paper) _seeds;
    private readonly (GapOptions Quick, GapOptions Paper) _gap;
    private readonly (string, string)[] _changes;
    private readonly int _from;

    private GapStudy(string name, string environment, (long, long) steps, (int, int) rows, (int, int) seeds, (GapOptions, GapOptions) gap,
        int from, params (string, string)[] changes)
    {
        Name = name;
        _environment = environment;
        _steps = steps;
        _rows = rows;
        _seeds = seeds;
        _gap = gap;
        _from = from;
        _changes = [.. changes, .. AgentVariant.BeginsAt(from)];
    }

    /// <summary>On Pendulum with an actor of 230 parameters, whose whole gradient can be had, and on HalfCheetah along directions.</summary>
    public static IEnumerable<Study> All { get; } =
    [
        new GapStudy(
            "gap/pendulum", "Pendulum-v1", (3_000, 10_000), (3, 10), (2, 10),
            (
                new GapOptions { Rollouts = 64, Horizon = 200, FullCosine = true },
                new GapOptions { Rollouts = 256, Horizon = 200, FullCosine = true }),
            500, ("hidden_width", "12"), ("batch_size", "64"), ("actor_learning_rate", "1e-3"), ("critic_learning_rate", "1e-3"),
            ("residual_learning_rate", "1e-3")),
        new GapStudy(
            "gap/half-cheetah", "HalfCheetah-v4", (1_500, 100_000), (2, 10), (1, 3),
            (
                new GapOptions { Rollouts = 64, Horizon = 50, Starts = StartDistribution.Visited, Step = 1e-2 },
                new GapOptions { Rollouts = 256, Horizon = 200, Starts = StartDistribution.Visited, Step = 1e-2 }),
            500, ("hidden_width", "64"), ("batch_size", "100")),
    ];

    public override string Name { get; }

    public override string Title => $"Is what an actor follows the gradient of its objective on {_environment}?";

    public override string Source => "Wen et al. 2021, sections 3 to 5";

    public override string Question =>
        $"Res-SAC learns {_environment}. At points along the way three estimators on batches from its replay, the gradient with its critic q, with q + w, "
        + "and the total derivative of the plain cost with the actor leading, are held against the gradient of J, the entropy-regularised return, that "
        + "rollouts with common random numbers give.";

    public override string SummaryMetric => "gap/plain_derivative";

    public override IReadOnlyList<string> Notes =>
    [
        "The derivative is along the unit direction of the mean over 32 batches. The agent follows the residual estimator; the total derivative is by default options (docs/gap.md).",
        _gap.Paper.FullCosine
            ? "The actor has 12 x 12 hidden units, so that the gradient of J can be had coordinate by coordinate; cosines are from unbiased products and may leave [-1, 1] by chance. "
                + "Horizon: 200 steps, at which gamma^t is 13 %."
            : "Nothing is said of the cosine with the whole gradient, which rollouts cannot give for so many parameters. The simulator is chaotic: where the difference quotient is not in its linear range, it is the slope of a smoothed J.",
    ];

    public override int DefaultSeeds(StudyScale scale) => Of(scale, _seeds);

    public override IReadOnlyList<Variant> Variants(StudyScale scale)
    {
        long steps = Of(scale, _steps);
        GapOptions options = Of(scale, _gap);
        Variant variant = AgentVariant.Of(
            Label, Label, _environment, new TrainingRequest(_changes, steps, steps / Of(scale, _rows), FirstSeed: 0, scale == StudyScale.Quick ? 1 : 10));
        return
        [
            MeasuredTraining.Of(
                variant,
                new JsonObject
                {
                    ["rollouts"] = options.Rollouts,
                    ["horizon"] = options.Horizon,
                    ["batches"] = options.Batches,
                    ["starts"] = options.Starts.ToString(),
                    ["step"] = options.Step,
                    ["full_cosine"] = options.FullCosine,
                },
                (training, stream) => new GapTraining(training, Task, options, _from, stream.Split("gap"))),
        ];
    }

    public override Analysis Analyze(StudyRuns runs)
    {
        string truth = _gap.Paper.FullCosine ? "cosine" : "derivative";
        string word = _gap.Paper.FullCosine ? "cosine with grad J" : "derivative of J along the unit direction";
        string caption = $"Mean and one sample standard deviation over {Wording.Seeds(runs.Of(Label).Count)}.";
        Series[] lines = [.. Estimators.Select(x => runs.Curve(Label, $"gap/{x.Name}_{truth}", x.Legend))];
        double[] plain = Means(runs, $"plain_{truth}");
        return new Analysis(
            [
                new Finding(
                    "", $"Over training the plain gradient has a mean {word} of {Wording.MeanWithInterval(plain)} ({Wording.Seeds(plain.Length)}).", Verdict.New),
                .. Compare(
                    runs, truth, word, ("residual", "The res-critic brings the actor's gradient nearer to that of J."),
                    ("stackelberg", "The total derivative is nearer to the gradient of J than the individual gradient.")),
            ],
            [
                new LineChart(
                    "truth", $"{char.ToUpperInvariant(word[0])}{word[1..]}", "environment steps", word, LogY: false, caption,
                    truth == "derivative" ? [.. lines, runs.Curve(Label, "gap/random_derivative", "a random direction")] : lines),
                new LineChart(
                    "signal", "Signal to noise of one batch", "environment steps", "|E g|^2 / variance", LogY: false, caption,
                    [.. Estimators.Select(x => runs.Curve(Label, $"gap/{x.Name}_signal_to_noise", x.Legend))]),
                new LineChart("return", "Evaluation return", "environment steps", "return", LogY: false, caption, [runs.Curve(Label, "eval/return")]),
            ],
            [
                new DataTable(
                    "Mean over training", ["estimator", word, "derivative", "share in the linear range", "signal / noise", "cosine to plain"],
                    [.. Estimators.Select(x => new[]
                    {
                        x.Legend, Text(runs, $"{x.Name}_{truth}"), Text(runs, $"{x.Name}_derivative"), Text(runs, $"{x.Name}_linear"),
                        Text(runs, $"{x.Name}_signal_to_noise"), Text(runs, $"{x.Name}_cosine_to_plain"),
                    })]),
            ]);
    }

    private static T Of<T>(StudyScale scale, (T Quick, T Paper) values) => scale == StudyScale.Quick ? values.Quick : values.Paper;

    private static double[] Means(StudyRuns runs, string metric) => runs.Values(Label, run => run.MeanOverRows($"gap/{metric}"));

    private static string Text(StudyRuns runs, string metric) => Wording.MeanWithInterval(Means(runs, metric));

    private static IEnumerable<Finding> Compare(StudyRuns runs, string truth, string word, params (string Estimator, string Claim)[] claims)
    {
        // Row by row, so that a value that is missing in one is left out of both.
        double[][] gains = [.. claims.Select(x => runs.Values(Label, run => run.Column($"gap/{x.Estimator}_{truth}").Zip(
            run.Column($"gap/plain_{truth}"), (a, b) => a - b).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average()))];
        IReadOnlyList<Interval> corrected = Verdicts.Holm([.. gains.Select(x => (StudentEstimate.Mean(x), (Interval?)Verdicts.Better))]);
        return claims.Select((x, i) => new Finding(
            x.Claim,
            $"Its {word} exceeds the plain one's by {Wording.MeanWithInterval(gains[i])}{Wording.Holm(corrected[i], claims.Length)}, mean over "
            + $"training ({Wording.Seeds(gains[i].Length)}).",
            Verdicts.Of(corrected[i], Verdicts.Better)));
    }

    private IEnvironment Task() => TaskLocator.Find(_environment).CreateForAgents();
}
