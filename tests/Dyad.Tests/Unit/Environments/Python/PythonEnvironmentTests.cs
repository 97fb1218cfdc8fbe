using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.Locating;
using Dyad.Environments.Python;
using Dyad.Environments.Wrappers;
using Dyad.Numerics;
using Dyad.Training;

namespace Dyad.Tests.Unit.Environments.Python;

/// <summary>Tasks of a Python file, through the bridge, in real child processes.</summary>
[Trait("Category", "unit")]
public sealed class PythonEnvironmentTests
{
    [Theory]
    [InlineData("Corridor")]
    [InlineData("Stateful")]
    [InlineData("Stateless")]
    [InlineData("Global")]
    [InlineData("Mixed")]
    [InlineData("Faulty?how=print")]
    public void A_task_in_Python_keeps_the_promises_of_an_environment(string factory)
    {
        LocatedTask task = TaskLocator.Find(PythonForTests.Task(factory));
        Assert.All(EnvironmentChecker.Check(task.CreateUnguarded, task.Name), finding => Assert.Null(finding.Problem));
    }

    [Fact]
    public void Observation_reward_and_end_are_those_of_the_task()
    {
        using var tasks = new PythonEnvironments(PythonForTests.Task("Corridor?limit=3&length=0.5"), 1);
        IEnvironment task = tasks[0];
        Box actions = Assert.IsType<Box>(task.ActionSpace);
        Assert.Equal((-2.0, 2.0, 1), (actions.Low[0], actions.High[0], actions.Size));
        double[] observation = new double[2];
        task.Reset(observation, 5);
        double x = observation[0];
        Assert.InRange(x, -0.5, 0.5);
        for (int step = 1; step <= 3; step++)
        {
            double before = observation[0];
            StepResult result = task.Step([1.5], observation);
            Assert.InRange(observation[0] - before, 0.1, 0.2);
            Assert.Equal((float)(step / 10.0), observation[1]);
            Assert.Equal(-Math.Abs(observation[0]), result.Reward, 6);
            Assert.Equal((false, step == 3), (result.Terminated, result.Truncated));
        }

        Assert.Contains("reset it", Assert.Throws<UserError>(() => task.Step([0], observation)).Message, StringComparison.Ordinal);
        task.Reset(observation, 5);
        Assert.Equal(x, observation[0]);
    }

    [Fact]
    public void Choices_begin_where_the_task_says()
    {
        using var tasks = new PythonEnvironments(PythonForTests.Task("Turn?start=4"), 1);
        Assert.Equal(4, Assert.IsType<Discrete>(tasks[0].ObservationSpace).Count);
        Assert.Equal(3, Assert.IsType<Discrete>(tasks[0].ActionSpace).Count);
        double[] observation = [7];
        tasks[0].Reset(observation);
        Assert.Equal(0, observation[0]);
        Assert.Equal(6, tasks[0].Step([2], observation).Reward);
        Assert.Equal(1, observation[0]);
        Assert.Equal(4, tasks[0].Step([0], observation).Reward);
    }

    [Fact]
    public void What_is_composed_is_flattened_and_put_together_again()
    {
        using var tasks = new PythonEnvironments(PythonForTests.Task("Mixed"), 1);
        Box space = Assert.IsType<Box>(tasks[0].ObservationSpace);
        Assert.Equal([-1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], space.Low);
        Assert.Equal([2, 2, 3, 2], Assert.IsType<MultiDiscrete>(tasks[0].ActionSpace).Counts);
        double[] observation = new double[14];
        tasks[0].Reset(observation);
        Assert.Equal([0, 0.25, 0.5, 0.75, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0], observation);

        // x in 2, y in 2 x 3 x 2.
        for (int x = 0; x < 2; x++)
        {
            for (int y = 0; y < 12; y++)
            {
                tasks[0].Step([x, y / 6, y / 2 % 3, y % 2], observation);
                double[] choices = [.. OneHot(3, x), 1, y % 2, .. OneHot(2, y / 6), .. OneHot(3, y / 2 % 3)];
                Assert.Equal([0.5, 0.5, 0.5, 0.5, .. choices], observation);
            }
        }

        static double[] OneHot(int count, int at) => [.. Enumerable.Range(0, count).Select(i => i == at ? 1.0 : 0.0)];
    }

