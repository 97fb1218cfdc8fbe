using Dyad.Algorithms;
using Dyad.Core;
using Dyad.Diagnostics;
using Dyad.Environments;
using Dyad.Environments.Wrappers;
using Dyad.Experience;
using Dyad.Numerics;
using Dyad.Training;

namespace Dyad.Tests.Unit.Training;

/// <summary>Agents that learn from rewards in units of the deviation of their discounted return.</summary>
[Trait("Category", "unit")]
public sealed class RewardNormalizationTests
{
    [Fact]
    public void The_unit_is_the_deviation_of_the_discounted_return_of_each_environment()
    {
        var scaler = new RewardScaler(2, 0.9, 3);
        var stream = new RandomStream(4);
        double[] running = new double[2];
        var returns = new List<double>();
        Assert.Equal(0.5, scaler.Scaled(0.5), 1e-6);
        for (int t = 0; t < 200; t++)
        {
            for (int i = 0; i < 2; i++)
            {
                bool failed = t % 17 == 3, done = failed || t % 5 == 4;
                double reward = 10 * stream.Normal();
                scaler.Update(i, new StepResult(reward, false, done, failed));
                if (!failed)
                {
                    running[i] = (0.9 * running[i]) + reward;
                    returns.Add(running[i]);
                }

                running[i] = done ? 0 : running[i];
            }
        }

        double mean = returns.Average();
        Assert.Equal(Math.Sqrt(returns.Average(g => (g - mean) * (g - mean)) + 1e-8), scaler.Deviation, 1e-9);
        Assert.Equal(returns.Count, scaler.Count);
        float[] rewards = [1, -1e9f];
        scaler.Apply(rewards);
        Assert.Equal([(float)(1 / scaler.Deviation), -3], rewards);
        Assert.Equal(-3, scaler.Scaled(-1e9));
    }

    [Theory]
    [InlineData("ac")]
    [InlineData("stac")]
    [InlineData("reinforce")]
    [InlineData("one-step-ac")]
    public void On_policy_it_is_the_task_in_its_wrapper(string method)
    {
        // To the bit: each reward is scaled when it comes, by what is known then.
        (string, string)[] changes = [("hidden_width", "8"), .. method is "ac" or "stac" ? [("steps_per_epoch", "100")] : Array.Empty<(string, string)>()];
        float[][] trained = [.. new[] { true, false }.Select(own =>
        {
            Func<IEnvironment> task = own ? SmallTasks.Pendulum : () => new NormalizeReward(SmallTasks.Pendulum(), 0.99, clip: 1.5);
            using AgentTraining training = SmallTasks.Train(
                method, task, seed: 2, episodes: 1, [.. changes, .. own ? [("normalize_rewards", "true"), ("normalized_reward_clip", "1.5")] : Array.Empty<(string, string)>()]);
            for (int step = 0; step < 450; step++)
            {
                training.Advance();
            }

            return training.Agent.Policy.Values.ToArray();
        })];
        Assert.Equal(trained[1], trained[0]);
    }

    [Theory]
    [InlineData("sac")]
    [InlineData("ddpg")]
    [InlineData("td3")]
    [InlineData("sac-v")]
    [InlineData("dqn")]
    [InlineData("res-sac")]
    [InlineData("stsac-al")]
    public void The_unit_of_rewards_does_not_matter(string method)
    {
        // A unit of 1,024 costs no digit; what differs is the 1e-8 of the variance, and rounding. On policy the first reward has no unit yet.
        (string, string)[] changes = [.. SmallTasks.SmallOf(method), ("normalize_rewards", "true")];
        float[][] trained = [.. new[] { 1.0, 1024 }.Select(unit => Trained(unit, 260))];
        float[] first = Trained(1, 0);
        float moved = Enumerable.Range(0, first.Length).Max(i => Math.Abs(first[i] - trained[0][i]));
        Assert.True(moved > 1e-3, $"{method} learned nothing");
        Assert.Equal(trained[0], trained[1], (a, b) => Math.Abs(a - b) < 0.1 * moved);

        float[] Trained(double unit, int steps)
        {
            using AgentTraining training = SmallTasks.Train(method, () => new TransformReward(SmallTasks.ClassicOf(method)(), unit), seed: 2, episodes: 1, changes);
            for (int step = 0; step < steps; step++)
            {
                training.Advance();
            }

            return training.Agent.Policy.Values.ToArray();
        }
    }

