using Dyad.Algorithms;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Diagnostics;
using Dyad.Environments;
using Dyad.Environments.Wrappers;
using Dyad.Experience;
using Dyad.Numerics;
using Dyad.Training;

namespace Dyad.Tests.Unit.Training;

/// <summary>Agents that see observations by their running mean and deviation.</summary>
[Trait("Category", "unit")]
public sealed class NormalizationTests
{
    [Fact]
    public void The_scale_is_the_mean_and_deviation_of_what_was_met()
    {
        var stream = new RandomStream(4);
        var scaler = new ObservationScaler(2);
        float[] seen = new float[2];
        scaler.Apply([3, -4], seen);
        Assert.Equal([0, 0], seen);
        double[][] met = [.. Enumerable.Range(0, 500).Select(_ => new[] { 5000 + stream.Normal(), -0.2 * stream.Uniform() })];
        foreach (double[] observation in met)
        {
            scaler.Update(observation);
        }

        for (int k = 0; k < 2; k++)
        {
            double mean = met.Average(s => s[k]), variance = met.Average(s => Math.Pow(s[k] - mean, 2));
            Assert.Equal(mean, scaler.Scale.Mean[k], 9);
            Assert.Equal(Math.Sqrt(variance + 1e-8), scaler.Scale.Deviation[k], 9);
        }

        double[] all = [5001, -0.05, 1e9, -1e9];
        float[] both = new float[4], inPlace = [5001, -0.05f, 1e9f, -1e9f];
        scaler.Apply(all, both);
        scaler.Apply(inPlace);
        Assert.Equal((5001 - scaler.Scale.Mean[0]) / scaler.Scale.Deviation[0], both[0], 1e-5);
        Assert.Equal([10, -10], both[2..]);
        Assert.Equal(both[1], inPlace[1], 1e-3);

        // What was copied stays.
        ObservationScale before = scaler.Snapshot();
        scaler.Update([0, 0]);
        Assert.NotEqual(before.Mean[0], scaler.Scale.Mean[0]);
    }

    [Theory]
    [InlineData("sac")]
    [InlineData("ddpg")]
    [InlineData("td3")]
    [InlineData("sac-v")]
    [InlineData("dqn")]
    [InlineData("sac-discrete")]
    [InlineData("res-sac")]
    [InlineData("stsac-al")]
    [InlineData("stack-sac:leader_states=start")]
    [InlineData("ac")]
    [InlineData("stac")]
    [InlineData("ppo")]
    [InlineData("reinforce")]
    [InlineData("one-step-ac")]
    public void Units_and_origin_of_observations_do_not_matter(string text)
    {
        // A unit of 8 and an origin of 512 cost no digit of the state's; what differs is rounding. Plain steps on policy, since the sign
        // of a gradient, which is most of what Adam takes from it, is that of the rewards.
        string[] parts = text.Split(':');
        bool isOnPolicy = parts[0] is "ac" or "stac" or "ppo" or "reinforce" or "one-step-ac";
        (string, string)[] small = isOnPolicy ? [("hidden_width", "16"), ("optimizer", "sgd")] : SmallTasks.SmallOf(parts[0]);
        (string, string)[] epochs = parts[0] == "ppo" ? [("steps_per_epoch", "100"), ("actor_learning_rate", "0.1")] : parts[0] is "ac" or "stac" ? [("steps_per_epoch", "100"), ("critic_updates", "3"), ("actor_learning_rate", "0.1")] : [];
        (string, string)[] more = [.. parts.Skip(1).Select(change => (change.Split('=')[0], change.Split('=')[1]))];
        Func<IEnvironment> plain = SmallTasks.ClassicOf(parts[0]), other = () => new Shifted(plain());
        float[][] trained = [.. new[] { plain, other }.Select(task =>
        {
            using AgentTraining training = SmallTasks.Train(parts[0], task, seed: 2, episodes: 1, [.. small, .. epochs, .. more, ("normalize_observations", "true")]);
            for (int step = 0; step < 260; step++)
            {
                training.Advance();
            }

            return training.Agent.Policy.Values.ToArray();
        })];
        float moved = 0;
        using (AgentTraining untrained = SmallTasks.Train(parts[0], plain, seed: 2, episodes: 1, [.. small, .. epochs, .. more, ("normalize_observations", "true")]))
        {
            float[] first = untrained.Agent.Policy.Values.ToArray();
            moved = Enumerable.Range(0, first.Length).Max(i => Math.Abs(first[i] - trained[0][i]));
        }

        Assert.True(moved > 1e-3, $"{text} learned nothing");
        Assert.Equal(trained[0], trained[1], (a, b) => Math.Abs(a - b) < (isOnPolicy ? 0.003 : 0.05) * moved);
    }

