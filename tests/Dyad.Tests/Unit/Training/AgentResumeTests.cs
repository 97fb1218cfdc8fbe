using System.Text.Json.Nodes;
using Dyad.Core;
using Dyad.Training;

namespace Dyad.Tests.Unit.Training;

/// <summary>A stopped training goes on to the same bits: policies, and metrics but for wall times.</summary>
[Trait("Category", "unit")]
public sealed class AgentResumeTests : IDisposable
{
    private const int Steps = 1200;
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sac", 1, 399, 1111)]
    [InlineData("ddpg", 250, 251, 1199)]
    [InlineData("sac", 600, 601, 602)]
    [InlineData("td3", 201, 400, 901)]
    [InlineData("sac-v", 199, 777, 1000)]
    [InlineData("dqn", 210, 219, 220, 1001)]
    public void Training_stopped_at_any_step_ends_in_the_same_bits(string method, params int[] stops)
    {
        Execute("whole", method, int.MaxValue);
        foreach (int stop in stops)
        {
            Assert.Throws<OperationCanceledException>(() => Execute("stopped", method, stop));
        }

        Execute("stopped", method, int.MaxValue);
        Same("whole", "stopped");
    }

    [Fact]
    public void A_damaged_checkpoint_falls_back_to_the_one_before()
    {
        Execute("whole", "sac", int.MaxValue);
        Assert.Throws<OperationCanceledException>(() => Execute("stopped", "sac", 500));
        Assert.Throws<OperationCanceledException>(() => Execute("stopped", "sac", 900));
        string newest = Directory.GetFiles(Path.Combine(_folder.FullPath, "stopped", "checkpoint"), "*.bin")
            .Where(path => !Path.GetFileName(path).StartsWith("replay", StringComparison.Ordinal))
            .MaxBy(path => BitConverter.ToInt64(File.ReadAllBytes(path), 32))!;
        byte[] bytes = File.ReadAllBytes(newest);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(newest, bytes);

        var warnings = new List<string>();
        Execute("stopped", "sac", int.MaxValue, warnings);
        Assert.Contains(newest, Assert.Single(warnings), StringComparison.Ordinal);
        Same("whole", "stopped");
    }

    [Fact]
    public void A_missing_replay_segment_is_told()
    {
        Assert.Throws<OperationCanceledException>(() => Execute("run", "ddpg", 500));
        File.Delete(Path.Combine(_folder.FullPath, "run", "checkpoint", "replay-000000.bin"));
        UserError error = Assert.Throws<UserError>(() => Execute("run", "ddpg", int.MaxValue));
        Assert.Contains("replay-000000.bin", error.Message, StringComparison.Ordinal);
    }

    private void Execute(string name, string method, int stopAt, List<string>? warnings = null)
    {
        using var source = new CancellationTokenSource();

        // Copies of the value network depend on the number of updates.
        (string, string)[] copies = method == "sac-v" ? [("target_update", "periodic"), ("target_period", "70")] : [];
        var run = new Run(
            new JsonObject { ["method"] = method },
            () => SmallTasks.Train(method, SmallTasks.ClassicOf(method), seed: 3, episodes: 1, [.. SmallTasks.SmallOf(method), .. copies]),
            Steps,
            MeasureEvery: 400,
            (learner, folder) => (learner as AgentTraining)?.SavePolicies(folder));
        if (stopAt < int.MaxValue)
        {
            Func<IIterative> create = run.Create;
            run = run with { Create = () => new StopsAt(create(), stopAt, source) };
        }

        new RunLoop(TimeProvider.System, new JsonObject(), TimeSpan.FromMilliseconds(50)).Execute(
            new RunDirectory(Path.Combine(_folder.FullPath, name)), run, _ => { }, sentence => warnings?.Add(sentence), source.Token);
    }

    private void Same(string a, string b)
    {
        foreach (string file in new[] { "policy.safetensors", "policy-best.safetensors" })
        {
            Assert.Equal(File.ReadAllBytes(Path.Combine(_folder.FullPath, a, file)), File.ReadAllBytes(Path.Combine(_folder.FullPath, b, file)));
        }

        IReadOnlyDictionary<string, double[]> first = MetricsLog.Read(Path.Combine(_folder.FullPath, a, "metrics.jsonl"));
        IReadOnlyDictionary<string, double[]> second = MetricsLog.Read(Path.Combine(_folder.FullPath, b, "metrics.jsonl"));
        Assert.Equal(first.Keys.Order(), second.Keys.Order());
        foreach (string key in first.Keys.Where(key => key != "wall_s"))
        {
            Assert.Equal(first[key], second[key]);
        }
    }

    // Asks for a stop when a step is reached; otherwise the learner itself.
    private sealed class StopsAt(IIterative inner, int step, CancellationTokenSource source)
        : IIterative, IAppendOnlyState, IDisposable
    {
        public long Step => inner.Step;

        public void Advance()
        {
            inner.Advance();
            if (inner.Step == step)
            {
                source.Cancel();
            }
        }

        public void Measure(IMetrics metrics) => inner.Measure(metrics);

        public void Serialize(StateArchive archive) => inner.Serialize(archive);

        public void SaveRows(string folder) => ((IAppendOnlyState)inner).SaveRows(folder);

        public void LoadRows(string folder) => ((IAppendOnlyState)inner).LoadRows(folder);

        public void Dispose() => ((IDisposable)inner).Dispose();
    }
}
