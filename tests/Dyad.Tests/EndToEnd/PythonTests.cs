using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Dyad.Tests.EndToEnd;

/// <summary>Tasks in Python from the command line: trained, stopped, gone on with, looked at, and ended with their parent.</summary>
[Trait("Category", "e2e")]
public sealed class PythonTests : IDisposable
{
    private readonly CommandLine _dyad = new();

    public PythonTests()
    {
        _dyad.Variables["DYAD_PYTHON"] = PythonForTests.Path;
        _dyad.Write("tasks/dyad_tasks.py", File.ReadAllText(Path.Combine(PythonForTests.Folder, "dyad_tasks.py")));
    }

    public void Dispose() => _dyad.Dispose();

    [Theory]
    [InlineData("Corridor")]
    [InlineData("limited")]
    public async Task Training_that_is_killed_goes_on_to_the_same_bits(string factory)
    {
        string[] command = ["train", "sac", $"py:tasks/dyad_tasks:{factory}", "--steps", "1500", "--measure-every", "100", .. Small];
        (await _dyad.RunAsync([.. command, "--out", "whole"])).Succeeded();
        foreach (int signal in new[] { Signals.Interrupt, Signals.Kill })
        {
            int rows = Rows("killed");
            Process process = _dyad.Start([.. command, "--out", "killed", "--resume"]);
            await Signals.SendWhenAsync(process, signal, () => Rows("killed") >= rows + 2);
            await CommandLine.EndAsync(process, command);
        }

        (await _dyad.RunAsync([.. command, "--out", "killed", "--resume"])).Succeeded();
        Assert.Equal(Contents.Metrics(_dyad.PathOf("whole")), Contents.Metrics(_dyad.PathOf("killed")));
        Assert.False(Status("killed").TryGetProperty("facts", out _));
        Assert.Contains("NumPy", Status("killed").GetProperty("software").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_without_a_state_goes_on_with_a_fresh_episode_and_the_run_says_so()
    {
        // Without an end, so that it can be stopped however late that comes.
        string[] Command(string steps) => ["train", "sac", "py:tasks/dyad_tasks:Stateless", "--steps", steps, "--measure-every", "100", .. Small, "--out", "out", "--resume"];
        Process process = _dyad.Start(Command("100000000"));
        await Signals.SendWhenAsync(process, Signals.Interrupt, () => Rows("out") >= 2);
        Assert.Equal(130, (await CommandLine.EndAsync(process)).ExitCode);
        int steps = Status("out").GetProperty("step").GetInt32() + 100;
        (await _dyad.RunAsync(Command(steps.ToString(CultureInfo.InvariantCulture)))).Succeeded();
        Assert.Contains("went on with a fresh episode, 1 time,", Status("out").GetProperty("facts")[0].GetString(), StringComparison.Ordinal);
        Assert.Contains("went on with a fresh episode, 1 time,", File.ReadAllText(Directory.GetFiles(_dyad.PathOf("out"), "report.html", SearchOption.AllDirectories)[0]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_Python_outlives_its_parent_not_even_one_that_hangs()
    {
        foreach (string factory in new[] { "Corridor", "Faulty?how=hang" })
        {
            Process process = _dyad.Start(["train", "sac", $"py:tasks/dyad_tasks:{factory}", "--steps", "100000000", "--measure-every", "100", .. Small, "--out", "out"]);
            int[] children = [];
            await Signals.SendWhenAsync(process, Signals.Kill, () =>
            {
                children = [.. ChildrenOf(process.Id)];
                return children.Length > 0 && (factory != "Corridor" || Rows("out") > 1);
            });
            Assert.NotEmpty(children);
            await CommandLine.EndAsync(process);
            Assert.True(SpinWait.SpinUntil(() => !children.Any(IsAlive), TimeSpan.FromSeconds(30)), factory);
        }
    }

    [Fact]
    public async Task A_task_that_hangs_is_ended_and_told()
    {
        _dyad.Variables["DYAD_PYTHON_TIMEOUT"] = "1";
        Outcome outcome = await _dyad.RunAsync(["train", "sac", "py:tasks/dyad_tasks:Faulty?how=hang", "--steps", "1000", .. Small]);
        Assert.Contains("did not answer within 1 s (DYAD_PYTHON_TIMEOUT) and was ended in a step", outcome.Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_missing_is_told_before_anything_is_written()
    {
        Assert.Contains("no Python module 'nothing' in '", await _dyad.RefuseAsync("train", "sac", "py:nothing:Task"), StringComparison.Ordinal);
        _dyad.Variables["DYAD_PYTHON_TIMEOUT"] = "soon";
        Assert.Contains("DYAD_PYTHON_TIMEOUT is 'soon'", await _dyad.RefuseAsync("check-env", "py:tasks/dyad_tasks:Turn"), StringComparison.Ordinal);
        _dyad.Variables.Remove("DYAD_PYTHON_TIMEOUT");
        _dyad.Variables["DYAD_PYTHON"] = "/nowhere/python";
        Assert.Contains("let DYAD_PYTHON name one", await _dyad.RefuseAsync("check-env", "gymnasium:CartPole-v1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_is_evaluated_where_its_code_is_trusted()
    {
        (await _dyad.RunAsync("train", "dqn", "py:tasks/dyad_tasks:Turn", "--steps", "300", "--evaluation-episodes", "2", "--set", "hidden_width=8", "--out", "out")).Succeeded();
        string run = Path.GetDirectoryName(Directory.GetFiles(_dyad.PathOf("out"), "config.json", SearchOption.AllDirectories)[0])!;
        Assert.Contains($"--trust {_dyad.PathOf("tasks")}", await _dyad.RefuseAsync("evaluate", run), StringComparison.Ordinal);
        JsonElement result = (await _dyad.RunAsync("evaluate", run, "--trust", "tasks", "--episodes", "3", "--json")).Json();
        Assert.Equal(3, result.GetProperty("episodes").GetInt32());
        Assert.InRange(result.GetProperty("return_mean").GetDouble(), 8 * 3, 8 * 5);
        (await _dyad.RunAsync("evaluate", run, "--task", "py:tasks/dyad_tasks:Turn", "--episodes", "1")).Succeeded();
    }

    private static readonly string[] Small = ["--evaluation-episodes", "1", "--set", "hidden_width=8", "--set", "batch_size=16", "--set", "random_steps=50", "--set", "update_after=50"];

    private int Rows(string folder)
    {
        string[] metrics = Directory.Exists(_dyad.PathOf(folder)) ? Directory.GetFiles(_dyad.PathOf(folder), "metrics.jsonl", SearchOption.AllDirectories) : [];
        return metrics.Length == 0 ? 0 : File.ReadAllText(metrics[0]).Count(c => c == '\n');
    }

    private JsonElement Status(string folder)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Directory.GetFiles(_dyad.PathOf(folder), "run.json", SearchOption.AllDirectories)[0]));
        return document.RootElement.Clone();
    }

    // Of Linux, where the tests run.
    private static int[] ChildrenOf(int process) => Directory.GetDirectories($"/proc/{process}/task")
        .SelectMany(thread => Read(Path.Combine(thread, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Select(text => int.Parse(text, CultureInfo.InvariantCulture)).Where(IsAlive).ToArray();

    private static bool IsAlive(int process) => Read($"/proc/{process}/cmdline").Contains("bridge", StringComparison.Ordinal);

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
