using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.ClassicControl;
using Dyad.Environments.Wrappers;
using Dyad.Numerics;

namespace Dyad.Tests.Unit.Environments;

[Trait("Category", "unit")]
public sealed class WrapperTests
{
    private readonly double[] _observation = new double[2];

    public static TheoryData<string> Names => [.. Wrappers.Keys];

    private static Dictionary<string, Func<IEnvironment, IEnvironment>> Wrappers { get; } = new()
    {
        ["none"] = inner => inner,
        ["time limit"] = inner => new TimeLimit(inner, 20),
        ["clip"] = inner => new ClipAction(inner),
        ["rescale"] = inner => new RescaleAction(inner),
        ["observations"] = inner => new NormalizeObservation(inner),
        ["rewards"] = inner => new NormalizeReward(inner),
        ["statistics"] = inner => new EpisodeStatistics(inner),
        ["frame skip"] = inner => new FrameSkip(inner, 3),
        ["stack"] = inner => new StackObservations(inner, 3),
        ["reward"] = inner => new TransformReward(inner, 0.5, 1),
        ["all"] = inner => new EpisodeStatistics(new NormalizeReward(new NormalizeObservation(
            new TimeLimit(new FrameSkip(new ClipAction(new RescaleAction(inner)), 2), 30)))),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void A_wrapped_environment_is_sound(string name)
    {
        // The checker runs seeds, snapshots, ends and wrong actions through the wrapper.
        IEnvironment Line() => Wrappers[name](new LineEnvironment());
        IEnvironment Car() => Wrappers[name](new TimeLimit(new MountainCarContinuous(), 999));
        IEnumerable<EnvironmentFinding> findings =
            EnvironmentChecker.Check(Line, LineEnvironment.Name).Concat(EnvironmentChecker.Check(Car, "MountainCarContinuous-v0"));

        // Statistics go on over seeds: the same seed again brings other normalised numbers, as it must.
        bool learns = name is "observations" or "rewards" or "all";
        Assert.Equal(learns, findings.Any(finding => !finding.Holds && finding.Rule == "observations and rewards are not normalised by the task"));
        Assert.All(findings, finding => Assert.True(
            finding.Holds || finding.Rule == "observations and rewards are not normalised by the task" || (learns && finding.Problem!.StartsWith("the same instance with seed", StringComparison.Ordinal)), finding.Problem));
    }

    [Theory]
    [MemberData(nameof(EnvironmentCheckerTests.OwnTasks), MemberType = typeof(EnvironmentCheckerTests))]
    public void A_snapshot_goes_through_the_wrappers_of_every_task(string name) => Assert.Null(
        EnvironmentChecker.Check(() => new EpisodeStatistics(new NormalizeReward(new FrameSkip(EnvironmentRegistry.Create(name), 2))))
            .Single(finding => finding.Rule.Contains("snapshot", StringComparison.Ordinal)).Problem);

    [Fact]
    public void At_the_limit_terminated_wins()
    {
        // Three steps of 3 pass 5 in the second.
        foreach ((int limit, StepResult last, int steps) in new[]
        {
            (1, new StepResult(3, false, true), 1), (2, new StepResult(3, true, false), 2), (3, new StepResult(3, true, false), 2),
        })
        {
            using var environment = new TimeLimit(new LineEnvironment(), limit);
            environment.Reset(_observation, 1);
            for (int step = 1; step <= steps; step++)
            {
                StepResult result = environment.Step([3], _observation);
                Assert.Equal(step == steps ? last : new StepResult(3, false, false), result);
            }

            Assert.Throws<InvalidOperationException>(() => environment.Step([0], _observation));
            environment.Reset(_observation);
            Assert.Equal(3, environment.Step([3], _observation).Reward);
        }
    }

    [Fact]
    public void A_step_before_the_first_reset_is_refused()
    {
        using var environment = new TimeLimit(new LineEnvironment(), 5);
        Assert.Throws<InvalidOperationException>(() => environment.Step([0], _observation));
    }

    [Fact]
    public void Actions_are_clipped_and_rescaled()
    {
        using var inner = new LineEnvironment();
        foreach ((IEnvironment environment, double action, double seen) in new (IEnvironment, double, double)[]
        {
            (new ClipAction(inner), 7, 3), (new ClipAction(inner), -7, -1), (new ClipAction(inner), 0.5, 0.5),
            (new RescaleAction(inner), -1, -1), (new RescaleAction(inner), 1, 3), (new RescaleAction(inner), 0, 1),
        })
        {
            environment.Reset(_observation, 1);
            environment.Step([action], _observation);
            Assert.Equal(seen, inner.Seen, 1e-15);
        }

        Assert.Equal(Box.Uniform(1, -1, 1).High, Assert.IsType<Box>(new RescaleAction(inner).ActionSpace).High);
        Assert.Contains("continuous", Assert.Throws<UserError>(() => new ClipAction(new CartPole())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Frames_are_skipped_to_the_end_of_the_episode()
    {
        using var environment = new FrameSkip(new LineEnvironment(), 4);
        environment.Reset(_observation, 1);
        Assert.Equal(2, environment.Step([0.5], _observation).Reward);
        Assert.Equal(4, _observation[1]);
        StepResult result = environment.Step([3], _observation);
        Assert.True(result.Terminated);
        Assert.Equal(3 * (_observation[1] - 4), result.Reward);
        Assert.True(_observation[1] < 8);
    }

    [Fact]
    public void Episodes_are_counted()
    {
        using var environment = new EpisodeStatistics(new TimeLimit(new LineEnvironment(), 3));
        environment.Reset(_observation, 1);
        Assert.Equal(0, environment.Episodes);
        Assert.True(double.IsNaN(environment.LastReturn));
        for (int episode = 1; episode <= 2; episode++)
        {
            for (int step = 0; step < 3; step++)
            {
                environment.Step([0.1 * episode], _observation);
            }

            environment.Reset(_observation);
            Assert.Equal(episode, environment.Episodes);
            Assert.Equal(0.3 * episode, environment.LastReturn, 1e-12);
            Assert.Equal(3, environment.LastLength);
        }
    }

    [Fact]
    public void Observations_are_normalised_by_what_was_seen()
    {
        using var raw = new LineEnvironment();
        using var environment = new NormalizeObservation(new LineEnvironment());
        var seen = new List<double>();
        double[] plain = new double[2];
        raw.Reset(plain, 5);
        environment.Reset(_observation, 5);
        for (int step = 0; step < 40; step++)
        {
            seen.Add(plain[0]);
            double mean = seen.Average();
            double variance = seen.Count < 2 ? 1 : seen.Average(x => (x - mean) * (x - mean));
            Assert.Equal((plain[0] - mean) / Math.Sqrt(variance + 1e-8), _observation[0], 1e-9);
            raw.Step([0.01], plain);
            environment.Step([0.01], _observation);
        }
    }

    [Fact]
    public void An_evaluation_shares_the_statistics_and_leaves_them()
    {
        using var training = new NormalizeObservation(new LineEnvironment());
        training.Reset(_observation, 5);
        for (int step = 0; step < 20; step++)
        {
            training.Step([0.1], _observation);
        }

        byte[] before = StateArchive.Save(training.Statistics.Serialize);
        using var evaluation = new NormalizeObservation(new LineEnvironment(), training.Statistics) { Frozen = true };
        double[] observation = new double[2];
        evaluation.Reset(observation, 5);
        evaluation.Step([0.1], observation);
        Assert.Equal(before, StateArchive.Save(training.Statistics.Serialize));
        Assert.Equal((1 - training.Statistics.Mean[1]) / Math.Sqrt(training.Statistics.Variance(1) + 1e-8), observation[1], 1e-12);
    }

    [Fact]
    public void Rewards_are_divided_by_the_deviation_of_the_running_return()
    {
        using var environment = new NormalizeReward(new LineEnvironment(), discount: 0.9);
        environment.Reset(_observation, 5);
        var returns = new List<double>();
        double running = 0;
        foreach (double action in new[] { 1, -0.5, 0.25, 0, 1, -1, 0.5 })
        {
            running = (0.9 * running) + action;
            returns.Add(running);
            double mean = returns.Average();
            double variance = returns.Count < 2 ? 1 : returns.Average(x => (x - mean) * (x - mean));
            Assert.Equal(action / Math.Sqrt(variance + 1e-8), environment.Step([action], _observation).Reward, 1e-12);
        }
    }

    [Fact]
    public void What_is_clipped_is_counted()
    {
        using var environment = new NormalizeObservation(new LineEnvironment(), clip: 0.5);
        environment.Reset(_observation, 5);
        for (int step = 0; step < 10; step++)
        {
            environment.Step([0.1], _observation);
            Assert.InRange(_observation[1], -0.5, 0.5);
        }

        Assert.True(environment.Clipped > 0);
    }

    [Fact]
    public void Moments_are_those_of_all_numbers()
    {
        var moments = new RunningMoments(1);
        Assert.Equal(1, moments.Variance(0));
        double[] values = [1e9 + 1, 1e9 + 2, 1e9 + 4];
        foreach (double value in values)
        {
            moments.Add([value]);
        }

        Assert.Equal(3, moments.Count);
        Assert.Equal(values.Average(), moments.Mean[0], 1e-6);
        Assert.Equal(14.0 / 9, moments.Variance(0), 1e-6);
    }
}