    [Theory]
    [InlineData("sac")]
    [InlineData("ac")]
    public void Rollouts_see_what_the_agent_sees(string method)
    {
        double[][] returns = [.. new Func<IEnvironment>[] { SmallTasks.Pendulum, () => new Shifted(SmallTasks.Pendulum()) }.Select(task =>
        {
            using AgentTraining training = SmallTasks.Train(method, task, seed: 2, changes: [("hidden_width", "16"), ("normalize_observations", "true")]);
            for (int step = 0; step < 50; step++)
            {
                training.Advance();
            }

            using var rollouts = new PolicyRollouts(rows => training.Agent is GameAgent game ? game.PolicyOn(rows) : ((EpochAgent)training.Agent).PolicyOn(rows), task, 3);
            double[] sums = new double[6];
            rollouts.Play(rollouts.Starts(StartDistribution.Start, 6, new RandomStream(1)), new RolloutObjective(60, 0.99, Entropy: false), new RandomStream(2), sums);
            return sums;
        })];
        Assert.Equal(returns[0], returns[1], (a, b) => Math.Abs(a - b) < 0.02 * Math.Abs(a));
        Assert.True(returns[0].Distinct().Count() > 1);
    }

    [Fact]
    public void An_inspection_on_policy_sees_by_the_agents_statistics()
    {
        using AgentTraining training = SmallTasks.Train("ac", SmallTasks.Pendulum, seed: 2, changes: [("hidden_width", "8"), ("steps_per_epoch", "100"), ("normalize_observations", "true")]);
        for (int step = 0; step < 150; step++)
        {
            training.Advance();
        }

        double Gradient() => EpochInspection.Of((EpochAgent)training.Agent, SmallTasks.Pendulum, new InspectionOptions { Steps = 8 }, new RandomStream(9)).ActorGradient;
        double before = Gradient();
        Assert.Equal(before, Gradient());

        // By others the same networks are other functions of what is seen: here almost all of it is one point.
        for (int i = 0; i < 1000; i++)
        {
            training.Agent.Scaler!.Update([100, -100, 100]);
        }

        Assert.True(Math.Abs(Gradient() - before) > 0.05 * before, $"{before} and {Gradient()}");
    }

    [Fact]
    public void What_is_drawn_from_the_replay_is_scaled_by_the_present_statistics()
    {
        using AgentTraining training = SmallTasks.Train("sac", () => new Shifted(SmallTasks.Pendulum()), changes: [.. SmallTasks.Small, ("normalize_observations", "true")]);
        for (int step = 0; step < 600; step++)
        {
            training.Advance();
        }

        var agent = (GameAgent)training.Agent;
        GameBatch batch = agent.GameOn(4000);
        batch.Draw(new RandomStream(1));
        foreach (Input<float> drawn in new[] { batch.Transitions.Observation, batch.Transitions.NextObservation })
        {
            for (int k = 0; k < 3; k++)
            {
                double mean = Enumerable.Range(0, 4000).Average(row => drawn.Values[(row * 3) + k]);
                double square = Enumerable.Range(0, 4000).Average(row => (double)drawn.Values[(row * 3) + k] * drawn.Values[(row * 3) + k]);
                Assert.InRange(mean, -0.1, 0.1);
                Assert.InRange(square, 0.85, 1.15);
            }
        }
    }

    [Theory]
    [InlineData("sac")]
    [InlineData("ac")]
    [InlineData("dqn")]
    public void Acting_without_exploring_and_evaluation_leave_the_statistics_alone(string method)
    {
        using AgentTraining training = SmallTasks.Train(method, SmallTasks.ClassicOf(method), changes: [("hidden_width", "8"), ("normalize_observations", "true")]);
        for (int step = 0; step < 30; step++)
        {
            training.Advance();
        }

        ObservationScale before = training.Agent.Scaler!.Snapshot();
        Assert.Equal(30, training.Agent.Scaler.Count);
        training.Measure(new Recorded(), TestContext.Current.CancellationToken);
        double[] action = new double[1];
        training.Agent.Act(new double[training.Agent.Task.ObservationSize], action, explore: true);
        Assert.Equal(before.Mean, training.Agent.Scaler.Scale.Mean);
        Assert.Equal(30, training.Agent.Scaler.Count);
    }

