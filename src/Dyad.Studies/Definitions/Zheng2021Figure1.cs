using System.Text.Json.Nodes;
using Dyad.Core;
using Dyad.Games;
using Dyad.Studies.Definitions.Problems;
using Dyad.Studies.Definitions.Runs;
using Dyad.Studies.Results;
using Dyad.Training;

namespace Dyad.Studies.Definitions;

/// <summary>Zheng et al. 2021, figures 1, 4 and 5: the motivating game without entropy.</summary>
internal sealed class Zheng2021Figure1 : Study
{
    private const double Step = 0.01;
    private const int Iterations = 50_000;

    // c of R = -c theta^2: the paper's, and one that turns its verdict.
    private const double SmallReward = 0.2;
    private const double LargeReward = 1;

    private static readonly (string Label, string Legend, double? Damping)[] Figure =
    [
        ("individual", "Individual gradients", null),
        ("stackelberg", "Stackelberg", 0),
        ("regularized", "Stackelberg, damping 0.04", 0.04),
    ];

    // How the damping leads from one to the other.
    private static readonly (string Label, string Legend, double? Damping)[] Between =
    [
        ("regularized-0.004", "Stackelberg, damping 0.004", 0.004),
        ("regularized-0.4", "Stackelberg, damping 0.4", 0.4),
        ("regularized-4", "Stackelberg, damping 4", 4),
    ];

    // The paper's figure at five times its reward.
    private static readonly (string Label, string Legend, double? Damping)[] Larger =
    [
        ("individual-large", "Individual gradients, R = -theta^2", null),
        ("stackelberg-large", "Stackelberg, R = -theta^2", 0),
    ];

    private static IEnumerable<(string Label, string Legend, double? Damping)> ByDamping =>
        Figure[1..].Concat(Between).OrderBy(m => m.Damping).Append(Figure[0]);

    public override string Name => "zheng2021/fig1";

    public override string Title => "The motivating game: does a leading actor stop the cycling?";

    public override string Source => "Zheng et al. 2021, figure 1 and figures 4 and 5 of appendix A";

    public override string Question =>
        "One decision, theta, with reward R = -theta^2/5 and a critic Q = w theta. The actor raises J = w theta, the critic lowers "
        + "L = (w theta + theta^2/5)^2, both at once by steps of 0.01 from (theta, w) = (-1, 1). The actor follows its own gradient, or "
        + "the total derivative that foresees the critic's response, with or without damping. The error is the distance to (0, 0). "
        + "Nothing is random.";

    public override IReadOnlyList<string> Notes =>
    [
        "The reward is -theta^2/5, as in the paper's L and figures; its text loses the stroke of the fraction.",
        "At theta = 0 the critic's curvature 2 theta^2 is 0 and the undamped total derivative is 0/0. From both sides it tends to "
        + "-w, which is no derivative of anything at that point; a step from exactly there would follow the actor's own gradient and "
        + "be counted as 'undefined'. No run met it. The streamlines of the undamped field pass over the line at theta = 0.",
        "The runs with dampings 0.004, 0.4 and 4, and those with R = -theta^2, are ours.",
    ];

    public override string SummaryMetric => "error";

    public override int DefaultSeeds(StudyScale scale) => 1;

    // The paper's size takes a second, so it is the same at every scale.
    public override IReadOnlyList<Variant> Variants(StudyScale scale) =>
        [.. Figure.Concat(Between).Select(m => VariantOf(m, SmallReward)), .. Larger.Select(m => VariantOf(m, LargeReward))];

