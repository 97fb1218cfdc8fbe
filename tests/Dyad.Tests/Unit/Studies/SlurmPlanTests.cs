using Dyad.Core;
using Dyad.Studies.Slurm;

namespace Dyad.Tests.Unit.Studies;

/// <summary>What is asked of Slurm, and what it answers.</summary>
[Trait("Category", "unit")]
public sealed class SlurmPlanTests : IDisposable
{
    private const int Width = 64;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("--qos=long --exclude=n7", "--qos=long|--exclude=n7")]
    [InlineData("  --comment='a b'  --x=\"c 'd'\" ", "--comment=a b|--x=c 'd'")]
    [InlineData("--a ''", "--a|")]
    public void Further_options_are_words_as_a_shell_has_them(string text, string words) =>
        Assert.Equal(words.Split('|'), SlurmSettings.Words(text));

    [Theory]
    [InlineData("", "it must be options of sbatch")]
    [InlineData("long", "it must be options of sbatch")]
    [InlineData("--x='a", "in which a quote does not end")]
    [InlineData("--x=a\n--y", "")]
    public void What_are_no_options_is_one_sentence(string text, string sentence)
    {
        if (sentence.Length > 0)
        {
            Assert.Contains(sentence, Assert.Throws<UserError>(() => SlurmSettings.Words(text)).Message, StringComparison.Ordinal);
        }
        else
        {
            // A line break divides words as a space does.
            Assert.Equal(["--x=a", "--y"], SlurmSettings.Words(text));
        }
    }

    [Fact]
    public void A_task_asks_for_a_core_a_run_unless_told_otherwise()
    {
        Assert.Equal(["--cpus-per-task=4"], new SlurmSettings { RunsPerTask = 4 }.Options());
        Assert.Equal(
            ["--partition=cpu", "--time=4:00:00", "--mem=2G", "--account=a", "--constraint=avx512", "--cpus-per-task=2", "--qos=long"],
            new SlurmSettings { Partition = "cpu", Time = "4:00:00", Memory = "2G", Account = "a", Constraint = "avx512", Cores = 2, Further = ["--qos=long"] }.Options());
    }

    [Fact]
    public void The_queue_is_read_by_fields_of_a_width()
    {
        string answer = Row("12", "3", "15", "RUNNING", "node-[1-2]", "0", "None") + Row("12", "4", "16", "PENDING", "", "2", "Resources (x y)") + Row("20", "N/A", "20", "COMPLETED", "n1", "0", "None") + "\n";
        IReadOnlyList<QueuedTask> queue = QueuedTask.Parse(answer, Width);
        Assert.Equal([(12L, 3), (12, 4), (20, null)], queue.Select(task => (task.Array, task.Task)));
        Assert.Equal(["running on node-[1-2]", "pending (Resources (x y)), 2 requeues", "completed on n1"], queue.Select(task => task.Words));
        Assert.Equal([true, true, false], queue.Select(task => task.IsOpen));

        // By its documentation: sacct was not at hand.
        IReadOnlyDictionary<(long, int), string> ended = QueuedTask.ParseEnded("12_3|COMPLETED\n12_4|CANCELLED by 0\n12_[5-9]|PENDING\n20|FAILED\n");
        Assert.Equal(["COMPLETED", "CANCELLED"], ended.Values);

        static string Row(params string[] fields) => string.Concat(fields.Select(field => field.PadRight(Width))) + "\n";
    }

    [Fact]
    public void Limits_are_those_of_the_cluster_and_of_who_submits()
    {
        const string Config = "Configuration data as of x\nMaxArraySize            = 600\nMaxJobCount             = 1500\nMaxJobId = 9\n";
        Assert.Equal(new ClusterLimits(600, 1500), ClusterLimits.Parse(Config, ""));
        Assert.Equal(new ClusterLimits(600, 1500), ClusterLimits.Parse(Config, "\n"));

        // Of several associations the widest serves.
        Assert.Equal(new ClusterLimits(600, 500), ClusterLimits.Parse(Config, "200\n500\n"));
        Assert.Equal(ClusterLimits.Usual, ClusterLimits.Parse("", ""));
    }

    [Theory]
    [InlineData(8, 1, 1001, 10000, 0, 8, 1, 1)]
    [InlineData(2000, 1, 600, 1500, 0, 1000, 2, 2)]
    [InlineData(2000, 1, 1001, 10000, 0, 2000, 1, 2)]
    [InlineData(2000, 4, 1001, 10000, 0, 500, 4, 1)]
    [InlineData(10, 3, 1001, 10000, 0, 4, 3, 1)]
    [InlineData(10, 1, 1001, 10, 9, 1, 10, 1)]
    [InlineData(10, 1, 1001, 10, 50, 1, 10, 1)]
    public void Runs_are_as_many_tasks_and_arrays_as_the_cluster_takes(int runs, int wanted, int arraySize, int jobs, int others, int tasks, int perTask, int arrays)
    {
        int[] all = [.. Enumerable.Range(100, runs)];
        var split = TaskSplit.Of(all, wanted, new ClusterLimits(arraySize, jobs), others);
        Assert.Equal((tasks, perTask, arrays), (split.Tasks.Count, split.RunsPerTask, split.Arrays.Count));
        Assert.Equal(all, split.Tasks.SelectMany(task => task));
        Assert.All(split.Tasks, task => Assert.InRange(task.Count, 1, perTask));
        Assert.All(split.Arrays, array => Assert.InRange(array.Count, 1, arraySize));
        Assert.Equal(Enumerable.Range(0, tasks), split.Arrays.SelectMany(array => Enumerable.Range(array.First, array.Count)));
    }

    [Fact]
    public void Failures_are_counted_and_forgotten()
    {
        ClusterPlan plan = Plan();
        Assert.Equal(new RunAttempts(0, ""), RunAttempts.Of(plan, 3));
        Assert.Equal(1, RunAttempts.Count(plan, 3, "it broke").Failures);
        Assert.Equal(new RunAttempts(2, "it \"broke\" again"), RunAttempts.Count(plan, 3, "it \"broke\" again"));
        Assert.Equal(new RunAttempts(2, "it \"broke\" again"), RunAttempts.Of(plan, 3));
        Assert.Equal(0, RunAttempts.Of(plan, 4).Failures);
        RunAttempts.Clear(plan, 3);
        RunAttempts.Clear(plan, 3);
        Assert.Equal(0, RunAttempts.Of(plan, 3).Failures);
        File.WriteAllText(_folder.PathOf("slurm", "failed", "3.json"), "{");
        Assert.Contains("is damaged", Assert.Throws<UserError>(() => RunAttempts.Of(plan, 3)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plan_is_read_as_it_was_written_and_damage_is_told()
    {
        ClusterPlan plan = Plan() with { Arrays = [new SubmittedArray(7, 0, 1), new SubmittedArray(8, 1, 1)], Summary = 9 };
        plan.Write();
        ClusterPlan read = Assert.Single(ClusterPlan.All(_folder.PathOf("slurm")));
        Assert.Equal(plan.Arrays, read.Arrays);
        Assert.Equal(plan.Runs, read.Runs);
        Assert.Equal(plan.Tasks, read.Tasks);
        Assert.Equal(plan.Path, read.Path);
        Assert.Equal(_folder.PathOf("slurm", "plan-2.json"), ClusterPlan.NextPath(_folder.PathOf("slurm")));
        Assert.Equal([0, 1, null], new[] { Task(7, 0), Task(8, 0), Task(9, null) }.Select(read.TaskOf));
        File.WriteAllText(plan.Path, File.ReadAllText(plan.Path).Replace("\"name\"", "\"nome\"", StringComparison.Ordinal));
        Assert.Contains("is damaged", Assert.Throws<UserError>(() => ClusterPlan.Read(plan.Path)).Message, StringComparison.Ordinal);

        static QueuedTask Task(long array, int? task) => new(array, task, 1, "RUNNING", "n", 0, "");
    }

    [Fact]
    public void Where_runs_stand_is_what_queue_and_folders_say()
    {
        ClusterPlan plan = Plan() with { Arrays = [new SubmittedArray(7, 0, 2)], Summary = 9 };
        plan.Write();
        RunAttempts.Count(plan, 5, "it broke");
        RunAttempts.Count(plan, 5, "it broke");
        string folder = _folder.PathOf("slurm");

        // The first task waits for its second time; its row from before is still there.
        ClusterState state = ClusterState.Of(folder, [new(7, 0, 7, "FAILED", "a", 0, ""), new(7, 0, 7, "PENDING", "", 1, "BeginTime"), new(7, 1, 8, "FAILED", "b", 0, ""), new(9, null, 9, "PENDING", "", 0, "Dependency")]);
        Assert.Equal("0 of 2 runs done, 0 on a node, 1 waiting, 1 failed", state.Words);
        Assert.False(state.IsOver);
        Assert.Equal(["7_0 pending (BeginTime), 1 requeue", "7_1 failed on b"], state.Runs.Select(run => run.Job));
        Assert.Equal([(false, null), (true, "it broke")], state.Runs.Select(run => (run.IsGivenUp, run.Failure)));

        // Without a job, and with nothing to say of it.
        state = ClusterState.Of(folder, []);
        Assert.Equal("0 of 2 runs done, 0 on a node, 0 waiting, 1 failed, 1 without a job: the same command submits them", state.Words);
        Assert.True(state.IsOver);
    }

    private ClusterPlan Plan()
    {
        Directory.CreateDirectory(_folder.PathOf("slurm"));
        return new ClusterPlan(
            null, "mine", "", "full", null, null, ["a"], _folder.FullPath, "./dyad study mine.yaml", 2, [new PlannedJob(3, _folder.PathOf("run"), "a", "b", 0), new PlannedJob(5, null, "", "", 0)], [[3], [5]])
        {
            Path = _folder.PathOf("slurm", "plan-1.json"),
        };
    }
}
