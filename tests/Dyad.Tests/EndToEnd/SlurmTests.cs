using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dyad.Tests.EndToEnd;

/// <summary>Studies as jobs of a real Slurm.</summary>
[Trait("Category", "e2e")]
public sealed class SlurmTests(SlurmCluster cluster) : IClassFixture<SlurmCluster>
{
    // A grid over two tasks: 8 runs of some seconds.
    private const string Grid = """
        environments: [FourRoom, map.txt]
        methods: [actor-o, res-ac]
        grid: { critic_steps: [1, 2] }
        figures: [eval/return]
        seeds: 1
        steps: STEPS
        rows: 30
        """;

    private static bool IsLong => Environment.GetEnvironmentVariable("DYAD_TEST_SLURM") == "long";

    private CommandLine Dyad => cluster.Dyad;

    [Fact]
    public async Task An_array_that_loses_a_node_and_is_told_to_end_has_the_bits_of_runs_made_here()
    {
        cluster.Require();
        Write("grid", Grid, 20_000_000);
        string submitted = (await Dyad.RunAsync("study", "grid.yaml", "--on", "slurm", "--out", "jobs", "--sbatch=--comment='a b'")).Succeeded().Output;
        Assert.Contains("#SBATCH --array=0-7\n", submitted, StringComparison.Ordinal);
        Assert.Contains("#SBATCH \"--comment=a b\"\n", submitted, StringComparison.Ordinal);
        Assert.Contains("grid: 0 runs are done, 0 queued, 8 submitted as job ", submitted, StringComparison.Ordinal);

        // One task of node "one" is told to end; then node "two" is lost with all that runs there.
        string stopped = await RunningAsync("one");

        // Slurm tells a task that is just starting again and again; it may have ended by then, which is no failure.
        Task<Outcome> told = Dyad.RunProgramAsync("scancel", "--signal=TERM", stopped);
        string lost = await RunningAsync("two");
        await cluster.NodeAsync("two", "kill");

        // The queue does not know of it yet.
        string status = (await Dyad.RunAsync("status", "jobs/grid", "--json")).Succeeded().Output;
        Assert.Contains($"\"job\": \"{lost} running on two", status, StringComparison.Ordinal);
        await told;
        await SlurmCluster.UntilAsync(async () => (await cluster.CallAsync("sinfo", "--noheader", "--nodes=two", "--format=%T")).StartsWith("down", StringComparison.Ordinal), "node two is down");
        await cluster.NodeAsync("two", "start");

        // The same command finds all of them queued, and stays until they have ended.
        Outcome waited = (await Dyad.RunAsync("study", "grid.yaml", "--on", "slurm", "--out", "jobs", "--wait")).Succeeded();
        Assert.Contains(" queued, 0 submitted", waited.Output, StringComparison.Ordinal);
        Assert.Contains("grid: 8 of 8 runs done, 0 on a node, 0 waiting", waited.Error, StringComparison.Ordinal);
        Assert.Matches("run [0-7], .*: stopped", Log("jobs", stopped));
        Assert.True(Count(Log("jobs", stopped), "begins or goes on") > 1, "it was put into the queue again");
        Assert.Contains("left without an end: killed, or lost with its machine", Log("jobs", lost), StringComparison.Ordinal);

        // The job that came after them made the page.
        Assert.Contains("Report: ", File.ReadAllText(Assert.Single(Directory.GetFiles(Dyad.PathOf("jobs", "grid", "slurm", "log"), "summary-*.txt"))), StringComparison.Ordinal);
        Assert.True(File.Exists(Dyad.PathOf("jobs", "grid", "report.html")));
        (await Dyad.RunAsync("study", "grid.yaml", "--out", "here")).Succeeded();
        Assert.Equal(Contents.Metrics(Dyad.PathOf("here", "grid")), Contents.Metrics(Dyad.PathOf("jobs", "grid")));
        Assert.Equal(Contents.FiguresButTimes(Dyad.PathOf("here", "grid")), Contents.FiguresButTimes(Dyad.PathOf("jobs", "grid")));
        Assert.Contains("8 runs are done, 0 queued, 0 submitted", (await Dyad.RunAsync("study", "grid.yaml", "--on", "slurm", "--out", "jobs")).Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_array_that_was_cancelled_is_gone_on_with_by_a_second_call()
    {
        cluster.Require();
        Write("cancelled", Grid, 10_000_000);
        string[] command = ["study", "cancelled.yaml", "--on", "slurm", "--out", "some", "--runs-per-task", "2", "--array-limit", "1"];
        long job = (await Dyad.RunAsync([.. command, "--json"])).Json().GetProperty("jobs")[0].GetInt64();

        // The first two runs are done when the second task has begun.
        await RunningAsync(null, $"{job}_1");
        await cluster.CallAsync("scancel", $"{job}");
        await SlurmCluster.UntilAsync(async () => (await cluster.QueueAsync()).All(task => !task.Task.StartsWith($"{job}_", StringComparison.Ordinal)), "the cancelled array has gone");

        // The job of the summary came, and found what there was.
        string status = (await Dyad.RunAsync("status", "some/cancelled")).Succeeded().Output;
        Assert.Contains("without a job: the same command submits them", status, StringComparison.Ordinal);
        Assert.Contains("unsubmitted", status, StringComparison.Ordinal);
        Outcome again = await Dyad.RunAsync([.. command, "--wait"]);
        Assert.Contains("cancelled: 2 runs are done, 0 queued, 6 submitted", again.Succeeded().Output, StringComparison.Ordinal);
        (await Dyad.RunAsync("study", "cancelled.yaml", "--out", "whole")).Succeeded();
        Assert.Equal(Contents.Metrics(Dyad.PathOf("whole")), Contents.Metrics(Dyad.PathOf("some")));
        Assert.Equal(Contents.FiguresButTimes(Dyad.PathOf("whole", "cancelled")), Contents.FiguresButTimes(Dyad.PathOf("some", "cancelled")));
    }

    // Each step of "broken" along so steep a cost is far beyond the last.
    [Fact]
    public async Task A_run_that_always_fails_is_given_up_and_the_others_finish()
    {
        cluster.Require();
        Dyad.Write("broken.yaml", """
            environments: CartPole-v1
            methods:
              - { name: whole, method: ac }
              - { name: broken, method: ac, options: { optimizer: sgd, critic_updates: 200, critic_learning_rate: 10 } }
            seeds: 1
            steps: 200
            rows: 2
            max_episode_steps: 50
            evaluation_episodes: 1
            options: { hidden_width: 8, steps_per_epoch: 64, environments: 2 }
            """);
        Outcome waited = await Dyad.RunAsync("study", "broken.yaml", "--on", "slurm", "--out", "jobs", "--attempts", "2", "--wait");
        Assert.Equal(2, waited.ExitCode);
        Assert.Contains("1 of 2 runs done, 0 on a node, 0 waiting, 1 failed", waited.Error, StringComparison.Ordinal);
        Assert.Contains("broken on CartPole-v1, seed 0, failed: training diverged", waited.Error, StringComparison.Ordinal);
        Assert.Contains("given up after 2 failures", string.Concat(Directory.GetFiles(Dyad.PathOf("jobs", "broken", "slurm", "log")).Select(File.ReadAllText)), StringComparison.Ordinal);
        using var summary = JsonDocument.Parse(File.ReadAllText(Dyad.PathOf("jobs", "broken", "summary.json")));
        Assert.Equal("whole", Assert.Single(summary.RootElement.GetProperty("groups").EnumerateArray()).GetProperty("label").GetString());
        Assert.Equal("broken", Assert.Single(summary.RootElement.GetProperty("failures").EnumerateArray()).GetProperty("label").GetString());
        JsonElement status = (await Dyad.RunAsync("status", "jobs/broken", "--json")).Json();
        Assert.Equal((1, 1), (status.GetProperty("done").GetInt32(), status.GetProperty("failed").GetInt32()));
    }

    [Fact]
    public async Task Two_thousand_runs_are_as_many_tasks_and_arrays_as_the_cluster_takes()
    {
        cluster.Require();
        Dyad.Write("many.yaml", "environments: FourRoom\nmethods: [actor-o, res-ac]\nseeds: 1000\nsteps: 300\nrows: 1\n");
        string[] command = ["study", "many.yaml", "--on", "slurm", "--out", "many", "--dry-run", "--yes"];
        Outcome dry = (await Dyad.RunAsync(command)).Succeeded();
        Assert.Contains("0 runs are done, 0 queued, 2000 would be submitted", dry.Output, StringComparison.Ordinal);
        Assert.Contains("the cluster takes 1500 jobs at a time, and", dry.Error, StringComparison.Ordinal);
        Assert.Contains("2 runs are a task, instead of 1", dry.Error, StringComparison.Ordinal);
        Assert.Contains("an array has 600 tasks at most here: 1000 tasks are 2 arrays", dry.Error, StringComparison.Ordinal);
        Assert.Contains("#SBATCH --array=0-599\n", dry.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Dyad.PathOf("many")));
        Assert.Contains("invalid partition specified", (await Dyad.RunAsync("study", "many.yaml", "--seeds", "1", "--on", "slurm", "--out", "many", "--partition", "none")).Refused(), StringComparison.OrdinalIgnoreCase);
        Assert.Empty(Directory.GetFiles(Dyad.PathOf("many", "many", "slurm")));
    }

    // Over its time limit a task writes a checkpoint and goes on; a search comes before what it selects. Minutes.
    [Fact]
    public async Task A_time_limit_and_a_search_in_the_long_form()
    {
        cluster.Require();
        Assert.SkipUnless(IsLong, "the long form is asked for by scripts/slurm-long.sh");
        Dyad.Write("limit.yaml", "environments: FourRoom\nmethods: [actor-o]\nseeds: 1\nsteps: 900000000000\nrows: 20\n");
        long job = (await Dyad.RunAsync("study", "limit.yaml", "--on", "slurm", "--out", "limit", "--time", "2", "--json")).Json().GetProperty("jobs")[0].GetInt64();
        string log = Dyad.PathOf("limit", "limit", "slurm", "log", $"{job}_0.txt"), run = Dyad.PathOf("limit", "limit", "actor-o", "FourRoom", "seed-0");
        long before = 0;
        await SlurmCluster.UntilAsync(() => Task.FromResult(File.Exists(log) && Count(File.ReadAllText(log), ": stopped") == 1 && (before = Step()) > 0), "the time limit is told", minutes: 5);
        await SlurmCluster.UntilAsync(() => Task.FromResult(Step() > before), "the run goes on from its checkpoint", minutes: 5);
        Assert.Equal(2, Count(File.ReadAllText(log), "begins or goes on"));
        await cluster.CallAsync("scancel", $"{job}");
        await SlurmCluster.UntilAsync(async () => (await cluster.QueueAsync()).Count == 0, "the queue is empty");
        long Step() => (long)JsonNode.Parse(File.ReadAllText(Path.Combine(run, "run.json")))!["step"]!;

        // A study of the build.
        (await Dyad.RunAsync("reproduce", "zheng2021/fig2", "--seeds", "2", "--on", "slurm", "--out", "jobs", "--runs-per-task", "2", "--wait")).Succeeded();
        (await Dyad.RunAsync("reproduce", "zheng2021/fig2", "--seeds", "2", "--out", "fig2")).Succeeded();
        Assert.Equal(Contents.Figures(Dyad.PathOf("fig2", "zheng2021", "fig2")), Contents.Figures(Dyad.PathOf("jobs", "zheng2021", "fig2")));

        Dyad.Write("tuned.yaml", """
            environments: FourRoom
            methods: [actor-o, res-ac]
            steps: 3000
            rows: 3
            seeds: 2
            tune: { budget: 2, seeds: 2, search: grid, ranges: { critic_learning_rate: [0.02, 0.1] } }
            """);
        (await Dyad.RunAsync("study", "tuned.yaml", "--on", "slurm", "--out", "jobs", "--wait")).Succeeded();
        (await Dyad.RunAsync("study", "tuned.yaml", "--out", "tuned-here")).Succeeded();
        Assert.Equal(Contents.FiguresButTimes(Dyad.PathOf("tuned-here", "tuned")), Contents.FiguresButTimes(Dyad.PathOf("jobs", "tuned")));
    }

    private void Write(string name, string text, int steps)
    {
        Dyad.Write("map.txt", "S..\n.#.\n..G\n");
        Dyad.Write($"{name}.yaml", text.Replace("STEPS", steps.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
    }

    // A task that runs on a node, or anywhere, whose run has begun.
    private async Task<string> RunningAsync(string? node, string? number = null)
    {
        string? found = null;
        await SlurmCluster.UntilAsync(
            async () => (found = (await cluster.QueueAsync()).Where(task => task.State == "RUNNING" && (node is null || task.Node == node) && (number is null || task.Task == number))
                .Select(task => task.Task).FirstOrDefault(HasBegun)) is not null,
            $"a task runs on {node ?? "a node"}");
        return found!;
    }

    private bool HasBegun(string task) => Directory.GetFiles(Dyad.Folder, $"{task}.txt", SearchOption.AllDirectories).Any(log =>
        File.ReadAllText(log) is var text && text.LastIndexOf("begins or goes on in ", StringComparison.Ordinal) is var at && at > text.LastIndexOf(": done", StringComparison.Ordinal)
        && Directory.Exists(Path.Combine(text[(at + "begins or goes on in ".Length)..].Split('\n')[0].TrimEnd('.'), "checkpoint")));

    private string Log(string output, string task) => File.ReadAllText(Dyad.PathOf(output, "grid", "slurm", "log", $"{task}.txt"));

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
