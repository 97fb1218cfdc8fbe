using System.Numerics;
using System.Text.Json.Nodes;
using Dyad.Core;
using Dyad.Games;
using Dyad.Numerics;
using Dyad.Studies.Definitions.Problems;
using Dyad.Studies.Definitions.Runs;
using Dyad.Studies.Results;
using Dyad.Training;

namespace Dyad.Studies.Definitions;

/// <summary>Zheng et al. 2021, theorem 2: a noisy two-timescale iteration converges to a differential Stackelberg equilibrium.</summary>
internal sealed class Zheng2021Theorem2 : Study
{
    private const string Environment = "NoisyReward";

    // Square summable and not summable; 0.9 and 0.6 make the actor slower and slower beside the critic.
    private static readonly StepSchedule Slow = new(1, 0.9);
    private static readonly StepSchedule Fast = new(1, 0.6);
    private static readonly StepSchedule Critic = new(0.1, 0.6);
    private static readonly StepSchedule SlowCritic = new(0.1, 0.9);

    private static readonly double[] Start = [1, -1];

    private static readonly (string Label, string Legend, double? Damping, StepSchedule Actor, StepSchedule Critic)[] Methods =
    [
        ("stackelberg", "Stackelberg, actor slower", 0, Slow, Critic),
        ("stackelberg-same", "Stackelberg, same timescale", 0, new(0.1, 0.6), Critic),
        ("stackelberg-faster", "Stackelberg, actor faster", 0, Fast, SlowCritic),
        ("individual", "Individual, actor slower", null, Slow, Critic),
    ];

    public override string Name => "zheng2021/theorem2";

    public override string Title => "Do noisy Stackelberg steps find the equilibrium?";

    public override string Source => "Zheng et al. 2021, theorem 2 and assumption 1";

    public override string Question =>
        "One decision, theta, with reward -4 - theta^2/5 and standard normal noise, and a critic Q = w (2 + tanh theta). Actor and critic "
        + "step at once, each from a reward of its own, from (theta, w) = (1, -1). Step lengths are a/(1 + k)^p: p = 0.9 for the slower "
        + "player and 0.6 for the faster, so that their sums diverge, the sums of their squares converge, and the slower is o(the faster). The "
        + "distance is to the differential Stackelberg equilibrium (0, -2).";

    public override IReadOnlyList<string> Notes =>
    [
        "The paper has no experiment on theorem 2; game and schedules are ours. The reward's noise makes both directions noisy without "
        + "bias: the follower's curvature does not depend on it, the rest is linear in it.",
        "The game is chosen so that the conditions matter: with the critic held fixed, the actor's total derivative points away from the "
        + "equilibrium, which only a critic that keeps up turns round; and the individual gradient w phi' is negative wherever the critic is "
        + "right, since all rewards are.",
        "Step lengths: 1/(1 + k)^0.9 and 0.1/(1 + k)^0.6 where the actor is slower, 0.1/(1 + k)^0.6 for both on the same timescale, "
        + "1/(1 + k)^0.6 and 0.1/(1 + k)^0.9 where the actor is faster.",
    ];

    public override string SummaryMetric => "distance";

    public override int DefaultSeeds(StudyScale scale) => scale == StudyScale.Quick ? 5 : 20;

    public override IReadOnlyList<Variant> Variants(StudyScale scale)
    {
        long steps = scale == StudyScale.Quick ? 20_000 : 200_000;
        return [.. Methods.Select(m => new Variant(
            m.Label, Environment, steps, MeasureEvery: steps / 2000,
            new MethodConfig("toy-game", new JsonObject
            {
                ["rule"] = m.Damping is null ? "individual" : "stackelberg",
                ["damping"] = m.Damping,
                ["actor_step_length"] = m.Actor.First,
                ["actor_power"] = m.Actor.Power,
                ["critic_step_length"] = m.Critic.First,
                ["critic_power"] = m.Critic.Power,
            }),
            seed => new ToyGameRun(
                ToyGame.NoisyReward(), new ToyGamePlay(m.Damping, m.Actor, m.Critic, Start[..1], Start[1..]), seed, Measure)))];
    }

