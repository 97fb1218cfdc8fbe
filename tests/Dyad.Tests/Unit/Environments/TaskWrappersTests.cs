using Dyad.Algorithms.Catalog;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.Locating;
using Dyad.Numerics;
using Dyad.Tests.Unit.Training;
using Dyad.Training;

namespace Dyad.Tests.Unit.Environments;

/// <summary>Wrappers that a task's name puts around it.</summary>
[Trait("Category", "unit")]
public sealed class TaskWrappersTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_name_has_one_order_and_nothing_that_changes_nothing()
    {
        LocatedTask task = TaskLocator.FindForAgents("Pendulum-v1+frame_stack=3+reward_clip=1e+1+action_repeat=2");
        Assert.Equal("Pendulum-v1+action_repeat=2+reward_clip=10+frame_stack=3", task.Text);
        Assert.Equal((task.Text, "Pendulum-v1", 200, task.Text), (task.Name, task.BareName, task.MaxEpisodeSteps, TaskLocator.Find(task.Text).Text));
        Assert.Equal("Pendulum-v1", TaskLocator.Find("Pendulum-v1+frame_stack=1+reward_scale=1.0+action_repeat=1").Text);
        Assert.Equal(9, task.WithLimit(50).Create().ObservationSpace.Size);
    }

    [Theory]
    [InlineData("Pendulum-v1+frame_stak=3", "no wrapper 'frame_stak'; did you mean frame_stack?")]
    [InlineData("Pendulum-v1+frame_stack=0", "frame_stack is '0'; it must be a whole number from 1 to 100")]
    [InlineData("Pendulum-v1+frame_stack= 2", "frame_stack is ' 2'; it must be a whole number from 1 to 100")]
    [InlineData("Pendulum-v1+frame_stack=2.5", "it must be a whole number")]
    [InlineData("Pendulum-v1+action_repeat=2+action_repeat=3", "gives 'action_repeat' twice")]
    [InlineData("Pendulum-v1+reward_scale=-1", "reward_scale is '-1'; it must be a number from 1E-09 to 1000000000")]
    [InlineData("Pendulum-v1+reward_clip=NaN", "reward_clip is 'NaN'")]
    [InlineData("Pendulum-v1+reward_clip=", "reward_clip is ''")]
    [InlineData("Pendulum-v9+reward_clip=1", "no environment 'Pendulum-v9'; did you mean")]
    public void What_is_no_wrapper_gets_one_sentence(string text, string sentence) =>
        Assert.Contains(sentence, Assert.Throws<UserError>(() => TaskLocator.Find(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Names_that_are_too_long_for_a_folder_are_cut_and_told_apart()
    {
        const string Long = "Pendulum-v1+action_repeat=1000+reward_scale=1.2345678901234567E-09+reward_clip=1.2345678901234567E-09+frame_stack=";
        string map = new('m', 85);
        foreach (string name in new[] { "a", "b" })
        {
            File.WriteAllText(_folder.PathOf(map + name + ".txt"), "SG\n");
            File.WriteAllText(_folder.PathOf(map + "m" + name + ".txt"), "SG\n");
        }

        // What fits is whole.
        Assert.Equal(map + "a+frame_stack=2", TaskLocator.Find(_folder.PathOf(map + "a.txt+frame_stack=2")).Name);
        LocatedTask[] tasks = [.. new[] { Long + "99", Long + "100", _folder.PathOf(map + "ma.txt+frame_stack=2"), _folder.PathOf(map + "mb.txt+frame_stack=2") }.Select(TaskLocator.Find)];
        Assert.Equal(4, tasks.Select(task => task.Name).Distinct().Count());
        Assert.All(tasks, task => Assert.Equal((null, 100, task.Name), (FolderName.Fault(task.Name), task.Name.Length, TaskLocator.NameOf(task.Text))));
    }

    [Theory]
    [InlineData("CartPole-v1+action_repeat=2+frame_stack=3+reward_scale=0.5+reward_clip=0.4")]
    [InlineData("Pendulum-v1+action_repeat=3+reward_scale=0.01")]
    [InlineData("FourRoom+frame_stack=2")]
    [InlineData("Blackjack-v1+frame_stack=2+reward_clip=0.5")]
    public void A_wrapped_task_is_sound(string text)
    {
        LocatedTask task = TaskLocator.Find(text);
        Assert.All(EnvironmentChecker.Check(task.CreateUnguarded, task.BareName), finding => Assert.True(finding.Holds, finding.Problem));
        using IEnvironment agents = task.CreateForTraining();
        Assert.IsType<Box>(agents.ObservationSpace);
    }

    [Fact]
    public void Steps_are_repeated_and_observations_stacked_oldest_first()
    {
        using IEnvironment plain = TaskLocator.Find("Pendulum-v1").Create(), wrapped = TaskLocator.Find("Pendulum-v1+action_repeat=3+frame_stack=2").Create();
        double[] s = new double[3], stacked = new double[6];
        plain.Reset(s, 4);
        wrapped.Reset(stacked, 4);
        Assert.Equal([.. s, .. s], stacked);
        int decisions = 0;
        for (bool done = false; !done; decisions++)
        {
            double[] before = [.. s];
            double sum = 0;
            StepResult last = default;
            for (int i = 0; i < 3 && !last.Done; i++)
            {
                last = plain.Step([Math.Sin(decisions)], s);
                sum += last.Reward;
            }

            StepResult result = wrapped.Step([Math.Sin(decisions)], stacked);
            Assert.Equal([.. before, .. s], stacked);
            Assert.Equal((sum, last.Truncated), (result.Reward, result.Truncated));
            done = result.Done;
        }

        // The limit counts the task's own 200 steps.
        Assert.Equal(67, decisions);
    }

    [Fact]
    public void Rewards_are_scaled_then_clipped_for_learning_and_reported_as_they_are()
    {
        LocatedTask task = TaskLocator.Find("Pendulum-v1+reward_scale=0.5+reward_clip=4");
        using (IEnvironment learned = task.CreateForTraining(), own = task.CreateForAgents())
        {
            double[] a = new double[3], b = new double[3];
            learned.Reset(a, 1);
            own.Reset(b, 1);
            bool wasClipped = false, wasNot = false;
            for (int step = 0; step < 200; step++)
            {
                double reward = own.Step([1], b).Reward;
                Assert.Equal(Math.Max(-4, 0.5 * reward), learned.Step([1], a).Reward);
                wasClipped |= reward < -8;
                wasNot |= reward > -8;
            }

            Assert.True(wasClipped && wasNot);
        }

        // The same run with and without: nothing is learned in it, so its returns are the same.
        Dictionary<string, double>[] measured = [.. new[] { task, TaskLocator.Find("Pendulum-v1") }.Select(run =>
        {
            using IEnvironment sizes = run.CreateForAgents();
            using var training = new AgentTraining(
                MethodCatalog.Agent("sac").With(SmallTasks.Small).Create(Dyad.Algorithms.AgentTask.Of(sizes), new RandomStream(1)),
                () => run.CreateForTraining(), run.CreateForAgents(), evaluationEpisodes: 2, seed: 3);
            for (int step = 0; step < 200; step++)
            {
                training.Advance();
            }

            var metrics = new Recorded();
            training.Measure(metrics);
            return metrics.Values;
        })];
        Assert.True(measured[0]["train/return"] < -300);
        Assert.Equal(measured[1]["train/return"], measured[0]["train/return"]);
    }

    [Fact]
    public void Another_wrapper_is_another_run_and_another_order_the_same()
    {
        string Identity(string text) => RunIdentity.Of(new RunConfig(new("sac", []), new(TaskLocator.Find(text).Text), new(0), new(1)));
        Assert.Equal(Identity("Pendulum-v1+frame_stack=2+action_repeat=2"), Identity("Pendulum-v1+action_repeat=2+frame_stack=2"));
        Assert.Equal(4, new[] { "", "+frame_stack=2", "+frame_stack=3", "+reward_scale=2" }.Select(suffix => Identity("Pendulum-v1" + suffix)).Distinct().Count());
    }

    [Fact]
    public void Presets_go_by_the_task_itself()
    {
        var method = MethodCatalog.Agent("sac");
        Assert.Equal(
            AgentPreset.Get(AgentPreset.Correct).Resolve(method, "Pendulum-v1", []).Options,
            AgentPreset.Get(AgentPreset.Correct).Resolve(method, "Pendulum-v1+frame_stack=3", []).Options);
    }

    [Fact]
    public void A_finite_task_that_is_wrapped_is_for_networks_and_keeps_its_content()
    {
        string map = _folder.PathOf("a map.txt");
        File.WriteAllText(map, "S..\n..G\n");
        LocatedTask plain = TaskLocator.Find(map + "?goal=absorb"), wrapped = TaskLocator.Find(map + "?goal=absorb+frame_stack=2");
        Assert.Null(wrapped.Mdp);
        Assert.Equal(plain.Fingerprint, wrapped.Fingerprint);
        Assert.Equal(("a map-goal-absorb+frame_stack=2", map + "?goal=absorb+frame_stack=2"), (wrapped.Name, wrapped.Text));
        Assert.Equal(wrapped.Name, TaskLocator.NameOf(wrapped.Text));
        Assert.Equal("gymnasium-CartPole-v1+frame_stack=2", TaskLocator.NameOf("gymnasium:CartPole-v1+frame_stack=2"));
        Assert.Equal("Own+reward_scale=2", TaskLocator.NameOf("/a/b.dll:Own+reward_scale=2"));

        // A file of that name is that file.
        string odd = _folder.PathOf("b+frame_stack=2.txt");
        File.WriteAllText(odd, "SG\n");
        Assert.NotNull(TaskLocator.Find(odd).Mdp);
    }

    private sealed class Recorded : IMetrics
    {
        public Dictionary<string, double> Values { get; } = [];

        public void Record(string name, double value) => Values[name] = value;
    }
}
