using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Dyad.Tests.EndToEnd;

/// <summary>What is told of runs that go on, and of those that do not any more.</summary>
[Trait("Category", "e2e")]
public sealed class StatusTests : IDisposable
{
    private static readonly string[] Long = ["train", "q-learning", "FourRoom", "--steps", "2000000000", "--measure-every", "1000000000", "--out", "a folder"];

    private readonly CommandLine _dyad = new();

    public void Dispose() => _dyad.Dispose();

    [Fact]
    public async Task A_run_is_told_while_it_goes_on_and_when_it_was_killed_or_stopped()
    {
        Process process = _dyad.Start(Long);
        Task<Outcome> ends = CommandLine.EndAsync(process, Long);
        JsonElement first = await StatusAsync(run => run.GetProperty("step").GetInt64() > 0);
        Assert.Equal("running", first.GetProperty("status").GetString());
        Assert.InRange(first.GetProperty("heard_s").GetDouble(), 0, 12);
        JsonElement second = await StatusAsync(run => run.GetProperty("step").GetInt64() > first.GetProperty("step").GetInt64());
        Assert.True(second.GetProperty("steps_per_s").GetDouble() > 0);
        Assert.Equal(2_000_000_000, second.GetProperty("steps").GetInt64());
        Assert.Equal(
            (2e9 - second.GetProperty("step").GetInt64()) / second.GetProperty("steps_per_s").GetDouble(), second.GetProperty("left_s").GetDouble(), 1 + (0.01 * second.GetProperty("left_s").GetDouble()));

        // A second process is told which one is at work, resumed or not.
        foreach (string[] command in new[] { Long, [.. Long, "--resume"] })
        {
            string sentence = (await _dyad.RunAsync(command)).Refused();
            Assert.Matches($"^dyad: process [0-9]+ on '{Environment.MachineName}' is at work on the run '.*seed-0'; it was heard of [0-9]+ s ago$", sentence);
        }

        Assert.True(await Signals.SendWhenAsync(process, Signals.Kill, () => true));
        await ends;
        JsonElement killed = await StatusAsync(_ => true);
        Assert.Equal("killed", killed.GetProperty("status").GetString());
        Assert.Contains("--resume", await _dyad.RefuseAsync(Long), StringComparison.Ordinal);

        // It goes on, says from whom, and when it is stopped with what command.
        string[] resumed = [.. Long, "--resume"];
        process = _dyad.Start(resumed);
        ends = CommandLine.EndAsync(process, resumed);
        Assert.True(await Signals.SendWhenAsync(process, Signals.Interrupt, () => Owner() is { } owner && owner.Contains("\"has_left\":false", StringComparison.Ordinal)
            && owner.Contains($"\"process\":{process.Id},", StringComparison.Ordinal) && owner.Contains("\"steps\":2000000000", StringComparison.Ordinal)));
        Outcome stopped = await ends;
        Assert.Equal(130, stopped.ExitCode);
        Assert.Matches($"^dyad: runs go on here that process [0-9]+ on '{Environment.MachineName}' left without an end: killed, or lost with its machine.$", stopped.Sentences[0]);
        Assert.Equal(
            "dyad: stopped; this goes on from here: ./dyad train q-learning FourRoom --steps 2000000000 --measure-every 1000000000 --out 'a folder' --resume",
            stopped.Sentences[1]);
        Assert.Equal("stopped", (await StatusAsync(_ => true)).GetProperty("status").GetString());
        Assert.Contains("0 done, 0 running, 1 stopped, 0 failed", (await _dyad.RunAsync("status", "a folder")).Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task To_resume_where_there_is_nothing_is_told()
    {
        string[] command = ["train", "q-learning", "FourRoom", "--steps", "300", "--out", "out", "--resume"];
        Assert.Matches("^dyad: there is nothing to resume in '.*FourRoom': this starts at step 0.$", Assert.Single((await _dyad.RunAsync(command)).Succeeded().Sentences));
        Assert.Empty((await _dyad.RunAsync(command)).Succeeded().Sentences);
    }

    [Fact]
    public async Task Seeds_of_other_calls_are_no_hindrance()
    {
        string[] command = ["train", "q-learning", "FourRoom", "--steps", "300", "--out", "out", "--seed"];
        (await _dyad.RunAsync([.. command, "0"])).Succeeded();
        _dyad.Write("out/train/q-learning/FourRoom/seed-0/run.json", """{"status": "stopped", "step": 12, "steps": 300}""");
        (await _dyad.RunAsync([.. command, "1"])).Succeeded();
        Assert.Contains("--resume", await _dyad.RefuseAsync([.. command, "0"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Links_in_circles_and_folders_that_cannot_be_read_leave_the_rest()
    {
        (await _dyad.RunAsync("train", "q-learning", "FourRoom", "--steps", "300", "--seeds", "2", "--out", "out")).Succeeded();
        string runs = _dyad.PathOf("out", "train", "q-learning", "FourRoom");
        Directory.CreateSymbolicLink(Path.Combine(runs, "back"), runs);
        Directory.CreateSymbolicLink(Path.Combine(runs, "up"), "../../..");
        Directory.CreateSymbolicLink(Path.Combine(runs, "itself"), Path.Combine(runs, "itself"));
        Directory.CreateSymbolicLink(_dyad.PathOf("other"), runs);
        foreach (string folder in new[] { "out", "other" })
        {
            Assert.Equal(2, (await _dyad.RunAsync("status", folder, "--json")).Json().GetProperty("done").GetInt32());
        }

        File.WriteAllText(Path.Combine(runs, "seed-0", "run.json"), "{");
        Outcome outcome = await _dyad.RunAsync("status", "out");
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("seed-0/run.json' is damaged", Assert.Single(outcome.Sentences), StringComparison.Ordinal);
        Assert.Contains("1 done, 0 running, 0 failed", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_option_does_not_do_and_a_policy_never_does_is_told_at_the_start_and_in_the_result()
    {
        Outcome outcome = (await _dyad.RunAsync(
            "train", "sac", "Pendulum-v1", "--steps", "300", "--evaluation-episodes", "1", "--set", "hidden_width=8", "--set", "damping=5", "--out", "out")).Succeeded();
        string[] sentences =
        [
            "the option 'damping' has no effect here without a leader: give rule=stackelberg",
            "the policy never acts: all 300 steps take random actions (random_steps=1000)",
            "the policy never learns: there is no update within 300 steps (update_after=1000, update_every=1)",
        ];
        Assert.Equal(sentences.Select(sentence => $"dyad: {sentence}."), outcome.Sentences);
        Assert.All(sentences, sentence => Assert.Contains($"Note: {sentence}.", outcome.Output, StringComparison.Ordinal));
        string run = Directory.GetFiles(_dyad.PathOf("out"), "run.json", SearchOption.AllDirectories).Single();
        Assert.Equal(sentences[1..], JsonDocument.Parse(File.ReadAllText(run)).RootElement.GetProperty("notes").EnumerateArray().Select(note => note.GetString()));
        Assert.Contains("The policy never learns", File.ReadAllText(Directory.GetFiles(_dyad.PathOf("out"), "summary.json", SearchOption.AllDirectories).Single()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runs_are_pruned_compared_and_end_before_their_last_step()
    {
        string[] command = ["train", "q-learning", "FourRoom", "--steps", "3000", "--seeds", "2", "--out", "out"];
        (await _dyad.RunAsync([.. command, "--until", "eval/return>=-5000"])).Succeeded();
        JsonElement[] runs = [.. (await _dyad.RunAsync("status", "out", "--json")).Json().GetProperty("runs").EnumerateArray()];
        Assert.All(runs, run => Assert.Equal(("done", 0L, "eval/return>=-5000"), (run.GetProperty("status").GetString(), run.GetProperty("step").GetInt64(), run.GetProperty("ended_by").GetString())));
        (await _dyad.RunAsync(command)).Succeeded();
        string[] folders = [.. Directory.GetDirectories(_dyad.PathOf("out"), "seed-*", SearchOption.AllDirectories).Order()];

        Outcome different = await _dyad.RunAsync("diff", folders[0], folders[1]);
        Assert.Equal(1, different.ExitCode);
        Assert.Contains("training.seed", different.Output, StringComparison.Ordinal);
        Assert.Contains("Metrics from step ", different.Output, StringComparison.Ordinal);
        Assert.Contains("The same", (await _dyad.RunAsync("diff", folders[0], folders[0])).Succeeded().Output, StringComparison.Ordinal);
        Assert.False((await _dyad.RunAsync("diff", folders[0], folders[1], "--json")).ExitCode == 0);
        Assert.Contains("no config.json", await _dyad.RefuseAsync("diff", folders[0], "out"), StringComparison.Ordinal);

        string[] Checkpoints() => Directory.GetFiles(_dyad.PathOf("out"), "*.bin", SearchOption.AllDirectories);
        Assert.Equal(2, (await _dyad.RunAsync("prune", "out", "--dry-run", "--json")).Json().GetProperty("pruned").GetInt32());
        Assert.Equal(2, Checkpoints().Length);
        string said = (await _dyad.RunAsync("prune", "out")).Succeeded().Output;
        Assert.Contains("Took away the checkpoints of 2 runs", said, StringComparison.Ordinal);
        Assert.Contains("cannot be lengthened", said, StringComparison.Ordinal);
        Assert.Empty(Checkpoints());
        (await _dyad.RunAsync(command)).Succeeded();
        Assert.Contains("were taken away by 'prune'", await RefusedAsync("4000"), StringComparison.Ordinal);
        Assert.Contains("is 'soon'", await _dyad.RefuseAsync([.. command, "--wall-time", "soon"]), StringComparison.Ordinal);

        async Task<string> RefusedAsync(string steps)
        {
            Outcome outcome = await _dyad.RunAsync("train", "q-learning", "FourRoom", "--steps", steps, "--seed", "0", "--out", "out");
            Assert.Equal(2, outcome.ExitCode);
            return string.Join('\n', outcome.Sentences);
        }
    }

    // The one run, once a condition holds of it.
    private async Task<JsonElement> StatusAsync(Func<JsonElement, bool> condition)
    {
        for (var patience = Stopwatch.StartNew(); patience.Elapsed < TimeSpan.FromMinutes(2);)
        {
            if (Owner() is not null && (await _dyad.RunAsync("status", "a folder", "--json")).Json().GetProperty("runs").EnumerateArray().FirstOrDefault() is { ValueKind: JsonValueKind.Object } run
                && condition(run))
            {
                return run;
            }

            await Task.Delay(100);
        }

        throw new TimeoutException("the status did not come");
    }

    // Who advances the one run; null before there is one.
    private string? Owner()
    {
        string folder = _dyad.PathOf("a folder", "train", "q-learning", "FourRoom", "seed-0", "checkpoint");
        try
        {
            return File.Exists(Path.Combine(folder, "..", "run.json"))
                ? File.ReadAllText(Directory.GetFiles(folder, "owner-*.json").MaxBy(path => int.Parse(Path.GetFileNameWithoutExtension(path)["owner-".Length..], CultureInfo.InvariantCulture))!)
                : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
