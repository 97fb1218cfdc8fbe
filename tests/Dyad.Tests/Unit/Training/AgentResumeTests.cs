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
    [InlineData("stsac-al", 401, 1000)]
    [InlineData("stddpg-cl", 333, 777)]
    [InlineData("sttd3-al", 202, 333, 777)]
    [InlineData("sac:eigenvalue_steps=5", 501, 900)]
    [InlineData("stack-sac:leader_states=start", 333, 777)]
    [InlineData("res-sac", 210, 399, 1001)]
    [InlineData("res-ddpg", 500)]
    [InlineData("res-td3", 333, 500)]
    [InlineData("sac-discrete", 1, 199, 1111)]
    [InlineData("stsac-discrete-al", 333)]
    [InlineData("res-sac-discrete:leader=critic,rule=stackelberg", 777)]
    [InlineData("sac:normalize_observations=true", 150, 777)]
    [InlineData("dqn:normalize_observations=true", 333)]
    [InlineData("sac:gradient_clip=0.5,rate_schedule=linear,schedule_steps=1000,schedule_end=0.1", 399, 1001)]
    [InlineData("dqn:gradient_clip=0.1,rate_schedule=linear,schedule_steps=2000", 333)]
    [InlineData("sac:n_steps=5", 1, 203, 777)]
    [InlineData("sac-v:n_steps=3,environments=4", 4, 204, 1000)]
    [InlineData("dqn:n_steps=3,environments=3", 201, 702)]
    [InlineData("td3:environments=3", 3, 600)]
    [InlineData("res-ddpg:n_steps=2,environments=5,normalize_observations=true", 205, 500)]
    [InlineData("stack-sac:leader_states=start,environments=3", 333, 777)]
    [InlineData("sac:normalize_rewards=true", 150, 777)]
    [InlineData("dqn:normalize_rewards=true", 333)]
    [InlineData("ddpg:normalize_rewards=true,environments=3,n_steps=2", 600)]
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

    // In the middle of an epoch or episode, and beside its ends.
    [Theory]
    [InlineData("ac", 1, 299, 300, 301, 1111)]
    [InlineData("ac:environments=4,critic=q", 4, 148, 300, 1196)]
    [InlineData("ac:optimizer=sgd,critic_target=bootstrapped", 450)]
    [InlineData("ac:critic=q,direct_term=critic,residual=true,residual_clip_rule=adaptive,residual_updates=3", 1, 450)]
    [InlineData("stac:damping_schedule=exponential,optimizer=sgd,actor_rate_power=0.5", 1, 300, 1111)]
    [InlineData("stac:whole_episodes=true,episode_form=as-published", 450)]
    [InlineData("ppo", 1, 299, 300, 450, 1111)]
    [InlineData("ppo:environments=3,rate_schedule=linear,clip_schedule=linear,schedule_steps=1500,target_kl=0.002,residual=true", 150, 900)]
    [InlineData("a2c", 40, 48, 400)]
    [InlineData("stppo:solver=conjugate-gradient,warm_start=true,damping_schedule=exponential", 1, 299, 300, 1111)]
    [InlineData("ppo-nested:environments=3", 150, 900)]
    [InlineData("blpo:environments=3,implicit_bound=1", 3, 150, 450, 1110)]
    [InlineData("reinforce", 1, 199, 200, 350, 1111)]
    [InlineData("reinforce:episodes_per_update=2", 300, 555)]
    [InlineData("one-step-ac", 1, 777)]
    [InlineData("one-step-ac:environments=3", 300)]
    [InlineData("one-step-ac:gradient_clip=0.5,rate_schedule=linear,schedule_steps=1000", 333)]
    [InlineData("reinforce:gradient_clip=0.5,rate_schedule=linear,schedule_steps=1000,schedule_end=0.5", 199, 350)]
    [InlineData("ac:environments=3,normalize_observations=true", 150, 1110)]
    [InlineData("ac:environments=3,normalize_rewards=true", 150, 1110)]
    [InlineData("reinforce:normalize_rewards=true", 350)]
    public void On_policy_training_stopped_at_any_step_ends_in_the_same_bits(string method, params int[] stops) =>
        Training_stopped_at_any_step_ends_in_the_same_bits(method, stops);

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

    [Theory]
    [InlineData(700, true)]
    [InlineData(300, false)]
    public void A_bit_that_flipped_in_the_replay_is_never_learned_from(int row, bool hasOneBefore)
    {
        // Checkpoints at these steps alone, however slow the machine.
        Assert.Throws<OperationCanceledException>(() => Execute("stopped", "sac", 500, interval: TimeSpan.FromHours(1)));
        Assert.Throws<OperationCanceledException>(() => Execute("stopped", "sac", 900, interval: TimeSpan.FromHours(1)));

        // Pendulum's row: twice three numbers of observation, one of action, reward, and whether it ended.
        string segment = Path.Combine(_folder.FullPath, "stopped", "checkpoint", "replay-000000.bin");
        byte[] bytes = File.ReadAllBytes(segment);
        bytes[(row * 9 * sizeof(float)) + 2] ^= 1;
        File.WriteAllBytes(segment, bytes);
        var warnings = new List<string>();
        if (hasOneBefore)
        {
            Execute("stopped", "sac", int.MaxValue, warnings);
            Assert.Equal($"the replay segment '{segment}' is damaged, and the checkpoint that needs it was passed over", Assert.Single(warnings));
            Execute("whole", "sac", int.MaxValue);
            Same("whole", "stopped");
        }
        else
        {
            string sentence = Assert.Throws<UserError>(() => Execute("stopped", "sac", int.MaxValue, warnings)).Message;
            Assert.Contains($"the replay segment '{segment}' is damaged", sentence, StringComparison.Ordinal);
            Assert.StartsWith("no checkpoint of ", sentence, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_missing_replay_segment_is_told()
    {
        Assert.Throws<OperationCanceledException>(() => Execute("run", "ddpg", 500));
        File.Delete(Path.Combine(_folder.FullPath, "run", "checkpoint", "replay-000000.bin"));
        UserError error = Assert.Throws<UserError>(() => Execute("run", "ddpg", int.MaxValue));
        Assert.Contains("replay-000000.bin", error.Message, StringComparison.Ordinal);
    }

    // Stackelberg agents with all the state that a rule can have, and res-critics with all that theirs can have.
    private static (string, string)[] Options(string method) => method switch
    {
        ['s', 't', ..] => [.. SmallTasks.Small, ("warm_start", "true"), ("damping_schedule", "adaptive"), ("solver_iterations", "3"), ("actor_rate_power", "0.3")],
        ['r', 'e', 's', ..] => [.. SmallTasks.Small, ("residual_clip_rule", "adaptive"), ("residual_clip_rate", "0.1")],

        // What is measured between two rows is part of the state too.
        "ddpg" => [.. SmallTasks.Small, ("td_errors", "true")],
        _ => SmallTasks.SmallOf(method),
    };

    private void Execute(string name, string method, int stopAt, List<string>? warnings = null, TimeSpan? interval = null)
    {
        using var source = new CancellationTokenSource();
        var run = new Run(
            new RunConfig(new($"small {method}", []), new("task"), new(0), new(Every: 400)),
            () => Train(method),
            Steps,
            (learner, folder) => (learner as AgentTraining)?.SavePolicies(folder));
        if (stopAt < int.MaxValue)
        {
            Func<IIterative> create = run.Create;
            run = run with { Create = () => new StopsAt(create(), stopAt, source) };
        }

        new RunLoop(TimeProvider.System, new BuildIdentity("0.0.0", "", "1", 256), "", interval ?? TimeSpan.FromMilliseconds(50)).Execute(
            new RunDirectory(Path.Combine(_folder.FullPath, name)), run, _ => { }, sentence => warnings?.Add(sentence), source.Token);
    }

    // A method with small networks, and changes as METHOD:key=value,...
    private static AgentTraining Train(string text)
    {
        string[] parts = text.Split(':');
        (string, string)[] changes = parts.Length < 2 ? [] : [.. parts[1].Split(',').Select(x => (x.Split('=')[0], x.Split('=')[1]))];
        changes = parts[0] switch
        {
            "ac" or "stac" => [("hidden_width", "16"), ("steps_per_epoch", "300"), ("critic_updates", "3"), .. changes],
            "ppo" or "stppo" or "ppo-nested" or "blpo" => [("hidden_width", "16"), ("steps_per_epoch", "300"), .. changes],
            "reinforce" or "one-step-ac" or "a2c" => [("hidden_width", "16"), .. changes],

            // Copies of the value network depend on the number of updates.
            "sac-v" => [.. SmallTasks.SmallOf(parts[0]), ("target_update", "periodic"), ("target_period", "70"), .. changes],
            _ => [.. Options(parts[0]), .. changes],
        };
        return SmallTasks.Train(parts[0], SmallTasks.ClassicOf(parts[0]), seed: 3, episodes: 1, changes);
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
        foreach (string key in first.Keys.Where(key => key is not ("wall_s" or "cpu_s")))
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