    [Fact]
    public void Observations_far_from_zero_are_learned_from()
    {
        // Near 5,000 a network sees next to nothing of differences of 1.
        Func<IEnvironment> task = () => new TimeLimit(new Shifted(new IdentityTask(), unit: 1, origin: 5000), 10);
        double normalized = Learned("true"), plain = Learned("false");
        Assert.True(normalized > -0.6, $"{normalized}");
        Assert.True(plain < -1, $"{plain}");

        double Learned(string value)
        {
            using AgentTraining training = SmallTasks.Train("sac", task, seed: 1, episodes: 20, [.. SmallTasks.Small, ("normalize_observations", value)]);
            while (training.Step < 2500)
            {
                training.Advance();
            }

            var metrics = new Recorded();
            training.Measure(metrics);
            return metrics.Values["eval/return"];
        }
    }

    [Fact]
    public void The_best_policy_keeps_the_scale_of_its_time()
    {
        using var folder = new TempFolder();
        using AgentTraining training = SmallTasks.Train("sac", SmallTasks.Pendulum, changes: [("hidden_width", "8"), ("normalize_observations", "true"), ("random_steps", "1000")]);
        for (int step = 0; step < 40; step++)
        {
            training.Advance();
        }

        training.Measure(new Recorded(), TestContext.Current.CancellationToken);
        ObservationScale then = training.Agent.Scaler!.Snapshot();
        for (int step = 0; step < 40; step++)
        {
            training.Advance();
        }

        training.SavePolicies(folder.FullPath);
        Assert.Equal(then.Mean, Policy.Load(folder.PathOf("policy-best.safetensors")).Description.Scale!.Mean);
        Assert.Equal(training.Agent.Scaler.Scale.Deviation, Policy.Load(folder.PathOf("policy.safetensors")).Description.Scale!.Deviation);
    }

    [Fact]
    public void A_task_that_normalises_itself_is_told_what_to_do_instead() => Assert.Contains(
        "--set normalize_observations=true",
        Assert.Single(EnvironmentChecker.Check(() => new TimeLimit(new NormalizeObservation(EnvironmentRegistry.Get("Pendulum-v1").Create()), 200)), finding => finding.Rule.Contains("normalised", StringComparison.Ordinal)).Problem,
        StringComparison.Ordinal);

    [Fact]
    public void Metadata_of_a_scale_is_checked()
    {
        var description = new PolicyDescription(new PolicyHead(PolicyKind.Gaussian, Dyad.Networks.Activation.Tanh), Box.Uniform(2, -1, 1), Box.Uniform(1, -1, 1))
        {
            Scale = new ObservationScale([1.0 / 3, 2], [0.5, 1e-4]),
        };
        Dictionary<string, string> metadata = new(description.ToMetadata());
        ObservationScale read = PolicyDescription.FromMetadata(metadata, "file").Scale!;
        Assert.Equal(description.Scale.Mean, read.Mean);
        Assert.Equal(description.Scale.Deviation, read.Deviation);
        foreach ((string name, string value) in new[] { ("mean", "1"), ("mean", "1 x"), ("mean", "1 Infinity"), ("deviation", "1 0"), ("deviation", "1 2 3") })
        {
            Dictionary<string, string> wrong = new(metadata) { [$"dyad.observation_{name}"] = value };
            Assert.Contains($"'dyad.observation_{name}' is '{value}'", Assert.Throws<UserError>(() => PolicyDescription.FromMetadata(wrong, "file")).Message, StringComparison.Ordinal);
        }
    }

    private sealed class Shifted(IEnvironment inner, double unit = 8, double origin = 512) : EnvironmentWrapper(inner)
    {
        public override Space ObservationSpace => Box.Uniform(Inner.ObservationSpace.Size, -1e9, 1e9);

        public override void Reset(Span<double> observation, long? seed = null)
        {
            Inner.Reset(observation, seed);
            Shift(observation);
        }

        public override StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
        {
            StepResult result = Inner.Step(action, observation);
            Shift(observation);
            return result;
        }

        private void Shift(Span<double> observation)
        {
            foreach (ref double value in observation)
            {
                value = (unit * value) + origin;
            }
        }
    }

    private sealed class Recorded : IMetrics
    {
        public Dictionary<string, double> Values { get; } = [];

        public void Record(string name, double value) => Values[name] = value;
    }
}
