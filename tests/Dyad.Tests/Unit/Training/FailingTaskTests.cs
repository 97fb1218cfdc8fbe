using System.Globalization;
using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.Wrappers;
using Dyad.Networks;
using Dyad.Numerics;
using Dyad.Tests.Unit.Algorithms;
using Dyad.Tests.Unit.Environments;
using Dyad.Training;

namespace Dyad.Tests.Unit.Training;

/// <summary>What training and its runs make of a task that fails, never ends, or pays what is no number.</summary>
[Trait("Category", "unit")]
public sealed class FailingTaskTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("constructor", "Own: the constructor failed: IOException: no disk", 0)]
    [InlineData("reset", "Own: Reset failed: IOException: no disk", 0)]
    [InlineData("step", "Own: Step failed in step 2 of an episode: IOException: no disk", 11)]
    public void A_task_that_throws_fails_the_run_with_its_sentence(string member, string sentence, int step)
    {
        IEnvironment Task() => GuardedTask.Create("Own", () => member == "constructor" ? throw new IOException("no disk")
            : new Scripted { OnReset = _ => Fail(member == "reset"), OnStep = (steps, _) => Fail(member == "step" && steps == 12) });
        Run run = RunOf(() => Train(Task, Scripted.Sound));
        Assert.Equal(sentence, Assert.Throws<UserError>(() => Execute(run, null, TestContext.Current.CancellationToken)).Message);
        var directory = new RunDirectory(_folder.FullPath);
        Assert.Equal(RunStatus.Failed, directory.Status);
        Assert.Equal((sentence, step), ((string?)directory.ReadStatus()!["error"], (int?)directory.ReadStatus()!["step"]));

        void Fail(bool now)
        {
            if (now)
            {
                throw new IOException("no disk");
            }
        }
    }

    [Fact]
    public void A_number_that_is_none_ends_an_evaluation_in_its_step()
    {
        IEnvironment Broken() => GuardedTask.Create("Own", () => new Scripted { Reward = (steps, _) => steps == 13 ? double.NaN : 0 });
        using AgentTraining training = Train(Scripted.Sound, Broken);
        Assert.Equal(
            "Own: the reward is NaN in step 3 of an episode; it must be finite in single precision",
            Assert.Throws<UserError>(() => Recorder.Of(training)).Message);
    }

    [Fact]
    public void A_policy_that_is_of_no_use_is_not_called_the_tasks_fault()
    {
        using AgentTraining training = Train(Scripted.Sound, Scripted.Sound);
        training.Agent.Policy.Values.Fill(float.NaN);
        using IEnvironment task = Scripted.Sound();
        Assert.Contains("the policy's action in step 1 of evaluation episode 1", Assert.Throws<UserError>(() => Evaluation.Play(task, training.Agent, 1, 0, TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        Assert.Equal(
            "training diverged before step 0: an action of the policy is not finite; the best policy so far is kept (try a smaller learning rate, or rewards of a smaller scale)",
            Assert.Throws<UserError>(() => Advance(training, 100)).Message.Replace($"step {training.Step}", "step 0", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("train/critic_loss", double.PositiveInfinity)]
    [InlineData("train/actor_loss", double.NaN)]
    public void A_cost_that_is_not_finite_over_a_row_ends_the_run(string cost, double value)
    {
        var agent = new Reports(Small(), cost, 1);
        using var training = new AgentTraining(agent, Scripted.Sound, Scripted.Sound(), 1, 0);
        Recorder.Of(training);
        agent.Value = value;
        string sentence = Assert.Throws<UserError>(() => Recorder.Of(training)).Message;
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"{cost} is {value} over the steps since the last row"), sentence, StringComparison.Ordinal);
        agent.Value = 1;

        // What is no cost may be undefined.
        agent.Other = double.NaN;
        Recorder.Of(training);
    }

    [Fact]
    public void Where_training_diverges_the_best_policy_is_written_before_any_checkpoint()
    {
        IEnvironment Task() => new TimeLimit(new IdentityTask(breaksAt: 400), 10);
        Run run = RunOf(() => SmallTasks.Train("ddpg", Task, changes: SmallTasks.Small), steps: 2500, every: 300);
        Assert.Contains("training diverged", Assert.Throws<UserError>(() => Execute(run, null, TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.PathOf("checkpoint"), "*.bin"));
        using AgentTraining other = SmallTasks.Train("ddpg", Task, changes: SmallTasks.Small);
        foreach (string file in new[] { "policy-best.safetensors" })
        {
            Safetensors.Read(_folder.PathOf(file), other.Agent.Policy);
            Assert.DoesNotContain(other.Agent.Policy.Values.ToArray(), value => !float.IsFinite(value));
        }

        Assert.False(File.Exists(_folder.PathOf("policy.safetensors")));
    }

    [Fact]
    public void An_evaluation_that_never_ends_is_stopped_and_goes_on_to_the_same_bits()
    {
        using var source = new CancellationTokenSource();
        bool armed = false;
        IEnvironment Evaluated() => new Scripted { OnStep = (steps, _) => Stop(steps), Length = () => armed ? int.MaxValue : 10 };
        AgentTraining Create() => Train(Scripted.Sound, Evaluated);

        using AgentTraining whole = Create();
        Advance(whole, 40);
        byte[] before = StateArchive.Save(whole.Serialize);
        armed = true;
        Assert.Throws<OperationCanceledException>(() => whole.Measure(new Recorder(), source.Token));
        Assert.Equal(before, StateArchive.Save(whole.Serialize));

        // The loop hands on the request, keeps a checkpoint, and measures again when it goes on.
        using var second = new CancellationTokenSource();
        source.Cancel();
        Run run = RunOf(Create, steps: 40, every: 20);
        Assert.Throws<OperationCanceledException>(() => Execute(run, () => second.Cancel(), second.Token));
        Assert.Equal(RunStatus.Stopped, new RunDirectory(_folder.FullPath).Status);
        armed = false;
        Execute(run, null, TestContext.Current.CancellationToken);
        Assert.Equal([0, 20, 40], MetricsLog.Read(_folder.PathOf("metrics.jsonl"))["step"]);

        void Stop(int steps)
        {
            if (armed && steps > 300)
            {
                Stopping?.Invoke();
                source.Cancel();
            }
        }
    }

    [Fact]
    public void Episodes_that_the_simulator_gave_up_on_are_in_no_return_and_make_no_policy_the_best()
    {
        // What the evaluation episodes bring, in turn: a return, and whether they fail.
        (double Return, bool Fails)[] script = [];
        int episode = 0;
        IEnvironment Evaluated() => new Scripted
        {
            OnReset = _ => episode++,
            Length = () => 1,
            Reward = (_, _) => script[episode - 1].Return,
            Fails = () => script[episode - 1].Fails,
        };
        using AgentTraining training = Train(Scripted.Sound, Evaluated, episodes: 2);

        Recorder Measure(float mark, params (double, bool)[] next)
        {
            (script, episode) = (next, 0);
            training.Agent.Policy.Values.Fill(mark);
            return Recorder.Of(training);
        }

        Recorder row = Measure(0.1f, (100, true), (100, true));
        Assert.Equal((double.NaN, 2.0), (row["eval/return"], row["eval/failures"]));
        Assert.Equal(double.NegativeInfinity, row["eval/best_return"]);
        Assert.NotEqual(0.1f, Best());

        row = Measure(0.2f, (50, true), (3, false));
        Assert.Equal((3.0, 1.0, 3.0, 1.0), (row["eval/return"], row["eval/failures"], row["eval/best_return"], row["eval/length"]));
        Assert.Equal(0.2f, Best());

        // Fewer failures come before a larger return.
        Assert.Equal(-7, Measure(0.3f, (-6, false), (-8, false))["eval/best_return"]);
        Assert.Equal(-7, Measure(0.4f, (1000, true), (9, false))["eval/best_return"]);
        Assert.Equal(0.3f, Best());
        Assert.Equal(-6, Measure(0.5f, (-6, false), (-6, false))["eval/best_return"]);
        Assert.Equal(0.5f, Best());

        float Best()
        {
            float[] present = training.Agent.Policy.Values.ToArray();
            training.SavePolicies(_folder.FullPath);
            Safetensors.Read(_folder.PathOf("policy-best.safetensors"), training.Agent.Policy);
            float best = training.Agent.Policy.Values[0];
            present.CopyTo(training.Agent.Policy.Values);
            return best;
        }
    }

    [Fact]
    public void Training_episodes_that_failed_are_counted_and_not_in_the_return()
    {
        int episode = 0;
        IEnvironment Learned() => new Scripted { OnReset = _ => episode++, Reward = (_, _) => episode % 2 == 0 ? 100 : 1, Fails = () => episode % 2 == 0 };
        using AgentTraining training = Train(Learned, Scripted.Sound);
        Advance(training, 40);
        var row = Recorder.Of(training);
        Assert.Equal((10.0, row["train/episodes"] - row["train/failures"]), (row["train/return"], row["train/episodes"] / 2));
    }

    [Fact]
    public void Years_and_times_in_files_are_everywhere_the_same()
    {
        CultureInfo present = CultureInfo.CurrentCulture;
        try
        {
            var other = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            other.DateTimeFormat.TimeSeparator = ".";
            other.NumberFormat.NumberDecimalSeparator = ",";
            CultureInfo.CurrentCulture = other;
            Execute(RunOf(() => Train(Scripted.Sound, Scripted.Sound)), null, TestContext.Current.CancellationToken);
            Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", (string?)new RunDirectory(_folder.FullPath).ReadStatus()!["updated"]);
        }
        finally
        {
            CultureInfo.CurrentCulture = present;
        }
    }

    private Action? Stopping { get; set; }

    private static IAgent Small() => MethodCatalog.Agent("ddpg").With([("hidden_width", "8"), ("update_after", "1000"), ("random_steps", "5")])
        .Create(AgentTask.RealActions(1, 1), new RandomStream(0));

    private static AgentTraining Train(Func<IEnvironment> task, Func<IEnvironment> evaluation, int episodes = 2) =>
        new(Small(), task, evaluation(), episodes, seed: 0);

    private static void Advance(AgentTraining training, int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            training.Advance();
        }
    }

    private static Run RunOf(Func<IIterative> create, long steps = 40, long every = 20) => new(
        new RunConfig(new("ddpg", []), new("Own"), new(0), new(every)), create, steps,
        (learner, folder) => ((AgentTraining)learner).SavePolicies(folder));

    private void Execute(Run run, Action? stopping, CancellationToken cancellation)
    {
        Stopping = stopping;
        new RunLoop(TimeProvider.System, new BuildIdentity("0.0.0", "", "1", 256), "", TimeSpan.FromSeconds(1000)).Execute(
            new RunDirectory(_folder.FullPath), run, _ => { }, _ => { }, cancellation);
    }

    // An agent whose rows hold what a test wants.
    private sealed class Reports(IAgent inner, string name, double value) : IAgent
    {
        public double Value { get; set; } = value;

        public double Other { get; set; }

        public AgentTask Task => inner.Task;

        public Parameters<float> Policy => inner.Policy;

        public IReadOnlyList<AgentNetwork> Networks => inner.Networks;

        public void Act(ReadOnlySpan<double> observations, Span<double> actions, bool explore) => inner.Act(observations, actions, explore);

        public void Observe(
            ReadOnlySpan<double> observations, ReadOnlySpan<double> actions, ReadOnlySpan<StepResult> results, ReadOnlySpan<double> next)
        {
        }

        public void Measure(IMetrics metrics)
        {
            metrics.Record(name, Value);
            metrics.Record("train/other", Other);
        }

        public void Serialize(StateArchive archive) => inner.Serialize(archive);
    }
}