    public override Analysis Analyze(StudyRuns runs)
    {
        FinishedRun Run(string label) => runs.Of(label)[0];
        double[] Errors(string label) => Run(label).Column("error");
        double Mean(string label) => Run(label).MeanOverRows("error");
        double Last(string label) => Run(label).Final("error");
        int Crossings(string label) => ToyGameFigures.SignChanges(Run(label).Column("theta"));
        int Peaks(string label) => ToyGameFigures.Peaks(Errors(label));
        string StaysBelow(string label, double bound)
        {
            int row = Array.FindLastIndex(Errors(label), error => error > bound);
            return row == Errors(label).Length - 1 ? "never" : Wording.Thousands(Run(label).Steps[row + 1]);
        }

        double Worst(string label) => Run(label).Column("return").Zip(Run(label).Steps).Where(p => p.Second >= 1000).Min(p => p.First);
        double lower = Errors("stackelberg").Zip(Errors("individual")).Average(pair => pair.First < pair.Second ? 1.0 : 0.0);
        double start = Errors("individual")[0];
        bool faster = Mean("stackelberg") < Mean("individual") && Last("stackelberg") < Last("individual");
        bool fasterToo = Mean("stackelberg-large") < Mean("individual-large") && Last("stackelberg-large") < Last("individual-large");
        int[] crossings = [.. ByDamping.Select(m => Crossings(m.Label))];
        bool inOrder = crossings.Zip(crossings.Skip(1)).All(pair => pair.First <= pair.Second);

        return new Analysis(
            [
                new Finding(
                    "Individual gradients converge in the end, but cycle significantly.",
                    $"theta changes its sign {Crossings("individual")} times and the error rises to {Peaks("individual")} new peaks on its way from "
                    + $"{start:0.000} to {Last("individual"):0.000} after {Wording.Thousands(Iterations)} iterations (exact computation, one run).",
                    Crossings("individual") >= 2 && Last("individual") < start / 10 ? Verdict.Supported : Verdict.Contradicted),
                new Finding(
                    "The Stackelberg gradient eliminates the cycling, and returns are more stable.",
                    $"theta changes its sign {Crossings("stackelberg")} times and the error has {Peaks("stackelberg")} peaks. The worst return after "
                    + $"1,000 iterations is {Worst("stackelberg"):0.0000}, against {Worst("individual"):0.0000} with individual gradients.",
                    Crossings("stackelberg") == 0 && Worst("stackelberg") > Worst("individual") ? Verdict.Supported : Verdict.Contradicted),
                new Finding(
                    "The Stackelberg gradient converges faster.",
                    $"The mean error over the run is {Mean("stackelberg"):0.000} against {Mean("individual"):0.000}, the last one "
                    + $"{Last("stackelberg"):0.0000} against {Last("individual"):0.0000}; the error stays below 0.1 from iteration "
                    + $"{StaysBelow("stackelberg", 0.1)} on against {StaysBelow("individual", 0.1)}. It is the smaller one at {lower:0%} of the "
                    + "iterations: a cycle passes near the origin now and then. With R = -theta^2, all else equal, the mean error is "
                    + $"{Mean("stackelberg-large"):0.000} against {Mean("individual-large"):0.000} and the last one {Last("stackelberg-large"):0.0000} against "
                    + $"{Last("individual-large"):0.0000}, with {Crossings("stackelberg-large")} and {Crossings("individual-large")} changes of theta's sign.",
                    faster != fasterToo ? Verdict.Depends : faster ? Verdict.Supported : Verdict.Contradicted),
                new Finding(
                    "Regularisation speeds up convergence.",
                    $"With damping 0.04 the mean error is {Mean("regularized"):0.000} and the last one {Last("regularized"):0.0000}, against "
                    + $"{Mean("stackelberg"):0.000} and {Last("stackelberg"):0.0000} without.",
                    Mean("regularized") < Mean("stackelberg") && Last("regularized") < Last("stackelberg") ? Verdict.Supported : Verdict.Contradicted),
                new Finding(
                    "",
                    "Damping leads from the Stackelberg to the individual dynamics: "
                    + $"theta changes its sign {Crossings("stackelberg")} times without, {Crossings("regularized-0.004")} with 0.004, "
                    + $"{Crossings("regularized")} with 0.04, {Crossings("regularized-0.4")} with 0.4, {Crossings("regularized-4")} with 4, and "
                    + $"{Crossings("individual")} times with individual gradients"
                    + (inOrder ? "." : "; not in order."),
                    Verdict.New),
                new Finding(
                    "",
                    $"(0, 0) is degenerate: the critic's second derivative there is {new StackelbergEquilibrium(ToyGame.Deterministic().Game).Check().FollowerCurvature:0}, so it is no differential Stackelberg "
                    + "equilibrium, and theorem 2 says nothing about it. Accordingly no method converges at a geometric rate: from iteration 5,000 to 50,000 "
                    + $"the largest error of the last half falls like k^{Rate("individual"):0.00} (individual), "
                    + $"k^{Rate("stackelberg"):0.00} (Stackelberg) and k^{Rate("regularized"):0.00} (damping 0.04).",
                    Verdict.New),
            ],
            [
                .. Figure.Select(m => Field(Run(m.Label), m)),
                new LineChart(
                    "error", "Distance to (0, 0)", "iterations", "sqrt(theta^2 + w^2)", LogY: true,
                    "Exact computation: one line each, no seeds. Figures 1(c) and 5(a) of the paper.",
                    [.. Figure.Select(m => runs.Curve(m.Label, "error", m.Legend))]),
                new LineChart(
                    "error-large", "Distance to (0, 0), R = -theta^2", "iterations", "sqrt(theta^2 + w^2)", LogY: true,
                    "Exact computation: one line each, no seeds. Not in the paper.",
                    [.. Larger.Select(m => runs.Curve(m.Label, "error", m.Legend))]),
                new LineChart(
                    "return", "Return of the actor", "iterations", "R(theta)", LogY: false,
                    "The first 5,000 iterations. Figure 5(b) of the paper.",
                    [.. Figure.Select(m => runs.Curve(m.Label, "return", m.Legend, until: 5000))]),
            ],
            [
                new DataTable(
                    "From individual to Stackelberg",
                    ["actor", "sign changes of theta", "peaks of the error", "mean error", "last error", "error stays below 0.1 from"],
                    [.. ByDamping.Concat(Larger).Select(m => (IReadOnlyList<string>)
                    [
                        m.Legend, $"{Crossings(m.Label)}", $"{Peaks(m.Label)}", $"{Mean(m.Label):0.0000}", $"{Last(m.Label):0.0000}",
                        StaysBelow(m.Label, 0.1),
                    ])]),
            ]);

        double Rate(string label) => Math.Log10(
            LargestOfLastHalf(Run(label), Iterations) / LargestOfLastHalf(Run(label), Iterations / 10));
    }

