using System.Text.Json;
using Dyad.Environments;
using Dyad.Environments.MuJoCo;

namespace Dyad.Tests.Golden;

/// <summary>Episodes that Gymnasium's own classes recorded on MuJoCo, replayed to the bit.</summary>
[Trait("Category", "golden")]
public sealed class MujocoGoldenTests
{
    private const int Resets = 2000;

    public static IReadOnlyList<TheoryDataRow<string>> Files
    {
        get
        {
            TheoryDataRow<string>[] rows =
            [
                .. GoldenFiles.Find("env").Where(name => GoldenFiles.Read(name).TryGetProperty("mujoco", out _))
                    .Select(name => new TheoryDataRow<string>(name)),
            ];
            return rows.Length > 0 ? rows : [new TheoryDataRow<string>("") { Skip = $"no traces of MuJoCo in '{GoldenFiles.Folder}'" }];
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Episodes_replay_to_the_bit(string file)
    {
        JsonElement trace = GoldenFiles.Read(file);
        EnvironmentEntry entry = Entry(trace);
        using var environment = (MujocoEnvironment)entry.Create();
        int number = 0;
        foreach (JsonElement episode in trace.GetProperty("episodes").EnumerateArray())
        {
            Replay(environment, entry, episode, $"{entry.Name}, episode {number++}", reward => reward);
        }
    }

    [Fact]
    public void A_changed_reward_is_noticed()
    {
        string? file = Files.Select(row => row.Data).FirstOrDefault(name => name.Contains("HalfCheetah", StringComparison.Ordinal));
        Assert.SkipWhen(file is null, "no trace of HalfCheetah");
        JsonElement trace = GoldenFiles.Read(file);
        EnvironmentEntry entry = Entry(trace);
        using var environment = (MujocoEnvironment)entry.Create();
        JsonElement episode = trace.GetProperty("episodes")[0];
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Replay(environment, entry, episode, "changed", Math.BitIncrement));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Spaces_and_limits_are_gyms(string file)
    {
        JsonElement trace = GoldenFiles.Read(file);
        EnvironmentEntry entry = Entry(trace);
        using var environment = (MujocoEnvironment)entry.Create();
        JsonElement threshold = trace.GetProperty("reward_threshold"), action = trace.GetProperty("action");
        Assert.Equal(trace.GetProperty("max_episode_steps").GetInt32(), entry.MaxEpisodeSteps);
        Assert.Equal(threshold.ValueKind == JsonValueKind.Null ? null : threshold.GetDouble(), entry.RewardThreshold);
        Assert.Equal(trace.GetProperty("observation_size").GetInt32(), environment.ObservationSpace.Size);
        Assert.Equal(trace.GetProperty("frame_skip").GetInt32(), environment.FrameSkip);
        Assert.Equal(trace.GetProperty("dt").GetDouble(), environment.StepSeconds);
        Assert.Equal(trace.GetProperty("timestep").GetDouble(), environment.Simulation.Model.Timestep);

        // Gymnasium keeps its bounds in single precision.
        var box = (Box)environment.ActionSpace;
        Assert.Equal(GoldenFiles.Flat(action.GetProperty("low")), box.Low.Select(x => (double)(float)x));
        Assert.Equal(GoldenFiles.Flat(action.GetProperty("high")), box.High.Select(x => (double)(float)x));
    }

    /// <summary>Moments of 2000 resets of each side: means within 6 standard errors of the difference, spreads within a tenth.</summary>
    [Theory]
    [MemberData(nameof(Files))]
    public void Resets_are_distributed_as_gyms(string file)
    {
        JsonElement trace = GoldenFiles.Read(file);
        JsonElement statistics = trace.GetProperty("reset_statistics");
        using var environment = (MujocoEnvironment)Entry(trace).Create();
        environment.Reset(new double[environment.ObservationSpace.Size], 17);
        var states = new List<double[]>();
        for (int i = 0; i < Resets; i++)
        {
            environment.DrawState();
            states.Add([.. environment.Simulation.Positions, .. environment.Simulation.Velocities]);
        }

        double[] means = GoldenFiles.Flat(statistics.GetProperty("mean")), deviations = GoldenFiles.Flat(statistics.GetProperty("std"));
        double[] lowest = GoldenFiles.Flat(statistics.GetProperty("min")), highest = GoldenFiles.Flat(statistics.GetProperty("max"));
        for (int i = 0; i < means.Length; i++)
        {
            double[] values = [.. states.Select(state => state[i])];
            double mean = values.Average(), spread = Math.Sqrt(values.Average(x => (x - mean) * (x - mean)));
            double room = 1e-12 + (1.5 * deviations[i]);
            Assert.True(Math.Abs(mean - means[i]) <= 1e-12 + (6 * Math.Sqrt(2.0 / Resets) * deviations[i]), $"mean of {i}: {mean} for {means[i]}");
            Assert.True(Math.Abs(spread - deviations[i]) <= 1e-12 + (0.1 * deviations[i]), $"spread of {i}: {spread} for {deviations[i]}");
            Assert.InRange(values.Min(), lowest[i] - room, lowest[i] + room);
            Assert.InRange(values.Max(), highest[i] - room, highest[i] + room);
        }
    }

    private static EnvironmentEntry Entry(JsonElement trace)
    {
        string name = trace.GetProperty("env").GetString()!;
        return MujocoTasks.All.Single(task => task.Name == name);
    }

    private static void Replay(
        MujocoEnvironment environment, EnvironmentEntry entry, JsonElement episode, string what, Func<double, double> change)
    {
        JsonElement initial = episode.GetProperty("initial");
        double[] observation = new double[environment.ObservationSpace.Size];
        environment.ResetTo(
            GoldenFiles.Flat(initial.GetProperty("qpos")), GoldenFiles.Flat(initial.GetProperty("qvel")), observation);
        Equal(GoldenFiles.Flat(episode.GetProperty("initial_observation")), observation, $"{what}, first observation");
        int count = 0;
        foreach (JsonElement step in episode.GetProperty("steps").EnumerateArray())
        {
            StepResult result = environment.Step(GoldenFiles.Flat(step.GetProperty("action")), observation);
            count++;
            Equal(GoldenFiles.Flat(step.GetProperty("observation")), observation, $"{what}, step {count}, observation");
            Equal([step.GetProperty("reward").GetDouble()], [change(result.Reward)], $"{what}, step {count}, reward");
            Assert.Equal(step.GetProperty("terminated").GetBoolean(), result.Terminated);
            Assert.Equal(step.GetProperty("truncated").GetBoolean(), result.Truncated || count == entry.MaxEpisodeSteps);
            Assert.False(result.Failed);
        }

        JsonElement final = episode.GetProperty("final");
        Equal(GoldenFiles.Flat(final.GetProperty("qpos")), environment.Simulation.Positions, $"{what}, final qpos");
        Equal(GoldenFiles.Flat(final.GetProperty("qvel")), environment.Simulation.Velocities, $"{what}, final qvel");
        Equal([final.GetProperty("time").GetDouble()], [environment.Simulation.Time], $"{what}, final time");
    }

    private static void Equal(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, string what)
    {
        Assert.True(expected.Length == actual.Length, $"{what}: {actual.Length} numbers where {expected.Length} are expected");
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(expected[i] == actual[i], $"{what}[{i}] is {actual[i]:R} where {expected[i]:R} is expected");
        }
    }
}
