using System.Diagnostics;

namespace Dyad.Tests.EndToEnd;

/// <summary>Each kind of task: sound by its name, and a run on it that is killed goes on to the same bits.</summary>
[Trait("Category", "e2e")]
public sealed class TaskKindTests : IDisposable
{
    private static readonly string[] Small =
        ["--evaluation-episodes", "1", "--max-episode-steps", "30", "--set", "hidden_width=8", "--set", "steps_per_epoch=32", "--set", "environments=2"];

    private readonly CommandLine _dyad = new();

    public TaskKindTests()
    {
        _dyad.Variables["DYAD_PYTHON"] = PythonForTests.Path;
        _dyad.Write("tasks/dyad_tasks.py", File.ReadAllText(Path.Combine(PythonForTests.Folder, "dyad_tasks.py")));
        _dyad.Write("maze.txt", "S..H\n.#..\n...G\n");
    }

    public void Dispose() => _dyad.Dispose();

    [Theory]
    [InlineData("py:tasks/dyad_tasks:Levers")]
    [InlineData("py:tasks/dyad_tasks:Corridor+action_repeat=2+frame_stack=2+reward_clip=1")]
    [InlineData("FrozenLake-v1")]
    [InlineData("Blackjack-v1")]
    [InlineData("maze.txt?goal=absorb&slip=0.2+frame_stack=2")]
    [InlineData("Pendulum-v1+frame_stack=3+reward_scale=0.1")]
    [InlineData("Hopper-v4+action_repeat=2")]
    public async Task A_run_that_is_killed_goes_on_to_the_same_bits(string task)
    {
        string[] command = ["train", "ac", task, "--steps", "6400", "--measure-every", "160", .. Small, "--set", "normalize_rewards=true"];
        (await _dyad.RunAsync([.. command, "--out", "whole"])).Succeeded();
        int rows = Rows("killed");
        Process process = _dyad.Start([.. command, "--out", "killed", "--resume"]);
        await Signals.SendWhenAsync(process, Signals.Kill, () => Rows("killed") >= rows + 2);
        await CommandLine.EndAsync(process, command);
        (await _dyad.RunAsync([.. command, "--out", "killed", "--resume"])).Succeeded();
        Assert.Equal(Contents.Metrics(_dyad.PathOf("whole")), Contents.Metrics(_dyad.PathOf("killed")));
    }

    [Fact]
    public async Task Every_kind_of_name_is_checked_trained_and_evaluated()
    {
        Assert.Contains(" is sound.", (await _dyad.RunAsync("check-env", "Pendulum-v1+frame_stack=3+action_repeat=2")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("did you mean frame_stack?", await _dyad.RefuseAsync("train", "sac", "Pendulum-v1+frame_stacks=3"), StringComparison.Ordinal);
        Assert.Contains("needs choices with at most 4096", await _dyad.RefuseAsync("train", "dqn", "py:tasks/dyad_tasks:Many"), StringComparison.Ordinal);
        (await _dyad.RunAsync(["train", "ac", "py:tasks/dyad_tasks:Levers", "--steps", "400", "--out", "out", .. Small])).Succeeded();
        string run = Path.GetDirectoryName(Directory.GetFiles(_dyad.PathOf("out"), "config.json", SearchOption.AllDirectories)[0])!;
        double mean = (await _dyad.RunAsync("evaluate", run, "--trust", "tasks", "--json")).Json().GetProperty("return_mean").GetDouble();
        double ofFile = (await _dyad.RunAsync("evaluate", Path.Combine(run, "policy-best.safetensors"), "py:tasks/dyad_tasks:Levers", "--json")).Json().GetProperty("return_mean").GetDouble();
        Assert.Equal(mean, ofFile);
        Assert.InRange(mean, 1, 20);
        (await _dyad.RunAsync(["train", "sac", "Pendulum-v1+reward_scale=0.01", "--steps", "300", "--out", "scaled", "--set", "random_steps=1000"])).Succeeded();
        run = Path.GetDirectoryName(Directory.GetFiles(_dyad.PathOf("scaled"), "config.json", SearchOption.AllDirectories)[0])!;
        Assert.InRange((await _dyad.RunAsync("evaluate", run, "--json")).Json().GetProperty("return_mean").GetDouble(), -2000, -100);
    }

    private int Rows(string folder)
    {
        string[] metrics = Directory.Exists(_dyad.PathOf(folder)) ? Directory.GetFiles(_dyad.PathOf(folder), "metrics.jsonl", SearchOption.AllDirectories) : [];
        return metrics.Length == 0 ? 0 : File.ReadAllText(metrics[0]).Count(c => c == '\n');
    }
}
