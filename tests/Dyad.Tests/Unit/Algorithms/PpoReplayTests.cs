using Dyad.Algorithms;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Networks;
using Dyad.Numerics;
using static Dyad.Tests.Unit.Algorithms.OnPolicyReplay;

namespace Dyad.Tests.Unit.Algorithms;

/// <summary>PPO replayed in double over some rollouts, option by option.</summary>
[Trait("Category", "unit")]
public sealed class PpoReplayTests
{
    private const double Tolerance = 2e-5;

    private static readonly Dictionary<string, PpoSetting> Settings = new()
    {
        ["softmax"] = new(),
        ["gaussian"] = new() { Discrete = false },
        ["plain steps"] = new() { Discrete = false, Optimizer = "sgd", ActorRate = 0.1 },
        ["one environment, whole rollout"] = new() { Environments = 1, Minibatch = 0, Passes = 4 },
        ["a minibatch longer than a piece"] = new() { Steps = 300, Minibatch = 150, Passes = 2, Discrete = false },
        ["no normalisation"] = new() { Normalize = "none", Discrete = false },
        ["normalised over the rollout"] = new() { Normalize = "rollout" },
        ["value clip"] = new() { ValueClip = 0.05, Passes = 4 },
        ["entropy"] = new() { Entropy = 0.3 },
        ["entropy of a gaussian"] = new() { Entropy = 0.3, Discrete = false },
        ["value coefficient under a bound"] = new() { ValueCoefficient = 3, GradientClip = 0.3 },
        ["bound on both gradients"] = new() { GradientClip = 0.2, Discrete = false },
        ["bounds on each, in turn"] = new() { GradientClip = 0.2, Order = "in-turn" },
        ["several critic steps under a bound"] = new() { GradientClip = 0.2, CriticUpdates = 3 },
        ["rates that fall"] = new() { RateFalls = true },
        ["a clip that falls"] = new() { ClipFalls = true },
        ["a bound on the divergence"] = new() { Kl = 0.002, Passes = 6 },
        ["recomputed advantages"] = new() { Recompute = true },
        ["no value at a time limit"] = new() { Bootstraps = false },
        ["discounted visits"] = new() { Discounted = true },
        ["discounted visits, normalised over the rollout"] = new() { Discounted = true, Normalize = "rollout", Discrete = false },
        ["wide clip, large epsilon"] = new() { Clip = 0.3, Epsilon = 0.01, ActorRate = 0.1 },
        ["three environments"] = new() { Environments = 3, Lambda = 0.5 },
        ["res-ppo"] = new() { Corrected = true },
        ["res-ppo of a gaussian, plain steps"] = new() { Corrected = true, Discrete = false, Optimizer = "sgd", ActorRate = 0.1 },
    };

