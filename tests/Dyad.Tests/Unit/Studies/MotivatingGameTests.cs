using Dyad.Core;
using Dyad.Games;
using Dyad.Studies;
using Dyad.Studies.Definitions;
using Dyad.Studies.Definitions.Problems;
using Dyad.Studies.Definitions.Runs;
using Dyad.Studies.Results;
using Dyad.Tests.Unit.Algorithms;

namespace Dyad.Tests.Unit.Studies;

/// <summary>The toy games of Zheng et al. (2021) against formulas worked out by hand.</summary>
[Trait("Category", "unit")]
public sealed class MotivatingGameTests
{
    private const double Eta = 0.2;

    [Theory]
    [InlineData("individual", null)]
    [InlineData("stackelberg", 0.0)]
    [InlineData("regularized", 0.04)]
    [InlineData("regularized-4", 4.0)]
    [InlineData("individual-large", null, 1.0)]
    [InlineData("stackelberg-large", 0.0, 1.0)]
    public void Trajectories_are_those_of_the_closed_form_over_the_whole_run(string label, double? damping, double c = 0.2)
    {
        Variant variant = Variant("zheng2021/fig1", label, StudyScale.Paper);
        IIterative run = variant.Create(0);
        double theta = -1, w = 1;
        Assert.Equal(50_000, variant.Steps);
        while (true)
        {
            Recorder row = Recorder.Of(run);
            Assert.Equal(theta, row["theta"], 1e-9);
            Assert.Equal(w, row["w"], 1e-9);
            Assert.Equal(Math.Sqrt((theta * theta) + (w * w)), row["error"], 1e-9);
            Assert.Equal(-c * theta * theta, row["return"], 1e-9);
            if (run.Step == variant.Steps)
            {
                Assert.Equal(damping is null ? [] : [0.0], row.Values.Where(value => value.Name == "undefined").Select(value => value.Value));
                return;
            }

            run.Advance();
            double correction = damping is { } lambda
                ? ((4 * theta * w) + (6 * c * theta * theta)) * theta / ((2 * theta * theta) + lambda)
                : 0;
            double critic = 2 * ((w * theta) + (c * theta * theta)) * theta;
            (theta, w) = (theta + (0.01 * (w - correction)), w - (0.01 * critic));
        }
    }

    [Fact]
    public void Where_the_curvature_is_zero_the_actor_takes_its_own_gradient_and_counts_it()
    {
        var step = new StepSchedule(0.01);
        foreach ((double damping, int undefined) in new[] { (0.0, 1), (0.04, 0) })
        {
            ToyGame toy = ToyGame.Deterministic();
            var run = new ToyGameRun(toy, new ToyGamePlay(damping, step, step, [0], [0.5]), seed: 0, (_, _) => { });
            run.Advance();
            Assert.Equal(0.005, toy.Game.Leader.Values[0], 1e-15);
            Assert.Equal(0.5, toy.Game.Follower.Values[0], 1e-15);
            Assert.Equal(undefined, Recorder.Of(run)["undefined"]);
        }
    }

    [Fact]
    public void Directions_of_the_game_with_entropy_are_the_formulas_on_the_same_samples()
    {
        double[] noise = [0.3, -1.2, 0.7];
        (double mean, double deviation, double w) = (-0.6, 0.8, 0.4);
        ToyGame toy = WithEntropy(noise.Length, mean, deviation, w);
        noise.CopyTo(toy.Noise!.Values);
        Directions by = Formulas(noise, [.. noise.Select(_ => 1.0 / 3)], mean, deviation, w);

        var individual = new GameDynamics(toy.Game, damping: null);
        Near.Equal(by.Direct, Negative(individual.Leader(out _)), 1e-12, "individual");
        Near.Equal([by.Critic], Negative(individual.Follower()), 1e-12, "critic");
        foreach (double damping in new[] { 0, 0.5 })
        {
            double[] total = Negative(new GameDynamics(toy.Game, damping).Leader(out bool isDefined));
            Assert.True(isDefined);
            Near.Equal(by.Total(damping), total, 1e-12, $"Stackelberg, damping {damping}");
        }
    }