    private static Variant VariantOf((string Label, string Legend, double? Damping) method, double reward)
    {
        var options = new JsonObject { ["rule"] = method.Damping is null ? "individual" : "stackelberg", ["damping"] = method.Damping, ["step_length"] = Step };
        if (reward != SmallReward)
        {
            options["reward"] = reward;
        }

        return new Variant(
            method.Label, "MotivatingGame", Iterations, MeasureEvery: 5, new MethodConfig("toy-game", options),
            seed => new ToyGameRun(
                ToyGame.Deterministic(reward), new ToyGamePlay(method.Damping, new StepSchedule(Step), new StepSchedule(Step), [-1], [1]), seed,
                (toy, metrics) => Measure(toy, reward, metrics)),
            IsDeterministic: true);
    }

    private static double LargestOfLastHalf(FinishedRun run, double until) => run.Column("error").Zip(run.Steps)
        .Where(p => p.Second > until / 2 && p.Second <= until).Max(p => p.First);

    private static FieldChart Field(FinishedRun run, (string Label, string Legend, double? Damping) method)
    {
        var side = new Interval(-1.2, 1.2);
        return new FieldChart(
            $"field-{method.Label}", method.Legend, "actor, theta", "critic, w",
            "Streamlines of the two players' directions, and the trajectory of the run.",
            side, side,
            Streamlines.Trace(ToyGameFigures.Field(ToyGame.Deterministic(), method.Damping), side, side),
            [ToyGameFigures.Trajectory(run, "theta", "w", method.Legend)],
            [new PlanePoint("start", -1, 1), new PlanePoint("(0, 0)", 0, 0)],
            [.. Figure.Select(m => m.Legend)]);
    }

    private static void Measure(ToyGame toy, double reward, IMetrics metrics)
    {
        double theta = toy.Game.Leader.Values[0], w = toy.Game.Follower.Values[0];
        metrics.Record("error", Math.Sqrt((theta * theta) + (w * w)));
        metrics.Record("return", -reward * theta * theta);
        metrics.Record("theta", theta);
        metrics.Record("w", w);
    }
}