    public static TheoryData<string> Names => [.. Settings.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Rollouts_go_as_the_equations_say(string name)
    {
        PpoSetting setting = Settings[name];
        var replay = new OnPolicyReplay(setting.Discrete, setting.Environments);
        IAgent agent = replay.Create("ppo", setting.Options);
        var reference = new PpoReference(setting, replay) { W = Read(agent, "critic"), Psi = setting.Corrected ? Read(agent, "residual") : [] };
        for (int steps = 0, rollouts = 0; rollouts < 3;)
        {
            replay.Step(agent);
            steps += setting.Environments;
            if (steps < setting.Steps)
            {
                Assert.Equal(replay.Theta, Read(agent, "actor"));
                continue;
            }

            reference.Learn(replay.Take());
            (steps, rollouts) = (0, rollouts + 1);
            Compare(reference.W, Read(agent, "critic"), "critic", Tolerance);
            Compare(replay.Theta, Read(agent, "actor"), "theta", Tolerance);
            (replay.Theta, reference.W) = (Read(agent, "actor"), Read(agent, "critic"));
            if (setting.Corrected)
            {
                Compare(reference.Psi, Read(agent, "residual"), "res-critic", Tolerance);
                reference.Psi = Read(agent, "residual");
            }

            var row = new Recorder();
            agent.Measure(row);
            foreach ((string metric, double value) in reference.Metrics)
            {
                Assert.True(Math.Abs(value - row[metric]) < 2e-4 * (1 + Math.Abs(value)), $"{metric} is {row[metric]} where {value} is expected");
            }
        }

        // What is to be seen was there to be seen.
        Assert.True(reference.Clipped > 0);
        Assert.True(setting.ValueClip == 0 || reference.ValuesClipped > 0);
        Assert.True(setting.GradientClip == 0 || reference.Shortened > 0);
        Assert.True(setting.Kl == 0 || reference.Skipped > 0);
        Assert.True(!setting.Corrected || reference.ResidualsClipped > 0);
    }

    [Fact]
    public void At_ratio_1_the_derivative_of_the_clipped_surrogate_is_the_policy_gradient()
    {
        var theta = new Parameters<double>("theta");
        var policy = new CategoricalPolicy<double>(Mlp.Drawn(theta, "policy", [2, 5, 3], new RandomStream(1), Activation.Tanh));
        var rows = new Extent("rows", 6);
        var (observation, advantage, old) = (new Input<double>("s", rows, 2), new Input<double>("a", rows, 1), new Input<double>("old", rows, 1));
        var choice = new Indices("choice", rows);
        var random = new RandomStream(2);
        random.Normal(observation.Values);
        random.Normal(advantage.Values);
        for (int i = 0; i < 6; i++)
        {
            choice.Values[i] = i % 3;
        }

        Expression<double> log = policy.LogProbability(observation, choice);
        Expression<double> surrogate = Operations.Mean(Ppo.Surrogate(Operations.Exp(log - old), advantage, Operations.Number<double>(0.2)));
        var builder = new ProgramBuilder<double>();
        Output<double> values = builder.Output(log);
        Output<double> clipped = builder.Output(Derivatives.Gradient(surrogate, theta));
        Output<double> plain = builder.Output(Derivatives.Gradient(Operations.Mean(log * advantage), theta));
        CompiledProgram program = builder.Build();
        program.Run();
        values.Values.CopyTo(old.Values);
        program.Run();
        Near.Equal(plain.Values.ToArray(), clipped.Values.ToArray(), 1e-12);
        Assert.Contains(clipped.Values.ToArray(), g => Math.Abs(g) > 1e-2);

        // Beyond the clip a step counts only where its ratio should come back.
        for (int i = 0; i < 6; i++)
        {
            old.Values[i] -= 1;
            advantage.Values[i] = Math.Abs(advantage.Values[i]);
        }

        program.Run();
        Assert.All(clipped.Values.ToArray(), g => Assert.Equal(0, g));
        for (int i = 0; i < 6; i++)
        {
            advantage.Values[i] *= -1;
        }

        program.Run();
        Assert.Contains(clipped.Values.ToArray(), g => Math.Abs(g) > 1e-2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Networks_begin_orthogonal_with_their_gains(bool discrete)
    {
        var replay = new OnPolicyReplay(discrete, 1);
        IAgent agent = replay.Create("ppo", ("hidden_gain", "2"), ("policy_gain", "0.1"), ("value_gain", "3"), ("initial_log_deviation", "-0.7"));
        double[] theta = Read(agent, "actor"), w = Read(agent, "critic");

        // 3 x 5: orthogonal rows; 5 x 4: orthogonal columns; then the last layer.
        foreach (double[] parameters in new[] { theta, w })
        {
            AssertOrthogonal(parameters[..15], 3, 5, 2);
            Assert.All(parameters[15..20], bias => Assert.Equal(0, bias));
            AssertOrthogonal(parameters[20..40], 5, 4, 2);
        }

        int outputs = discrete ? 4 : 2;
        AssertOrthogonal(theta[44..(44 + (4 * outputs))], 4, outputs, 0.1);
        AssertOrthogonal(w[44..48], 4, 1, 3);
        Assert.All(discrete ? [] : theta[^2..], x => Assert.Equal(-0.7, x, 1e-6));
    }

    [Fact]
    public void What_does_not_go_together_is_told()
    {
        Assert.Contains("critic", Refused(("critic", "q")), StringComparison.Ordinal);
        Assert.Contains("schedule_steps", Refused(("rate_schedule", "linear")), StringComparison.Ordinal);
        Assert.Contains("schedule_steps", Refused(("clip_schedule", "linear")), StringComparison.Ordinal);
        Assert.Contains("passes", Refused(("passes", "0")), StringComparison.Ordinal);
        Assert.Contains("'clip_range'", Assert.Throws<UserError>(() => Ppo.Agent(AgentTask.RealActions(2, 1), new PpoOptions { ClipRange = 0 }, new RandomStream(0))).Message, StringComparison.Ordinal);

        static string Refused(params (string, string)[] options) => Assert.Throws<UserError>(() => new OnPolicyReplay(true, 1).Create("ppo", options)).Message;
    }

    private static void AssertOrthogonal(double[] weights, int rows, int columns, double gain)
    {
        bool tall = rows >= columns;
        int count = Math.Min(rows, columns), length = Math.Max(rows, columns);
        double At(int vector, int k) => tall ? weights[(k * columns) + vector] : weights[(vector * columns) + k];
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                Assert.Equal(i == j ? gain * gain : 0, Enumerable.Range(0, length).Sum(k => At(i, k) * At(j, k)), 1e-5);
            }
        }
    }
}