    [Fact]
    public void Sampled_directions_are_the_expected_ones_in_the_mean()
    {
        const int batches = 40_000;
        (double mean, double deviation, double w) = (-1, 1, 1);
        (double[] grid, double[] density) = Grid();
        Directions expected = Formulas(grid, density, mean, deviation, w);

        ToyGame toy = WithEntropy(3, mean, deviation, w);
        var dynamics = new GameDynamics(toy.Game, damping: null);
        var stream = new Dyad.Numerics.RandomStream(7);
        double[] sum = new double[3], squares = new double[3];
        for (int i = 0; i < batches; i++)
        {
            stream.Normal(toy.Noise!.Values);
            double[] direction = [.. Negative(dynamics.Leader(out _)), .. Negative(dynamics.Follower())];
            for (int k = 0; k < 3; k++)
            {
                sum[k] += direction[k];
                squares[k] += direction[k] * direction[k];
            }
        }

        double[] exact = [.. expected.Direct, expected.Critic];
        for (int k = 0; k < 3; k++)
        {
            double average = sum[k] / batches;
            double error = Math.Sqrt(((squares[k] / batches) - (average * average)) / batches);
            Assert.InRange(average, exact[k] - (5 * error), exact[k] + (5 * error));
        }
    }

    [Fact]
    public void Large_batches_give_the_exact_Stackelberg_direction()
    {
        const int samples = 200_000;
        (double mean, double deviation, double w) = (-1, 1, 1);
        (double[] grid, double[] density) = Grid();
        ToyGame toy = WithEntropy(samples, mean, deviation, w);
        new Dyad.Numerics.RandomStream(3).Normal(toy.Noise!.Values);
        Near.Equal(
            Formulas(grid, density, mean, deviation, w).Total(0), Negative(new GameDynamics(toy.Game, 0).Leader(out _)), 0.02, "direction");
    }

    [Fact]
    public void The_equilibrium_of_the_noisy_game_is_a_differential_Stackelberg_equilibrium()
    {
        (EquilibriumReport there, Interval realParts) = Zheng2021Theorem2.Equilibrium();
        Assert.Equal(EquilibriumKind.DifferentialStackelberg, there.Kind);
        Assert.Equal(0, there.TotalDerivative, 1e-12);
        Assert.Equal(0, there.FollowerGradient, 1e-12);

        // 2 phi^2 = 8; with the best response the leader's cost is -R = 4 + theta^2/5.
        Assert.Equal(8, there.FollowerCurvature, 1e-9);
        Assert.Equal(0.4, there.LeaderCurvature, 1e-6);

        // The Jacobian of the directions is [[0.6, -1], [8, -8]].
        Assert.Equal(-3.7 - Math.Sqrt((3.7 * 3.7) - 3.2), realParts.Low, 1e-5);
        Assert.Equal(-3.7 + Math.Sqrt((3.7 * 3.7) - 3.2), realParts.High, 1e-5);

        Game<double> elsewhere = ToyGame.NoisyReward().Game;
        (elsewhere.Leader.Values[0], elsewhere.Follower.Values[0]) = (0.5, -2);
        EquilibriumReport report = new StackelbergEquilibrium(elsewhere).Check();
        Assert.Equal(EquilibriumKind.NotStationary, report.Kind);
        Assert.True(report.TotalDerivative > 0.01);
    }

    [Fact]
    public void The_origin_of_the_motivating_game_is_degenerate()
    {
        ToyGame toy = ToyGame.Deterministic();
        EquilibriumReport origin = new StackelbergEquilibrium(toy.Game).Check();
        Assert.Equal(EquilibriumKind.Degenerate, origin.Kind);
        Assert.Equal(0, origin.FollowerCurvature);
        Assert.True(double.IsNaN(origin.TotalDerivative));
        new GameDynamics(toy.Game, 0).Leader(out bool isDefined);
        Assert.False(isDefined);
    }