    [Fact]
    public void Real_and_whole_components_of_an_action_are_of_their_kind()
    {
        using var tasks = new PythonEnvironments(PythonForTests.Task("Grip"), 1);
        Assert.Equal([-1, -1, 0, 0], Assert.IsType<Box>(tasks[0].ActionSpace).Low);
        double[] observation = new double[2];
        tasks[0].Reset(observation);
        tasks[0].Step([0.25, 0.5, 2.4, 0.6], observation);
        Assert.Equal([0.75, 3], observation);
    }

    [Fact]
    public void Instances_that_step_together_do_what_each_does_alone()
    {
        const int Count = 5;
        string task = PythonForTests.Task("Corridor?limit=9");
        using var together = new PythonEnvironments(task, Count);
        using var alone = new PythonEnvironments(task, Count);
        double[] observations = new double[2 * Count], actions = new double[Count], one = new double[2];
        var results = new StepResult[Count];
        for (int i = 0; i < Count; i++)
        {
            together[i].Reset(observations.AsSpan(2 * i, 2), i);
            alone[i].Reset(one, i);
        }

        for (int step = 0; step < 9; step++)
        {
            for (int i = 0; i < Count; i++)
            {
                actions[i] = Math.Sin(step + (3 * i));
            }

            together.Step(actions, observations, results);
            for (int i = 0; i < Count; i++)
            {
                Assert.Equal(alone[i].Step(actions.AsSpan(i, 1), one), results[i]);
                Assert.Equal(one, observations.AsSpan(2 * i, 2).ToArray());
            }
        }

        Assert.All(results, result => Assert.True(result.Truncated));
    }

    [Theory]
    [InlineData("")]
    [InlineData("+action_repeat=2+frame_stack=2+reward_scale=0.5")]
    public void Training_steps_its_environments_by_one_call_to_the_same_bits(string wrappers)
    {
        LocatedTask task = TaskLocator.Find(PythonForTests.Task("Corridor?limit=9") + wrappers);
        float[][] trained = [.. new[] { task, task.Together() }.Select(how =>
        {
            var made = new List<IEnvironment>();
            IEnvironment Make()
            {
                made.Add(how.CreateForTraining());
                return made[^1];
            }

            IEnvironment evaluation = task.CreateForAgents();
            IAgent agent = MethodCatalog.Agent("ac").With([("hidden_width", "8"), ("environments", "3"), ("steps_per_epoch", "30")]).Create(AgentTask.Of(evaluation), new RandomStream(1));
            using var training = new AgentTraining(agent, Make, evaluation, 1, 5);
            for (int step = 0; step < 40; step++)
            {
                training.Advance();
            }

            PythonEnvironments[] children = [.. made.Select(environment => EnvironmentWrapper.Find<PythonEnvironment>(environment)!.Owner).Distinct()];
            bool isShared = how != task;
            Assert.Equal(isShared ? 1 : 3, children.Length);
            Assert.Equal(isShared ? 40 : 0, children[0].ToldSteps);

            // What was saved goes on to the same bits in another child.
            byte[] state = StateArchive.Save(training.Serialize);
            LocatedTask again = task.Together();
            IEnvironment other = task.CreateForAgents();
            using var resumed = new AgentTraining(
                MethodCatalog.Agent("ac").With([("hidden_width", "8"), ("environments", "3"), ("steps_per_epoch", "30")]).Create(AgentTask.Of(other), new RandomStream(9)),
                () => again.CreateForTraining(), other, 1, 7);
            StateArchive.Load(state, resumed.Serialize);
            foreach (AgentTraining one in new[] { training, resumed })
            {
                for (int step = 0; step < 25; step++)
                {
                    one.Advance();
                }
            }

            Assert.Equal(training.Agent.Policy.Values.ToArray(), resumed.Agent.Policy.Values.ToArray());
            return training.Agent.Policy.Values.ToArray();
        })];
        Assert.Equal(trained[0], trained[1]);
    }