    [Fact]
    public void The_replay_keeps_rewards_as_they_were_and_scales_what_is_drawn()
    {
        using AgentTraining training = SmallTasks.Train("sac", SmallTasks.Pendulum, changes: [.. SmallTasks.Small, ("normalize_rewards", "true")]);
        var agent = (GameAgent)training.Agent;
        GameBatch batch = agent.GameOn(4000);
        var seen = new List<(double Deviation, double[] Raw)>();
        for (int round = 0; round < 2; round++)
        {
            for (int step = 0; step < 150; step++)
            {
                training.Advance();
            }

            batch.Draw(new RandomStream(1));
            seen.Add((agent.Rewards!.Deviation, [.. batch.Transitions.Reward.Values.ToArray().Select(reward => reward * agent.Rewards.Deviation).Distinct()]));
        }

        // The unit has moved, and what was stored before is the same in the task's.
        Assert.True(Math.Abs(seen[1].Deviation / seen[0].Deviation - 1) > 0.01);
        Assert.True(seen[0].Raw.Min() < -1);
        Assert.All(seen[0].Raw.Take(50), raw => Assert.Contains(seen[1].Raw, other => Math.Abs(other - raw) < 1e-4 * (1 + Math.Abs(raw))));
    }

    [Theory]
    [InlineData("sac")]
    [InlineData("ac")]
    public void Evaluation_reports_the_tasks_rewards_and_changes_nothing(string method)
    {
        using AgentTraining training = SmallTasks.Train(method, SmallTasks.Pendulum, changes: [("hidden_width", "8"), ("normalize_rewards", "true")]);
        for (int step = 0; step < 250; step++)
        {
            training.Advance();
        }

        RewardScaler rewards = training.Agent.Rewards!;
        (long count, double deviation) = (rewards.Count, rewards.Deviation);
        Assert.Equal(250, count);
        var metrics = new Recorded();
        training.Measure(metrics, TestContext.Current.CancellationToken);
        Assert.InRange(metrics.Values["eval/return"], -2000, -200);
        Assert.InRange(metrics.Values["train/return"], -2000, -200);
        Assert.Equal(deviation, metrics.Values["train/return_deviation"]);
        Assert.Equal(0, metrics.Values["train/rewards_clipped"]);
        Assert.Equal((count, deviation), (rewards.Count, rewards.Deviation));
    }

    [Theory]
    [InlineData("sac")]
    [InlineData("ac")]
    public void Rollouts_of_the_objective_are_in_the_agents_unit(string method)
    {
        double[] Returns(bool normalize, out double deviation)
        {
            using AgentTraining training = SmallTasks.Train(method, SmallTasks.Pendulum, seed: 2, changes: [("hidden_width", "16"), ("normalize_rewards", normalize ? "true" : "false")]);
            for (int step = 0; step < 50; step++)
            {
                training.Advance();
            }

            deviation = training.Agent.Rewards?.Deviation ?? 1;
            using var rollouts = new PolicyRollouts(rows => training.Agent is GameAgent game ? game.PolicyOn(rows) : ((EpochAgent)training.Agent).PolicyOn(rows), SmallTasks.Pendulum, 3);
            double[] sums = new double[6];
            rollouts.Play(rollouts.Starts(StartDistribution.Start, 6, new RandomStream(1)), new RolloutObjective(60, 0.99, Entropy: false), new RandomStream(2), sums);
            return sums;
        }

        // Nothing was learned yet: the same policy.
        double[] plain = Returns(false, out _), scaled = Returns(true, out double unit);
        Assert.True(unit > 2);
        Assert.Equal(plain.Select(x => x / unit), scaled, (a, b) => Math.Abs(a - b) < 1e-9 * Math.Abs(a));
    }

    private sealed class Recorded : IMetrics
    {
        public Dictionary<string, double> Values { get; } = [];

        public void Record(string name, double value) => Values[name] = value;
    }
}