    [Fact]
    public void Two_timescales_converge_and_the_wrong_ones_or_individual_gradients_do_not()
    {
        Assert.InRange(MeanDistanceOfLastHalf("stackelberg"), 0, 0.1);
        Assert.InRange(MeanDistanceOfLastHalf("stackelberg-faster"), 0.4, 2);
        Assert.InRange(MeanDistanceOfLastHalf("individual"), 3, 10);
    }

    [Theory]
    [InlineData("zheng2021/fig2", "individual")]
    [InlineData("zheng2021/fig2", "stackelberg")]
    [InlineData("zheng2021/theorem2", "stackelberg-faster")]
    public void A_resumed_run_goes_on_to_the_same_bits(string study, string label)
    {
        Variant variant = Variant(study, label, StudyScale.Quick);
        IIterative run = variant.Create(3), resumed = variant.Create(3), other = variant.Create(4);
        Advance(run, 50);
        Advance(other, 50);
        Assert.NotEqual(Recorder.Of(run).Values, Recorder.Of(other).Values);
        StateArchive.Load(StateArchive.Save(run.Serialize), resumed.Serialize);
        Advance(run, 50);
        Advance(resumed, 50);
        Assert.Equal(Recorder.Of(run).Values, Recorder.Of(resumed).Values);
    }

    private static double MeanDistanceOfLastHalf(string label)
    {
        IIterative run = Variant("zheng2021/theorem2", label, StudyScale.Quick).Create(1);
        Advance(run, 10_000);
        double sum = 0;
        for (int i = 0; i < 10_000; i++)
        {
            Advance(run, 1);
            sum += Recorder.Of(run)["distance"];
        }

        return sum / 10_000;
    }

    private static void Advance(IIterative run, int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            run.Advance();
        }
    }

    private static Variant Variant(string study, string label, StudyScale scale) =>
        StudyCatalog.Find(study).Variants(scale).Single(variant => variant.Label == label);

    private static ToyGame WithEntropy(int samples, double mean, double deviation, double w)
    {
        ToyGame toy = ToyGame.Squashed(samples, Eta);
        new[] { mean, deviation }.CopyTo(toy.Game.Leader.Values);
        toy.Game.Follower.Values[0] = w;
        return toy;
    }

    private static double[] Negative(ReadOnlySpan<double> values) => [.. values.ToArray().Select(value => -value)];

    // The normal density on a fine grid.
    private static (double[] Points, double[] Weights) Grid()
    {
        double[] points = [.. Enumerable.Range(-4000, 8001).Select(i => i * 0.002)];
        return (points, [.. points.Select(x => 0.002 * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI))]);
    }

    // With u = mean + deviation xi, a = tanh(u), d = 1 - a^2:
    // dJ/du = w d - 2 eta a, dJ/d deviation has 1/deviation from the entropy, L = E[(w a + a^2)^2].
    private static Directions Formulas(double[] noise, double[] weights, double mean, double deviation, double w)
    {
        double[] direct = [0, Eta / deviation], mixed = [0, 0];
        double critic = 0, curvature = 0, inCritic = 0;
        for (int i = 0; i < noise.Length; i++)
        {
            double a = Math.Tanh(mean + (deviation * noise[i])), d = 1 - (a * a), p = weights[i];
            double objective = (w * d) - (2 * Eta * a);
            double coupling = ((4 * w * a) + (6 * a * a)) * d;
            direct[0] += p * objective;
            direct[1] += p * objective * noise[i];
            mixed[0] += p * coupling;
            mixed[1] += p * coupling * noise[i];
            critic -= p * 2 * ((w * a) + (a * a)) * a;
            curvature += p * 2 * a * a;
            inCritic += p * a;
        }

        return new Directions(direct, mixed, critic, curvature, inCritic);
    }

    private sealed record Directions(double[] Direct, double[] Mixed, double Critic, double Curvature, double InCritic)
    {
        public double[] Total(double damping) =>
            [.. Direct.Zip(Mixed, (direct, mixed) => direct - (mixed * InCritic / (Curvature + damping)))];
    }
}