    [Fact]
    public void A_wrapper_of_Pythons_that_normalises_is_told_what_to_do_instead()
    {
        foreach ((string factory, string option) in new[] { ("NormalizeObservation", "normalize_observations=true"), ("NormalizeReward", "normalize_rewards=true") })
        {
            LocatedTask task = TaskLocator.Find(PythonForTests.Task(factory));
            Assert.Contains(option, EnvironmentChecker.Check(task.CreateUnguarded).Single(finding => finding.Rule.Contains("normalised", StringComparison.Ordinal)).Problem, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Faulty", "a step failed: ValueError: no way to go (dyad_tasks.py, line ")]
    [InlineData("Faulty?how=exit", "the Python process ended with exit code 7 in a step; its last lines: the last words | and some more")]
    [InlineData("Faulty?how=four", "a step failed: step must return five values")]
    [InlineData("Faulty?how=short", "a step failed: an observation has 1 numbers, and its space 2")]
    [InlineData("Faulty?how=nan", "component 0 of the observation is NaN in step 3 of an episode")]
    public void A_task_that_goes_wrong_gets_one_sentence(string factory, string sentence)
    {
        using IEnvironment task = TaskLocator.Find(PythonForTests.Task(factory)).Create();
        double[] observation = new double[2];
        task.Reset(observation, 1);
        task.Step([0], observation);
        task.Step([0], observation);
        string message = Assert.Throws<UserError>(() => task.Step([0], observation)).Message;
        Assert.StartsWith("dyad_tasks.Faulty", message, StringComparison.Ordinal);
        Assert.Contains(sentence, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Theory]
    [InlineData("not_a_task", "makes is a int without 'observation_space'; it must have Gymnasium's interface")]
    [InlineData("number", "cannot be called")]
    [InlineData("Coridor", "has no 'Coridor'; there are ")]
    [InlineData("Corridor?width=3", "TypeError: ")]
    [InlineData("Corridor?length", "'length' is no key=value")]
    public void What_is_no_task_is_refused(string factory, string sentence) =>
        Assert.Contains(sentence, Assert.Throws<UserError>(() => TaskLocator.Find(PythonForTests.Task(factory))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("gymnasium:", "names no task")]
    [InlineData("py:tasks", "is no task in Python")]
    [InlineData("py:tasks.py:Pole", "is no task in Python")]
    [InlineData("py:tasks:", "is no task in Python")]
    [InlineData("py::Pole", "is no task in Python")]
    public void A_name_that_lacks_a_part_is_refused_before_Python_starts(string text, string sentence) =>
        Assert.Contains(sentence, Assert.Throws<UserError>(() => TaskLocator.Find(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_located_task_is_found_again_from_anywhere_and_knows_its_source()
    {
        LocatedTask task = TaskLocator.Find(PythonForTests.Task("limited?steps=4"));
        Assert.Equal(("dyad_tasks.limited-steps-4", LocatedKind.Python, 4), (task.Name, task.Kind, task.MaxEpisodeSteps));
        Assert.Equal(PythonForTests.Task("limited?steps=4"), task.Text);
        Assert.Matches("^[0-9a-f]{16}$", task.Fingerprint);

        using var folder = new TempFolder();
        string copy = File.ReadAllText(Path.Combine(PythonForTests.Folder, "dyad_tasks.py"));
        Directory.CreateDirectory(folder.PathOf("inner"));
        File.WriteAllText(folder.PathOf("inner", "dyad_tasks.py"), copy);
        File.WriteAllText(folder.PathOf("inner", "__init__.py"), "");
        LocatedTask same = TaskLocator.Find($"py:{folder.FullPath}/inner.dyad_tasks:Corridor");
        Assert.Equal($"py:{folder.FullPath}/inner.dyad_tasks:Corridor", same.Text);
        File.AppendAllText(folder.PathOf("inner", "dyad_tasks.py"), "# changed\n");
        Assert.NotEqual(same.Fingerprint, TaskLocator.Find($"py:{folder.FullPath}/inner.dyad_tasks:Corridor").Fingerprint);
    }

    [Fact]
    public void A_source_that_changes_while_it_is_used_is_refused_each_time_and_leaves_no_process()
    {
        Assert.NotEmpty(PythonForTests.Path);
        using var folder = new TempFolder();
        string source = folder.PathOf("changing.py"), started = folder.PathOf("started");
        File.WriteAllText(source, File.ReadAllText(Path.Combine(PythonForTests.Folder, "dyad_tasks.py")) + $"\nimport os\nopen('{started}', 'a').write(f'{{os.getpid()}}\\n')\n");
        using IEnvironment task = TaskLocator.Find($"py:{folder.FullPath}/changing:Corridor").Create();
        File.AppendAllText(source, "# changed\n");
        for (int use = 0; use < 2; use++)
        {
            Assert.Contains("source has changed", Assert.Throws<UserError>(() => task.Reset(new double[2], 1)).Message, StringComparison.Ordinal);
        }

        string[] children = File.ReadAllLines(started);
        Assert.Equal(3, children.Length);
        Assert.All(children, child => Assert.Throws<ArgumentException>(() => System.Diagnostics.Process.GetProcessById(int.Parse(child, System.Globalization.CultureInfo.InvariantCulture))));
    }

    [Fact]
    public void Without_a_state_a_loaded_episode_fails_once_and_a_fresh_one_is_repeatable()
    {
        LocatedTask located = TaskLocator.Find(PythonForTests.Task("Stateless"));
        using IEnvironment task = located.Create();
        double[] observation = new double[2], cut = new double[2];
        task.Reset(observation, 3);
        task.Step([1], observation);
        byte[] state = StateArchive.Save(task.Serialize);
        double[][] starts = new double[2][];
        for (int i = 0; i < 2; i++)
        {
            using IEnvironment other = located.Create();
            StateArchive.Load(state, other.Serialize);
            StepResult result = other.Step([1], cut);
            Assert.Equal(new StepResult(0, Terminated: false, Truncated: true, Failed: true), result);
            Assert.Equal(observation, cut);
            other.Reset(starts[i] = new double[2]);
            Assert.Equal(0, starts[i][1]);
            Assert.False(other.Step([1], cut).Done);
            Assert.Contains("went on with a fresh episode, 1 time,", EnvironmentWrapper.Find<ISimulated>(other)!.Note, StringComparison.Ordinal);

            // The next stop begins another episode.
            using IEnvironment third = located.Create();
            StateArchive.Load(StateArchive.Save(other.Serialize), third.Serialize);
            third.Step([1], cut);
            third.Reset(cut);
            Assert.NotEqual(starts[i], cut);
            Assert.Contains("2 times", EnvironmentWrapper.Find<ISimulated>(third)!.Note, StringComparison.Ordinal);
        }

        Assert.Equal(starts[0], starts[1]);
        Assert.Null(EnvironmentWrapper.Find<ISimulated>(task)!.Note);
        Assert.StartsWith("Python 3.", EnvironmentWrapper.Find<ISimulated>(task)!.Software, StringComparison.Ordinal);
    }

    [Fact]
    public void A_discrete_observation_comes_to_networks_as_a_one_hot_vector()
    {
        using IEnvironment task = TaskLocator.FindForAgents(PythonForTests.Task("Turn")).CreateForAgents();
        Assert.Equal(4, Assert.IsType<Box>(task.ObservationSpace).Size);
        double[] observation = [9, 9, 9, 9];
        task.Reset(observation, 1);
        Assert.Equal([1, 0, 0, 0], observation);
        task.Step([1], observation);
        task.Step([1], observation);
        Assert.Equal([0, 0, 1, 0], observation);
    }

    [Theory]
    [InlineData("py:/a/b/tasks:Pole", "/a/b", true)]
    [InlineData("py:/a/b/tasks:Pole", "/a", true)]
    [InlineData("py:/a/bc/tasks:Pole", "/a/b", false)]
    [InlineData("py:tasks:Pole", "/a/b", false)]
    [InlineData("gymnasium:CartPole-v1", null, true)]
    [InlineData("gymnasium:module:CartPole-v1", null, false)]
    public void Python_that_a_stored_file_names_needs_leave(string stored, string? trusted, bool isTrusted)
    {
        using var folder = new TempFolder();
        string At(string path) => path.Replace("/a/b", folder.PathOf("a", "b"), StringComparison.Ordinal);
        Directory.CreateDirectory(folder.PathOf("a", "b"));
        string[] folders = trusted is null ? [] : [trusted == "/a" ? folder.PathOf("a") : At(trusted)];
        Assert.Equal(isTrusted, new CodeTrust(null, folders).Refused(At(stored)) is null);
        Assert.Null(new CodeTrust(stored).Refused(stored));
    }
}
