using System.Text.Json;
using System.Text.Json.Nodes;
using Dyad.Environments;
using Dyad.Environments.ClassicControl;
using Dyad.Environments.Wrappers;

namespace Dyad.Tests.Golden;

/// <summary>Episodes of Gymnasium's own classes, replayed in the registry's tasks.</summary>
[Trait("Category", "golden")]
public sealed class ClassicControlGoldenTests
{
    private const double Tolerance = 1e-12;

    // Float32 sines of the reset (NumPy's own) may be a unit off, as the notes on the references say.
    private const double AcrobotResetTolerance = 1e-7;

    public static IReadOnlyList<TheoryDataRow<string>> Files { get; } = Rows(_ => true);

    /// <summary>Also those that nothing can replay, with the reason.</summary>
    public static IReadOnlyList<TheoryDataRow<string>> FilesAndUnknown { get; } = Rows(_ => true, unknown: true);

    public static IReadOnlyList<TheoryDataRow<string>> FilesWithBox { get; } =
        Rows(document => document.GetProperty("action").TryGetProperty("low", out _));

    [Theory]
    [MemberData(nameof(FilesAndUnknown))]
    public void Every_episode_replays(string file) => Replay(GoldenFiles.Read(file));

    [Theory]
    [MemberData(nameof(Files))]
    public void A_wrong_trace_is_noticed(string file)
    {
        foreach (string field in new[] { "reward", "terminated", "truncated", "observation", "state" })
        {
            JsonNode document = JsonNode.Parse(File.ReadAllText(GoldenFiles.PathOf(file)))!;
            JsonNode step = document["episodes"]![0]!["steps"]![3]!;
            switch (field)
            {
                case "reward":
                    step[field] = step[field]!.GetValue<double>() + 1e-9;
                    break;
                case "observation" or "state":
                    step[field]![1] = step[field]![1]!.GetValue<double>() + 1e-7;
                    break;
                default:
                    step[field] = !step[field]!.GetValue<bool>();
                    break;
            }

            Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Replay(JsonSerializer.SerializeToElement(document)));
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Spaces_limits_and_thresholds_are_those_of_gym(string file)
    {
        JsonElement document = GoldenFiles.Read(file);
        EnvironmentEntry entry = EnvironmentRegistry.Get(document.GetProperty("env").GetString()!);
        Assert.Equal(document.GetProperty("max_episode_steps").GetInt32(), entry.MaxEpisodeSteps);
        JsonElement threshold = document.GetProperty("reward_threshold");
        Assert.Equal(threshold.ValueKind == JsonValueKind.Null ? null : threshold.GetDouble(), entry.RewardThreshold);

        using IEnvironment environment = entry.Create();
        Assert.Equal(document.GetProperty("observation_size").GetInt32(), environment.ObservationSpace.Size);
        JsonElement action = document.GetProperty("action");
        if (action.TryGetProperty("n", out JsonElement count))
        {
            Assert.Equal(count.GetInt32(), Assert.IsType<Discrete>(environment.ActionSpace).Count);
        }
        else
        {
            Box box = Assert.IsType<Box>(environment.ActionSpace);
            Assert.Equal(GoldenFiles.Flat(action.GetProperty("low")), box.Low);
            Assert.Equal(GoldenFiles.Flat(action.GetProperty("high")), box.High);
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Resets_are_drawn_as_gym_draws_them(string file)
    {
        JsonElement document = GoldenFiles.Read(file);
        JsonElement statistics = document.GetProperty("reset_statistics");
        int count = statistics.GetProperty("count").GetInt32();
        using IEnvironment environment = EnvironmentRegistry.Get(document.GetProperty("env").GetString()!).Create();
        var task = (IClassicTask)environment;
        double[] observation = new double[environment.ObservationSpace.Size];
        double[][] states = new double[count][];
        for (int i = 0; i < count; i++)
        {
            environment.Reset(observation, i == 0 ? 1 : null);
            states[i] = State(task);
        }

        for (int c = 0; c < task.Columns.Count; c++)
        {
            double[] values = [.. states.Select(state => state[c])];
            double mean = values.Average();
            double deviation = Math.Sqrt(values.Average(x => (x - mean) * (x - mean)));
            double reference = statistics.GetProperty("std")[c].GetDouble();

            // Two samples of 2000: five standard errors of the difference; extremes of a uniform are 1/2000 of its range inside.
            double error = 5 * reference * Math.Sqrt(2.0 / count);
            double range = statistics.GetProperty("max")[c].GetDouble() - statistics.GetProperty("min")[c].GetDouble();
            Assert.InRange(mean, statistics.GetProperty("mean")[c].GetDouble() - error, statistics.GetProperty("mean")[c].GetDouble() + error);
            Assert.InRange(deviation, reference - error, reference + error);
            Assert.InRange(values.Min() - statistics.GetProperty("min")[c].GetDouble(), -0.01 * range, 0.01 * range);
            Assert.InRange(values.Max() - statistics.GetProperty("max")[c].GetDouble(), -0.01 * range, 0.01 * range);
        }
    }

    [Theory]
    [MemberData(nameof(FilesWithBox))]
    public void Traces_hold_actions_beyond_the_box(string file) =>
        Assert.Contains(
            GoldenFiles.Read(file).GetProperty("episodes").EnumerateArray().SelectMany(episode => episode.GetProperty("steps").EnumerateArray()),
            step => Math.Abs(step.GetProperty("action")[0].GetDouble()) > GoldenFiles.Read(file).GetProperty("action").GetProperty("high")[0].GetDouble());

    private static void Replay(JsonElement document)
    {
        string name = document.GetProperty("env").GetString()!;
        using IEnvironment environment = EnvironmentRegistry.Create(name);
        IClassicTask task = EnvironmentWrapper.Find<IClassicTask>(environment)!;
        double[] observation = new double[environment.ObservationSpace.Size];
        int episode = 0;
        foreach (JsonElement trace in document.GetProperty("episodes").EnumerateArray())
        {
            environment.Reset(observation);
            task.SetState(GoldenFiles.Flat(trace.GetProperty("initial").GetProperty("state")), observation);
            Near(
                GoldenFiles.Flat(trace.GetProperty("initial_observation")), observation,
                name.StartsWith("Acrobot", StringComparison.Ordinal) ? AcrobotResetTolerance : 0, $"episode {episode}, reset");
            bool done = false;
            int index = 0;
            foreach (JsonElement step in trace.GetProperty("steps").EnumerateArray())
            {
                string where = $"episode {episode}, step {index++}";
                Assert.False(done, $"{where}: the episode is over");
                JsonElement action = step.GetProperty("action");
                StepResult result = environment.Step(GoldenFiles.Flat(action), observation);
                bool terminated = step.GetProperty("terminated").GetBoolean();

                // Gym's wrapper sets both flags at the limit; here terminated wins.
                bool truncated = step.GetProperty("truncated").GetBoolean() && !terminated;
                Assert.True(result.Terminated == terminated && result.Truncated == truncated, $"{where}: the flags are {result}");
                Assert.False(result.Failed);
                Near([step.GetProperty("reward").GetDouble()], [result.Reward], Tolerance, $"{where}, reward");
                double[] state = GoldenFiles.Flat(step.GetProperty("state"));
                Near(state, State(task), Tolerance, $"{where}, state");

                Near(GoldenFiles.Flat(step.GetProperty("observation")), observation, Tolerance, $"{where}, observation");
                done = result.Done;

                // The pole is unstable: it is checked step by step.
                if (name.StartsWith("CartPole", StringComparison.Ordinal))
                {
                    task.SetState(state, observation);
                }
            }

            Assert.Equal(trace.GetProperty("end").GetString() != "cut", done);
            episode++;
        }
    }

    private static double[] State(IClassicTask task)
    {
        double[] state = new double[task.Columns.Count];
        task.CopyRow(state);
        return state;
    }

    private static void Near(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, double tolerance, string what)
    {
        Assert.True(expected.Length == actual.Length, $"{what}: {actual.Length} values where {expected.Length} are expected");
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(
                Math.Abs(actual[i] - expected[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i])),
                $"{what}: [{i}] is {actual[i]:R} where {expected[i]:R} is expected");
        }
    }

    // Files of other tasks share the prefix; those of the registry's other tasks are read elsewhere.
    private static TheoryDataRow<string>[] Rows(Func<JsonElement, bool> filter, bool unknown = false)
    {
        var rows = new List<TheoryDataRow<string>>();
        foreach (string file in GoldenFiles.Find("env"))
        {
            JsonElement document = GoldenFiles.Read(file);
            string name = document.GetProperty("env").GetString()!;
            if (ClassicTasks.All.Any(entry => entry.Name == name))
            {
                if (filter(document))
                {
                    rows.Add(new TheoryDataRow<string>(file));
                }
            }
            else if (unknown && EnvironmentRegistry.Find(name) is null)
            {
                rows.Add(new TheoryDataRow<string>(file) { Skip = $"the registry has no task '{name}'" });
            }
        }

        return rows.Count > 0 ? [.. rows] : [new TheoryDataRow<string>("") { Skip = $"no trace of a classic task in '{GoldenFiles.Folder}'" }];
    }
}
