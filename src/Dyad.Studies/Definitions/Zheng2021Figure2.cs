using System.Text.Json.Nodes;
using Dyad.Core;
using Dyad.Numerics;
using Dyad.Studies.Definitions.Problems;
using Dyad.Studies.Definitions.Runs;
using Dyad.Studies.Results;
using Dyad.Training;

namespace Dyad.Studies.Definitions;

/// <summary>Zheng et al. 2021, figures 2, 6 and 7: the motivating game with entropy, from samples.</summary>
internal sealed class Zheng2021Figure2 : Study
{
    private const double EntropyWeight = 0.2;
    private const double Step = 0.01;
    private const int Samples = 3;
    private const int Iterations = 2000;

    // For the fields, expectations as means over quantiles of the noise.
    private const int Quantiles = 101;

    private static readonly double[] ActorStart = [-1, 1];
    private static readonly double[] CriticStart = [1];

    private static readonly (string Label, string Legend, double? Damping)[] Methods =
    [
        ("individual", "Individual gradients (SAC)", null),
        ("stackelberg", "Stackelberg (STSAC-AL)", 0),
    ];

    public override string Name => "zheng2021/fig2";

    public override string Title => "The motivating game with entropy: is there still a difference?";

    public override string Source => "Zheng et al. 2021, figure 2 and figures 6 and 7 of appendix A";

    public override string Question =>
        "The actor draws a = tanh(mean + deviation noise) and raises E[w a - 0.2 log pi(a)]; the critic lowers E[(w a + a^2)^2]. Mean, "
        + "deviation and w begin at -1, 1 and 1 and are learned by simultaneous steps of 0.01 from three actions a step. The error is the "
        + "distance of (mean, w) to (0, 0), the return -mean^2/5.";

    public override IReadOnlyList<string> Notes =>
    [
        "The paper does not say how its figure was made; the values are those of its authors' notebook, where the critic regresses on "
        + "-a^2, while the plotted return is -mean^2/5.",
        "We learn the standard deviation itself, not its logarithm, and both players see the same three actions.",
        "The fields are those of exact expectations (means over 101 quantiles of the noise), at deviation 1; the deviation changes along "
        + "a run.",
    ];

    public override string SummaryMetric => "error";

    public override int DefaultSeeds(StudyScale scale) => scale == StudyScale.Quick ? 5 : 10;

    public override IReadOnlyList<Variant> Variants(StudyScale scale) => [.. Methods.Select(m => new Variant(
        m.Label, "MotivatingGameWithEntropy", Iterations, MeasureEvery: 1,
        new MethodConfig("toy-game", new JsonObject
        {
            ["rule"] = m.Damping is null ? "individual" : "stackelberg",
            ["damping"] = m.Damping,
            ["step_length"] = Step,
            ["samples"] = Samples,
            ["entropy_weight"] = EntropyWeight,
        }),
        seed => new ToyGameRun(
            ToyGame.Squashed(Samples, EntropyWeight),
            new ToyGamePlay(m.Damping, new StepSchedule(Step), new StepSchedule(Step), ActorStart, CriticStart, SharesNoise: true),
            seed,
            Measure)))];

    public override Analysis Analyze(StudyRuns runs)
    {
        int seeds = runs.Of("individual").Count;
        double[] individual = runs.Values("individual", run => run.MeanOverRows("error"));
        double[] stackelberg = runs.Values("stackelberg", run => run.MeanOverRows("error"));

        // Similar: within a quarter of the individual gradients' mean error.
        double similar = Statistics.Mean(individual) / 4;
        double[] individualEnd = runs.Values("individual", ErrorAtEnd);
        double[] stackelbergEnd = runs.Values("stackelberg", ErrorAtEnd);
        double plainIndividual = ErrorWithoutEntropy(null), plainStackelberg = ErrorWithoutEntropy(0);
        double[] individualDeviation = runs.Values("individual", run => run.Final("deviation"));
        double[] stackelbergDeviation = runs.Values("stackelberg", run => run.Final("deviation"));
        (double Error, double Deviation) exactIndividual = ExactEnd(null), exactStackelberg = ExactEnd(0);
        (double exact, double[] sampled) = LeaderDirectionAtStart();

        return new Analysis(
            [
                new Finding(
                    "With entropy, individual and Stackelberg gradients behave similarly.",
                    $"Mean error over the run: individual {Wording.MeanWithInterval(individual)}, Stackelberg "
                    + $"{Wording.MeanWithInterval(stackelberg)}, difference {Wording.Difference(stackelberg, individual)} ({Wording.Seeds(seeds)}). "
                    + $"Similar is apart by less than a quarter of the individual gradients' error, {similar:0.000}.",
                    Verdicts.Of(Statistics.DifferenceInterval(stackelberg, individual), Verdicts.Comparable(similar))),
                new Finding(
                    "With entropy both converge much faster.",
                    $"Mean error of the last 100 of 2,000 iterations: individual {Wording.MeanWithInterval(individualEnd)}, Stackelberg "
                    + $"{Wording.MeanWithInterval(stackelbergEnd)} ({Wording.Seeds(seeds)}); without the noise of three samples a step the errors end at "
                    + $"{exactIndividual.Error:0.0e0} and {exactStackelberg.Error:0.0e0}. Without entropy (figure 1) they are {plainIndividual:0.000} and "
                    + $"{plainStackelberg:0.000} after 2,000 iterations.",
                    Verdicts.All(
                        Verdicts.Of(Statistics.MeanInterval(individualEnd), Verdicts.Below(plainIndividual)),
                        Verdicts.Of(Statistics.MeanInterval(stackelbergEnd), Verdicts.Below(plainStackelberg)))),
                new Finding(
                    "",
                    "The figures leave out the deviation, and there the two differ: it ends at "
                    + $"{Wording.MeanWithInterval(individualDeviation)} with individual gradients and at {Wording.MeanWithInterval(stackelbergDeviation)} with "
                    + $"Stackelberg's ({Wording.Seeds(seeds)}). That is not the game but its estimate, in which the same three samples serve all factors "
                    + $"of the correction: with exact expectations the deviations end at {exactIndividual.Deviation:0.000} and {exactStackelberg.Deviation:0.000}.",
                    Verdict.New),
                new Finding(
                    "",
                    "The bias is there from the first step on: at the start the expected step of the actor's mean from three samples is "
                    + $"{Wording.MeanWithInterval(sampled)} ({Wording.Thousands(sampled.Length)} batches), that from exact expectations {exact:0.000}.",
                    Verdict.New),
            ],
            [
                .. Methods.Select(m => Field(runs.Of(m.Label)[0], m)),
                Chart("error", "Distance of (mean, w) to (0, 0)", "sqrt(mean^2 + w^2)", "error", logY: true, "Figure 7(a) of the paper."),
                Chart("return", "Return of the actor's mean", "-mean^2/5", "return", logY: false, "Figure 7(b) of the paper."),
                Chart("deviation", "Standard deviation of the actor, before tanh", "deviation", "deviation", logY: false, "Not in the paper."),
            ],
            []);

        LineChart Chart(string id, string title, string yTitle, string metric, bool logY, string source) => new(
            id, title, "iterations", yTitle, logY, $"Mean and one sample standard deviation over {Wording.Seeds(seeds)}. {source}",
            [.. Methods.Select(m => runs.Curve(m.Label, metric, m.Legend))]);
    }

