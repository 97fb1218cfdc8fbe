using Dyad.Algorithms;
using Dyad.Autodiff;
using Dyad.Networks;
using Dyad.Numerics;
using Dyad.Tests.Unit.Autodiff;
using static Dyad.Autodiff.Operations;

namespace Dyad.Tests.Unit.Algorithms;

/// <summary>
/// Stein's identity by quadrature over the noise, which has no sampling error; bias and variance of samples against closed forms.
/// </summary>
[Trait("Category", "unit")]
public sealed class PolicyGradientEstimatorTests
{
    // The trapezoidal rule on a smooth function that vanishes at both ends: errors far below 1e-9.
    private const int Nodes = 801;
    private const double Range = 10;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void All_three_are_the_derivative_of_the_expected_value(bool squashed)
    {
        // One state, one action, Q and phi networks that have nothing to do with each other.
        var actor = new Parameters<double>("actor");
        var network = new Mlp<double>(actor, "policy", [2, 5, 2], Activation.Tanh);
        network.Initialize(new RandomStream(1));
        Input<double> s = new("s", Nodes, 2), noise = new("noise", Nodes, 1), weight = new("weight", Nodes, 1);
        for (int i = 0; i < Nodes; i++)
        {
            double x = Range * ((2.0 * i / (Nodes - 1)) - 1);
            (s.Values[2 * i], s.Values[(2 * i) + 1], noise.Values[i]) = (0.3, -0.7, x);
            weight.Values[i] = 2 * Range / (Nodes - 1) * Math.Exp(-0.5 * x * x) / Math.Sqrt(2 * Math.PI);
        }

        SampledAction<double> sample = squashed
            ? new SquashedGaussianPolicy<double>(network, bound: 2).Sample(s, noise)
            : new GaussianPolicy<double>(network).Sample(s, noise);
        Func<Expression<double>, Expression<double>> q = Critic(s, 2), phi = Critic(s, 3);
        Expression<double> value = Stop(q(sample.Action));
        Expression<double> plain = Sum(weight * q(sample.Action));
        Expression<double>[] objectives =
        [
            Sum(weight * PolicyGradientEstimators.ScoreFunction(sample, value)),
            Sum(weight * PolicyGradientEstimators.Reparametrized(sample, q)),
            Sum(weight * PolicyGradientEstimators.Stein(sample, value, phi)),
            Sum(weight * PolicyGradientEstimators.Stein(sample, value, a => -3 * phi(a))),
            Sum(weight * PolicyGradientEstimators.Stein(sample, value, PolicyGradientEstimators.Taylor(q, 0.5 * sample.Action))),
        ];

        var builder = new ProgramBuilder<double>();
        Output<double> expected = builder.Output(plain);
        Output<double>[] values = [.. objectives.Select(builder.Output)];
        Output<double>[] gradients = [.. objectives.Select(x => builder.Output(Derivatives.Gradient(x, actor)))];
        CompiledProgram program = builder.Build();
        double[] differences = new double[actor.Count];
        for (int i = 0; i < actor.Count; i++)
        {
            double at = actor.Values[i];
            double At(double x)
            {
                actor.Values[i] = x;
                program.Run();
                return expected.Value;
            }

            differences[i] = (At(at + 1e-5) - At(at - 1e-5)) / 2e-5;
            actor.Values[i] = at;
        }

        program.Run();
        Assert.True(differences.Max(Math.Abs) > 0.01);

        // Taylor around half of the action is no function of the action alone: Q(a / 2) + a' grad Q(a / 2) / 2 has lost what it owes
        // to its own centre, and the identity with it.
        for (int i = 0; i < objectives.Length - 1; i++)
        {
            DerivativeCheck.Close(differences, gradients[i].Values, 1e-8, $"estimator {i}");
            Assert.Equal(expected.Value, values[i].Value, 1e-12);
        }

        Assert.True(differences.Zip(gradients[^1].Values.ToArray(), (x, y) => Math.Abs(x - y)).Max() > 1e-3);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_held_log_density_has_the_score_as_its_derivative(bool squashed)
    {
        var actor = new Parameters<double>("actor");
        var network = new Mlp<double>(actor, "policy", [3, 4, 4], Activation.Tanh);
        network.Initialize(new RandomStream(4));
        Input<double> s = new("s", 6, 3), noise = new("noise", 6, 2);
        var random = new RandomStream(5);
        random.Normal(s.Values);
        random.Normal(noise.Values);
        SampledAction<double> sample = squashed
            ? new SquashedGaussianPolicy<double>(network).Sample(s, noise)
            : new GaussianPolicy<double>(network).Sample(s, noise);
        var builder = new ProgramBuilder<double>();
        Output<double> action = builder.Output(sample.Action), total = builder.Output(Sum(sample.LogProbability));
        Output<double> held = builder.Output(Sum(sample.HeldLogProbability));
        Output<double> score = builder.Output(Derivatives.Gradient(Sum(sample.HeldLogProbability), actor));
        CompiledProgram program = builder.Build();
        program.Run();
        Assert.Equal(total.Value, held.Value);
        double[] actual = score.Values.ToArray();
        double[] u = [.. action.Values.ToArray().Select(a => squashed ? Math.Atanh(a) : a)];

        // Differences of the density of the numbers before tanh: what tanh adds does not depend on theta.
        Input<double> drawn = new("u", 6, 2);
        u.CopyTo(drawn.Values);
        builder = new ProgramBuilder<double>();
        Output<double> density = builder.Output(Sum(new GaussianPolicy<double>(network).LogProbability(s, drawn)));
        program = builder.Build();
        double[] differences = new double[actor.Count];
        for (int i = 0; i < actor.Count; i++)
        {
            double at = actor.Values[i];
            double At(double x)
            {
                actor.Values[i] = x;
                program.Run();
                return density.Value;
            }

            differences[i] = (At(at + 1e-5) - At(at - 1e-5)) / 2e-5;
            actor.Values[i] = at;
        }

        DerivativeCheck.Close(differences, actual, 1e-7, "score");
    }

    [Fact]
    public void Means_and_variances_of_samples_are_those_of_the_closed_forms()
    {
        // Q = -(a - c)^2 / 2 and M = m - c. Reparametrization: -(M + sigma xi). Score function: xi Q / sigma. Both have the mean -M
        // in m and -sigma^2 in log sigma; their second moments follow from E xi^2, xi^4, xi^6 = 1, 3, 15.
        const double m = 0.4, c = -0.6, sigma = 0.7, M = m - c;
        double second = (Math.Pow(M, 4) + (18 * M * M * sigma * sigma) + (15 * Math.Pow(sigma, 4))) / (4 * sigma * sigma);
        Estimates estimates = Sample(m, sigma, a => -0.5 * Square(a - c), a => -0.5 * Square(a - c), batches: 20_000);
        estimates.HasMean("score", [-M, -sigma * sigma]);
        estimates.HasMean("reparametrized", [-M, -sigma * sigma]);
        estimates.HasMean("stein", [-M, -sigma * sigma]);
        Assert.Equal(1, estimates.Variance("score", 0) / (second - (M * M)), 0.1);
        Assert.Equal(1, estimates.Variance("reparametrized", 0) / (sigma * sigma), 0.05);

        // phi = Q: the same numbers, sample by sample, and far less variance than the score function.
        Assert.Equal(estimates.Mean("reparametrized"), estimates.Mean("stein"), (x, y) => Math.Abs(x - y) < 1e-12);
        Assert.True(estimates.Variance("stein", 0) < 0.2 * estimates.Variance("score", 0));
        Assert.True(estimates.Variance("stein", 1) < estimates.Variance("score", 1));
    }

    [Fact]
    public void A_jump_is_seen_by_the_score_and_by_Stein_with_a_continuous_phi_alone()
    {
        // J = Pr(a > 0): its derivatives are the density at 0, and -m times it.
        const double m = -0.2, sigma = 0.5;
        double density = Math.Exp(-0.5 * m * m / (sigma * sigma)) / (sigma * Math.Sqrt(2 * Math.PI));
        double[] exact = [density, -m * density];
        Estimates estimates = Sample(m, sigma, a => Greater(a, Number<double>(0)), a => Sigmoid(4 * a), batches: 20_000);
        estimates.HasMean("score", exact);
        estimates.HasMean("stein", exact);
        Assert.Equal([0, 0], estimates.Mean("reparametrized"));
        Assert.True(estimates.Variance("stein", 0) < 0.5 * estimates.Variance("score", 0));
    }

    [Fact]
    public void A_kink_is_no_harm_and_a_wrong_phi_costs_variance_only()
    {
        // J = -E|a|: derivatives 2 Phi(-m / sigma) - 1 = -0.6826894921370859 at m = sigma, and -sigma sqrt(2 / pi) exp(-1/2).
        const double sigma = 0.5;
        double[] exact = [-0.6826894921370859, -sigma * Math.Sqrt(2 / Math.PI) * Math.Exp(-0.5)];
        Estimates estimates = Sample(sigma, sigma, a => -Max(a, -a), a => 2 * Max(a, -a), batches: 20_000);
        estimates.HasMean("score", exact);
        estimates.HasMean("reparametrized", exact);
        estimates.HasMean("stein", exact);
        Assert.True(estimates.Variance("stein", 0) > 2 * estimates.Variance("score", 0));
    }

    [Fact]
    public void Taylor_touches_the_function_and_is_linear()
    {
        Input<double> m = new("m", 2, 3), a = new("a", 2, 3);
        new RandomStream(8).Normal(m.Values);
        Func<Expression<double>, Expression<double>> q = x => SumColumns(Tanh(x) + Square(x));
        Func<Expression<double>, Expression<double>> phi = PolicyGradientEstimators.Taylor(q, m);
        var builder = new ProgramBuilder<double>();
        Output<double> value = builder.Output(q(m)), taylor = builder.Output(phi(a));
        CompiledProgram program = builder.Build();
        double[] At(double distance)
        {
            for (int i = 0; i < 6; i++)
            {
                a.Values[i] = m.Values[i] + (distance * (1 + (i % 3)));
            }

            program.Run();
            return taylor.Values.ToArray();
        }

        double[] touching = At(0);
        Assert.Equal(value.Values.ToArray(), touching);
        double[] one = At(1), two = At(2);
        for (int row = 0; row < 2; row++)
        {
            double slope = Enumerable.Range(0, 3).Sum(i =>
            {
                double x = m.Values[(3 * row) + i];
                return (1 + i) * (1 - (Math.Tanh(x) * Math.Tanh(x)) + (2 * x));
            });
            Assert.Equal(slope, one[row] - touching[row], 1e-12);
            Assert.Equal(slope, two[row] - one[row], 1e-12);
        }
    }

    [Fact]
    public void In_float_the_gradient_is_that_of_double_to_its_precision()
    {
        Assert.Equal(Gradient<double>(), Gradient<float>(), (x, y) => Math.Abs(x - y) < 1e-4);

        static double[] Gradient<T>()
            where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
        {
            var actor = new Parameters<T>("actor");
            var network = new Mlp<T>(actor, "policy", [2, 2], Activation.Tanh);
            network.Initialize(new RandomStream(1));
            Input<T> s = new("s", 8, 2), noise = new("noise", 8, 1);
            var random = new RandomStream(2);
            random.Normal(s.Values);
            random.Normal(noise.Values);
            SampledAction<T> sample = new GaussianPolicy<T>(network).Sample(s, noise);
            Expression<T> Q(Expression<T> a) => -Square(a - 1);
            var builder = new ProgramBuilder<T>();
            Output<T> gradient = builder.Output(Derivatives.Gradient(
                Mean(PolicyGradientEstimators.Stein(sample, Stop(Q(sample.Action)), a => Tanh(a))), actor));
            builder.Build().Run();
            return [.. gradient.Values.ToArray().Select(double.CreateChecked)];
        }
    }

    // A critic (s, a) -> number with weights of its own.
    private static Func<Expression<double>, Expression<double>> Critic(Expression<double> s, int seed)
    {
        var player = new Parameters<double>($"critic {seed}");
        var network = new Mlp<double>(player, "q", [3, 8, 1], Activation.Tanh);
        network.Initialize(new RandomStream(seed));
        foreach (ref double value in player.Values)
        {
            value *= 2;
        }

        return a => new ActionValue<double>(network).Value(s, a);
    }

    private static Estimates Sample(
        double mean, double deviation, Func<Expression<double>, Expression<double>> q, Func<Expression<double>, Expression<double>> phi, int batches)
    {
        const int rows = 16;
        var actor = new Parameters<double>("actor");
        Parameter<double> m = actor.Add("mean", 1, 1), log = actor.Add("log deviation", 1, 1);
        m.Values[0] = mean;
        log.Values[0] = Math.Log(deviation);
        var noise = new Input<double>("noise", rows, 1);
        SampledAction<double> sample = Gaussian.Sample(Broadcast(m, rows, 1), Broadcast(log, rows, 1), noise);
        Expression<double> value = Stop(q(sample.Action));
        (string Name, Expression<double> Objective)[] estimators =
        [
            ("score", PolicyGradientEstimators.ScoreFunction(sample, value)),
            ("reparametrized", PolicyGradientEstimators.Reparametrized(sample, q)),
            ("stein", PolicyGradientEstimators.Stein(sample, value, phi)),
        ];
        var builder = new ProgramBuilder<double>();
        Output<double>[] outputs = [.. estimators.Select(x => builder.Output(Derivatives.Gradient(Mean(x.Objective), actor)))];
        CompiledProgram program = builder.Build();
        Dictionary<string, RunningMoments> moments = estimators.ToDictionary(x => x.Name, _ => new RunningMoments(2));
        var random = new RandomStream(9);
        for (int batch = 0; batch < batches; batch++)
        {
            random.Normal(noise.Values);
            program.Run();
            for (int i = 0; i < outputs.Length; i++)
            {
                moments[estimators[i].Name].Add(outputs[i].Values);
            }
        }

        return new Estimates(moments, rows);
    }

    private sealed record Estimates(Dictionary<string, RunningMoments> Moments, int Rows)
    {
        public double[] Mean(string name) => Moments[name].Mean.ToArray();

        public double Variance(string name, int component) => Rows * Moments[name].Variance(component);

        // Within five standard errors, and those are small.
        public void HasMean(string name, double[] exact)
        {
            for (int i = 0; i < exact.Length; i++)
            {
                double error = Math.Sqrt(Moments[name].Variance(i) / Moments[name].Count);
                Assert.True(error < 0.02, $"{name}[{i}]: standard error {error:E2}");
                Assert.True(
                    Math.Abs(Mean(name)[i] - exact[i]) <= 5 * error,
                    $"{name}[{i}]: mean {Mean(name)[i]:R}, expected {exact[i]:R}, standard error {error:E2}");
            }
        }
    }
}