    public override Analysis Analyze(StudyRuns runs)
    {
        int seeds = runs.Of("stackelberg").Count;
        double steps = runs.Of("stackelberg")[0].Steps[^1];
        double start = runs.Of("stackelberg")[0].Column("distance")[0];
        double[] Windows(string label, double until) => runs.Values(label, run => LastHalf(run, until).Average());
        string Falls(string label) => string.Join(", ", new[] { steps / 100, steps / 10, steps }.Select(until =>
            $"{Wording.MeanWithInterval(Windows(label, until))} up to iteration {Wording.Thousands(until)}"));

        // Converging: a twentieth of the distance at the start for every seed, and less from one power of ten to the next.
        bool Converges(string label) => Windows(label, steps).Max() < start / 20
            && Statistics.Mean(Windows(label, steps)) < Statistics.Mean(Windows(label, steps / 10))
            && Statistics.Mean(Windows(label, steps / 10)) < Statistics.Mean(Windows(label, steps / 100));
        double Nearest(string label) => runs.Values(label, run => LastHalf(run, steps).Min()).Min();
        string Verb(string label) => Converges(label) ? "converges" : "does not converge";
        string End(string label) => $"mean distance over the last half of the run {Wording.MeanWithInterval(Windows(label, steps))}";

        (EquilibriumReport equilibrium, Interval realParts) = Equilibrium();
        string kind = equilibrium.Kind == EquilibriumKind.DifferentialStackelberg ? "a" : "no";
        return new Analysis(
            [
                new Finding(
                    "",
                    $"(0, -2) is {kind} differential Stackelberg equilibrium without noise: gradients {equilibrium.TotalDerivative:0.0e0} and "
                    + $"{equilibrium.FollowerGradient:0.0e0}, the critic's second derivative {equilibrium.FollowerCurvature:0.000}, the total second "
                    + $"derivative of the actor's cost {equilibrium.LeaderCurvature:0.000}, both positive; it is stable, with eigenvalues of real parts "
                    + $"{realParts.Low:0.00} and {realParts.High:0.00}.",
                    Verdict.New),
                new Finding(
                    "Theorem 2: under assumption 1 the noisy iteration converges to the equilibrium from a neighbourhood of it.",
                    $"Mean distance over the last half of an interval: {Falls("stackelberg")}, from {start:0.000} at the start; the largest of all "
                    + $"seeds at the end is {Windows("stackelberg", steps).Max():0.000} ({Wording.Seeds(seeds)}).",
                    Converges("stackelberg") ? Verdict.Supported : Verdict.Unclear),
                new Finding(
                    "",
                    $"The order of the timescales matters: with the actor faster than the critic it {Verb("stackelberg-faster")} "
                    + $"({End("stackelberg-faster")}, {Wording.Seeds(seeds)}); over that half no run comes nearer than {Nearest("stackelberg-faster"):0.00}.",
                    Verdict.New),
                new Finding(
                    "",
                    $"A slower actor is enough, not necessary: on one timescale it {Verb("stackelberg-same")} here too "
                    + $"({End("stackelberg-same")}, {Wording.Seeds(seeds)}).",
                    Verdict.New),
                new Finding(
                    "",
                    $"With individual gradients on the right timescales it {Verb("individual")} ({End("individual")}, {Wording.Seeds(seeds)}); theta "
                    + $"ends at {Wording.MeanWithInterval(runs.Values("individual", run => run.Final("theta")))}.",
                    Verdict.New),
            ],
            [
                Field(runs, Methods[0]),
                Field(runs, Methods[2]),
                new LineChart(
                    "distance", "Distance to the equilibrium", "iterations", "distance of (theta, w) to (0, -2)", LogY: true,
                    $"Mean and one sample standard deviation over {Wording.Seeds(seeds)}.",
                    [.. Methods.Select(m => runs.Curve(m.Label, "distance", m.Legend))]),
                new LineChart(
                    "return", "Expected reward of the actor", "iterations", "-4 - theta^2/5", LogY: false,
                    $"Mean and one sample standard deviation over {Wording.Seeds(seeds)}; the best is -4.",
                    [.. Methods.Select(m => runs.Curve(m.Label, "return", m.Legend))]),
            ],
            []);
    }

    /// <summary>
    /// (0, -2) without noise, held against definition 1, and the least and largest real part of the eigenvalues of both directions
    /// there: a point is stable where they are negative.
    /// </summary>
    internal static (EquilibriumReport Report, Interval RealParts) Equilibrium()
    {
        Game<double> game = ToyGame.NoisyReward().Game;
        (game.Leader.Values[0], game.Follower.Values[0]) = (0, -2);
        var flow = new StackelbergJacobian<double>(game, ExactTotalDerivative.Of(game));
        IReadOnlyList<Complex> values = new Arnoldi<double>(flow.Size, flow.Size).Compute(flow.Multiply, new RandomStream(0));
        return (new StackelbergEquilibrium(game).Check(), new Interval(-values.Max(value => value.Real), -values.Min(value => value.Real)));
    }

    private static IEnumerable<double> LastHalf(FinishedRun run, double until) => run.Column("distance").Zip(run.Steps)
        .Where(p => p.Second > until / 2 && p.Second <= until).Select(p => p.First);

    private static FieldChart Field(
        StudyRuns runs, (string Label, string Legend, double? Damping, StepSchedule Actor, StepSchedule Critic) method)
    {
        FinishedRun run = runs.Of(method.Label)[0];
        double ratio = method.Actor.At((long)run.Steps[^1]) / method.Critic.At((long)run.Steps[^1]);
        Func<double, double, (double X, double Y)?> field = ToyGameFigures.Field(ToyGame.NoisyReward(), method.Damping);
        (Interval theta, Interval w) = (new(-1.6, 1.6), new(-3.6, -0.4));
        return new FieldChart(
            $"field-{method.Label}", method.Legend, "actor, theta", "critic, w",
            $"Streamlines without noise, with the actor's steps {ratio.ToString(ratio < 10 ? "0.00" : "0", null)} times the critic's as at the end of "
            + $"the run, and the trajectory of seed 0, every {run.Steps[1]:0} iterations.",
            theta, w,
            Streamlines.Trace((x, y) => field(x, y) is { } velocity ? (ratio * velocity.X, velocity.Y) : null, theta, w),
            [ToyGameFigures.Trajectory(run, "theta", "w", method.Legend)],
            [new PlanePoint("start", Start[0], Start[1]), new PlanePoint("equilibrium", 0, -2)],
            [.. Methods.Select(m => m.Legend)]);
    }

    private static void Measure(ToyGame toy, IMetrics metrics)
    {
        double theta = toy.Game.Leader.Values[0], w = toy.Game.Follower.Values[0];
        metrics.Record("distance", Math.Sqrt((theta * theta) + ((w + 2) * (w + 2))));
        metrics.Record("return", -4 - (theta * theta / 5));
        metrics.Record("theta", theta);
        metrics.Record("w", w);
    }
}
