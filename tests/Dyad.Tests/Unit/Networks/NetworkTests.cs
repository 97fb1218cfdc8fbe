using Dyad.Autodiff;
using Dyad.Networks;
using Dyad.Numerics;
using static Dyad.Autodiff.Operations;

namespace Dyad.Tests.Unit.Networks;

[Trait("Category", "unit")]
public sealed class NetworkTests
{
    [Theory]
    [InlineData(5, 9)]
    [InlineData(9, 5)]
    public void Orthogonal_weights_have_orthonormal_rows_or_columns(int inputs, int outputs)
    {
        var player = new Parameters<double>("p");
        var network = new Mlp<double>(player, "n", [inputs, outputs]);
        network.Initialize(new RandomStream(1), Initialization.Orthogonal, lastGain: 2);
        double[] w = network.Weights[0].Values.ToArray();
        int n = Math.Min(inputs, outputs);
        var gram = new double[n * n];
        MatrixProduct.Multiply<double>(n, n, Math.Max(inputs, outputs), w, inputs > outputs, w, inputs <= outputs, gram);
        for (int i = 0; i < n * n; i++)
        {
            Assert.Equal(i % (n + 1) == 0 ? 4 : 0, gram[i], 1e-12);
        }
    }

    [Fact]
    public void Initializations_have_their_variances()
    {
        var player = new Parameters<double>("p");
        var network = new Mlp<double>(player, "n", [200, 300]);
        (Initialization, double)[] cases =
            [(Initialization.He, 2.0 / 200), (Initialization.Xavier, 2.0 / 500), (Initialization.PyTorch, 1.0 / 600)];
        foreach ((Initialization how, double variance) in cases)
        {
            network.Initialize(new RandomStream(2), how);
            double[] w = network.Weights[0].Values.ToArray();
            Assert.Equal(1, w.Average(x => x * x) / variance, 0.03);
            Assert.Equal(how == Initialization.PyTorch, network.Biases[0].Values[0] != 0);
        }
    }

    [Fact]
    public void Squashed_gaussian_density_is_that_of_the_squashed_number()
    {
        // One dimension: the density of tanh(u), integrated over (-1, 1) with the change of variables undone, is 1.
        var player = new Parameters<double>("p");
        var network = new Mlp<double>(player, "n", [1, 2]);
        network.Biases[0].Values[0] = 0.3;
        network.Biases[0].Values[1] = -0.4;
        const int N = 4001;
        Input<double> s = new("s", N, 1), noise = new("noise", N, 1);
        for (int i = 0; i < N; i++)
        {
            noise.Values[i] = -8 + (16.0 * i / (N - 1));
        }

        SampledAction<double> sample = new SquashedGaussianPolicy<double>(network, bound: 3).Sample(s, noise);
        var builder = new ProgramBuilder<double>();
        Output<double> action = builder.Output(sample.Action), log = builder.Output(sample.LogProbability);
        builder.Build().Run();
        double mass = 0;
        for (int i = 1; i < N; i++)
        {
            double width = (action.Values[i] - action.Values[i - 1]) / 3;
            mass += 0.5 * (Math.Exp(log.Values[i]) + Math.Exp(log.Values[i - 1])) * width;
        }

        Assert.Equal(1, mass, 1e-4);
    }

    [Fact]
    public void Squashed_gaussian_stays_finite_far_outside()
    {
        var player = new Parameters<float>("p");
        var network = new Mlp<float>(player, "n", [1, 2]);
        network.Biases[0].Values[0] = 60;
        network.Biases[0].Values[1] = 100;
        Input<float> s = new("s", 1, 1), noise = new("noise", 1, 1);
        SampledAction<float> sample = new SquashedGaussianPolicy<float>(network).Sample(s, noise);
        var builder = new ProgramBuilder<float>();
        Output<float> action = builder.Output(sample.Action), log = builder.Output(sample.LogProbability);
        Output<float> gradient = builder.Output(Derivatives.Gradient(Sum(sample.LogProbability), player));
        builder.Build().Run();
        Assert.Equal(1, action.Value);
        Assert.True(float.IsFinite(log.Value));
        Assert.All(gradient.Values.ToArray(), x => Assert.True(float.IsFinite(x)));
    }

    [Fact]
    public void Gaussian_and_categorical_log_probabilities_are_those_of_their_definitions()
    {
        var player = new Parameters<double>("p");
        var network = new Mlp<double>(player, "n", [2, 3]);
        Parameter<double> deviation = player.Add("log deviation", 1, 3);
        network.Initialize(new RandomStream(1));
        deviation.Values.Fill(Math.Log(0.5));
        Input<double> s = new("s", 4, 2), a = new("a", 4, 3);
        new RandomStream(2).Normal(s.Values);
        new RandomStream(3).Normal(a.Values);
        var chosen = new Indices("chosen", 4);
        chosen.Values[2] = 2;
        var gaussian = new GaussianPolicy<double>(network, deviation);
        var categorical = new CategoricalPolicy<double>(network);
        var builder = new ProgramBuilder<double>();
        Output<double> mean = builder.Output(network.Apply(s)), log = builder.Output(gaussian.LogProbability(s, a));
        Output<double> pick = builder.Output(categorical.LogProbability(s, chosen)), entropy = builder.Output(categorical.Entropy(s));
        builder.Build().Run();
        for (int i = 0; i < 4; i++)
        {
            double density = 0;
            for (int j = 0; j < 3; j++)
            {
                double z = (a.Values[(i * 3) + j] - mean.Values[(i * 3) + j]) / 0.5;
                density += (-0.5 * z * z) - Math.Log(0.5 * Math.Sqrt(2 * Math.PI));
            }

            double[] p = [.. mean.Values.Slice(i * 3, 3).ToArray().Select(Math.Exp)];
            double total = p.Sum();
            Assert.Equal(density, log.Values[i], 1e-12);
            Assert.Equal(Math.Log(p[chosen.Values[i]] / total), pick.Values[i], 1e-12);
            Assert.Equal(-p.Sum(x => x / total * Math.Log(x / total)), entropy.Values[i], 1e-12);
        }
    }

    [Fact]
    public void Action_alone_has_the_bits_it_has_in_a_batch()
    {
        var player = new Parameters<float>("p");
        var network = new Mlp<float>(player, "n", [17, 64, 64, 6]);
        network.Initialize(new RandomStream(1));
        var batch = new Extent("batch", 30);
        var s = new Input<float>("s", batch, 17);
        new RandomStream(2).Normal(s.Values);
        float[] all = s.Values.ToArray();
        var builder = new ProgramBuilder<float>();
        Output<float> action = builder.Output(new DeterministicPolicy<float>(network).Action(s));
        CompiledProgram program = builder.Build();
        program.Run();
        float[] together = action.Values.ToArray();
        batch.Count = 1;
        for (int i = 0; i < 30; i++)
        {
            all.AsSpan(i * 17, 17).CopyTo(s.Values);
            program.Run();
            Assert.Equal(together.AsSpan(i * 6, 6).ToArray(), action.Values.ToArray());
        }
    }
}