    private static double ErrorAtEnd(FinishedRun run) => run.Column("error")[^100..].Average();

    private static double ErrorWithoutEntropy(double? damping)
    {
        ToyGame toy = ToyGame.Deterministic();
        Play(toy, damping, [-1], [1]);
        return Error(toy);
    }

    // Where the run ends whose expectations are exact.
    private static (double Error, double Deviation) ExactEnd(double? damping)
    {
        ToyGame toy = ToyGame.Squashed(Quantiles, EntropyWeight);
        FillQuantiles(toy);
        Play(toy with { Noise = null }, damping, ActorStart, CriticStart);
        return (Error(toy), toy.Game.Leader.Values[1]);
    }

    private static double Error(ToyGame toy)
    {
        double first = toy.Game.Leader.Values[0], w = toy.Game.Follower.Values[0];
        return Math.Sqrt((first * first) + (w * w));
    }

    private static void Play(ToyGame toy, double? damping, double[] actorStart, double[] criticStart)
    {
        var play = new ToyGamePlay(damping, new StepSchedule(Step), new StepSchedule(Step), actorStart, criticStart);
        var run = new ToyGameRun(toy, play, seed: 0, (_, _) => { });
        while (run.Step < Iterations)
        {
            run.Advance();
        }
    }

    // The step of the actor's mean, with exact expectations and from batches of three.
    private static (double Exact, double[] Sampled) LeaderDirectionAtStart()
    {
        ToyGame exact = AtStart(Quantiles);
        FillQuantiles(exact);
        ToyGame batch = AtStart(Samples);
        var dynamics = new GameDynamics(batch.Game, damping: 0);
        RandomStream stream = new RandomStream(0).Split("batches");
        double[] sampled = new double[20_000];
        for (int i = 0; i < sampled.Length; i++)
        {
            stream.Normal(batch.Noise!.Values);
            sampled[i] = -dynamics.Leader(out _)[0];
        }

        return (-new GameDynamics(exact.Game, damping: 0).Leader(out _)[0], sampled);
    }

    private static ToyGame AtStart(int samples)
    {
        ToyGame toy = ToyGame.Squashed(samples, EntropyWeight);
        ActorStart.CopyTo(toy.Game.Leader.Values);
        CriticStart.CopyTo(toy.Game.Follower.Values);
        return toy;
    }

    // The middle of each of as many equal parts of the distribution.
    private static void FillQuantiles(ToyGame toy)
    {
        Span<double> noise = toy.Noise!.Values;
        for (int i = 0; i < noise.Length; i++)
        {
            noise[i] = MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, (i + 0.5) / noise.Length);
        }
    }

    private static FieldChart Field(FinishedRun run, (string Label, string Legend, double? Damping) method)
    {
        var side = new Interval(-1.2, 1.2);
        ToyGame toy = AtStart(Quantiles);
        FillQuantiles(toy);
        return new FieldChart(
            $"field-{method.Label}", method.Legend, "actor, mean", "critic, w",
            "Streamlines of the expected directions at deviation 1, and the trajectory of seed 0.",
            side, side,
            Streamlines.Trace(ToyGameFigures.Field(toy, method.Damping), side, side),
            [ToyGameFigures.Trajectory(run, "mean", "w", method.Legend)],
            [new PlanePoint("start", -1, 1), new PlanePoint("(0, 0)", 0, 0)],
            [.. Methods.Select(m => m.Legend)]);
    }

    private static void Measure(ToyGame toy, IMetrics metrics)
    {
        double mean = toy.Game.Leader.Values[0];
        metrics.Record("error", Error(toy));
        metrics.Record("return", -mean * mean / 5);
        metrics.Record("mean", mean);
        metrics.Record("deviation", toy.Game.Leader.Values[1]);
        metrics.Record("w", toy.Game.Follower.Values[0]);
    }
}
