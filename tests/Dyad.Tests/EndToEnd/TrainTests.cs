using System.Text.Json;
using Dyad.Algorithms.Catalog;
using Dyad.Training;

namespace Dyad.Tests.EndToEnd;

[Trait("Category", "e2e")]
public sealed class TrainTests : IDisposable
{
    private readonly CommandLine _dyad = new();

    public TrainTests() => _dyad.Write("map.txt", "S..\n.#.\n..G\n");

    public static TheoryData<string> Methods => [.. TabularMethods.All.Select(method => method.Name)];

    public void Dispose() => _dyad.Dispose();

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Every_method_trains_on_a_map_to_the_same_bits_in_any_company(string method)
    {
        string[] command = ["train", method, "map.txt", "--steps", "1200", "--seeds", "2"];
        JsonElement document = (await _dyad.RunAsync([.. command, "--jobs", "2", "--json"])).Json();
        string folder = _dyad.PathOf("runs", "train", method, "map");
        Assert.Equal(Path.Combine(folder, "report.html"), document.GetProperty("report").GetString());
        Assert.True(File.Exists(Path.Combine(folder, "report.html")));
        JsonElement group = Assert.Single(Assert.Single(document.GetProperty("studies").EnumerateArray()).GetProperty("groups").EnumerateArray());
        Assert.Equal([0, 1], group.GetProperty("seeds").EnumerateArray().Select(seed => seed.GetInt32()));

        // One run has no spread to tell of.
        string printed = (await _dyad.RunAsync("train", method, "map.txt", "--steps", "1200", "--seed", "1", "--out", "alone")).Succeeded().Output;
        Assert.DoesNotContain("interval", printed, StringComparison.Ordinal);
        string alone = Assert.Single(Contents.Metrics(_dyad.PathOf("alone"))).Value;
        Assert.Equal(alone, Contents.Metrics(folder)[Path.Combine("seed-1", "metrics.jsonl")]);
    }

    [Fact]
    public async Task Numbers_and_combinations_mean_the_same_however_they_are_written()
    {
        (await _dyad.RunAsync("train", "q-learning", "map.txt", "--steps", "3e2", "--set", "episode_length=1_00", "--out", "out")).Succeeded();
        (await _dyad.RunAsync("train", "q-learning", "map.txt", "--steps", "300", "--set", "episode_length=100", "--out", "same")).Succeeded();
        Assert.Equal(Contents.Metrics(_dyad.PathOf("same")), Contents.Metrics(_dyad.PathOf("out")));

        string[] rest = ["Pendulum-v1", "--steps", "1020", "--evaluation-episodes", "1", "--out"];
        (await _dyad.RunAsync(["train", "stddpg-al", .. rest, "named"])).Succeeded();
        (await _dyad.RunAsync(["train", "ddpg", "--set", "rule=stackelberg", "--set", "leader=actor", .. rest, "combined"])).Succeeded();
        string run = Path.Combine("train", "stddpg-al", "Pendulum-v1", "seed-0");
        foreach (string file in new[] { "config.json", "policy.safetensors" })
        {
            Assert.Equal(File.ReadAllBytes(_dyad.PathOf("named", run, file)), File.ReadAllBytes(_dyad.PathOf("combined", run, file)));
        }

        Assert.Contains("stddpg-al is ddpg with ", File.ReadAllText(_dyad.PathOf("named", "train", "stddpg-al", "Pendulum-v1", "report.html")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stored_run_is_repeated_and_gone_on_from()
    {
        string[] small = ["--evaluation-episodes", "1", "--set", "hidden_width=8", "--set", "random_steps=50", "--set", "update_after=50", "--set", "batch_size=8"];
        (await _dyad.RunAsync(["train", "ddpg", "Pendulum-v1", "--steps", "300", "--seed", "3", "--out", "out", .. small])).Succeeded();
        string origin = Path.GetDirectoryName(Directory.GetFiles(_dyad.PathOf("out"), "config.json", SearchOption.AllDirectories).Single())!;

        (await _dyad.RunAsync("train", "--from", origin, "--anew", "--out", "again")).Succeeded();
        string repeated = Path.GetDirectoryName(Directory.GetFiles(_dyad.PathOf("again"), "config.json", SearchOption.AllDirectories).Single())!;
        Assert.Equal(Path.GetRelativePath(_dyad.PathOf("out"), origin), Path.GetRelativePath(_dyad.PathOf("again"), repeated));
        Assert.Equal(0, (await _dyad.RunAsync("diff", origin, repeated)).ExitCode);

        // Another rule, from the same networks: the first row is where the other ended.
        string printed = (await _dyad.RunAsync("train", "--from", origin, "--set", "rule=stackelberg", "--set", "leader=actor", "--set", "next_action=current-policy", "--steps", "60", "--out", "on")).Succeeded().Output;
        Assert.Contains("stddpg-al", printed, StringComparison.Ordinal);
        string onward = Path.GetDirectoryName(Directory.GetFiles(_dyad.PathOf("on"), "config.json", SearchOption.AllDirectories).Single())!;
        Assert.Equal("seed-3", Path.GetFileName(onward));
        Assert.Equal(MetricsLog.Read(Path.Combine(origin, "metrics.jsonl"))["eval/return"][^1], MetricsLog.Read(Path.Combine(onward, "metrics.jsonl"))["eval/return"][0]);
        Assert.Contains("Begins with the networks of", File.ReadAllText(Path.Combine(onward, "..", "report.html")), StringComparison.Ordinal);

        Assert.Contains("the network 'actor' of ", await _dyad.RefuseAsync("train", "--from", origin, "--set", "hidden_width=9", "--out", "no"), StringComparison.Ordinal);
        Assert.Contains("the network 'actor' of ", await _dyad.RefuseAsync("train", "--from", origin, "--task", "MountainCarContinuous-v0", "--out", "no"), StringComparison.Ordinal);
        Assert.Contains("leave out METHOD", await _dyad.RefuseAsync("train", "sac", "--from", origin), StringComparison.Ordinal);
        Assert.Contains("--anew is for --from", await _dyad.RefuseAsync("train", "sac", "Pendulum-v1", "--anew"), StringComparison.Ordinal);
        Assert.Contains("needs ENVIRONMENT, or --from RUN", await _dyad.RefuseAsync("train", "sac"), StringComparison.Ordinal);

        (await _dyad.RunAsync("train", "q-learning", "map.txt", "--steps", "300", "--out", "table")).Succeeded();
        string table = _dyad.PathOf("table", "train", "q-learning", "map", "seed-0");
        Assert.Contains("has no networks to begin with; --anew repeats it", await _dyad.RefuseAsync("train", "--from", table), StringComparison.Ordinal);
        (await _dyad.RunAsync("train", "--from", table, "--anew", "--out", "copy")).Succeeded();
        Assert.Equal(0, (await _dyad.RunAsync("diff", table, _dyad.PathOf("copy", "train", "q-learning", "map", "seed-0"))).ExitCode);
    }

    [Fact]
    public async Task Options_are_written_down_and_name_the_folder()
    {
        (await _dyad.RunAsync(
            "train", "res-ac", "FourRoom", "--steps", "300", "--set", "res_critic_steps=5", "--set", "actor-learning-rate=0.1", "--out", "out")).Succeeded();
        string run = _dyad.PathOf("out", "train", "res-ac,actor_learning_rate=0.1,res_critic_steps=5", "FourRoom", "seed-0");
        using var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "config.json")));
        JsonElement options = config.RootElement.GetProperty("method").GetProperty("options");
        Assert.Equal(5, options.GetProperty("res_critic_steps").GetInt32());
        Assert.Equal(0.1, options.GetProperty("actor_learning_rate").GetDouble());
        Assert.Equal(0.02, options.GetProperty("critic_learning_rate").GetDouble());
    }

    [Fact]
    public async Task A_run_is_found_again_by_what_it_means_and_lengthened_at_the_interval_that_it_has()
    {
        string[] command = ["train", "q-learning", "map.txt", "--out", "out", "--steps"];
        (await _dyad.RunAsync([.. command, "1200", "--set", "exploration=0.20"])).Succeeded();
        (await _dyad.RunAsync([.. command, "3000", "--set", "exploration=2e-1"])).Succeeded();
        string run = _dyad.PathOf("out", "train", "q-learning,exploration=0.2", "map", "seed-0");
        Assert.Equal([run], Directory.GetDirectories(_dyad.PathOf("out"), "seed-*", SearchOption.AllDirectories));
        string lengthened = Assert.Single(Contents.Metrics(_dyad.PathOf("out"))).Value;

        // The same as a longer one from the start, measured as often; shorter ones read what is there.
        (await _dyad.RunAsync("train", "q-learning", "map.txt", "--steps", "3000", "--measure-every", "12", "--set", "exploration=0.2", "--out", "whole", "--label", "mine")).Succeeded();
        Assert.Equal(lengthened, Assert.Single(Contents.Metrics(_dyad.PathOf("whole", "train", "mine", "map"))).Value);
        (await _dyad.RunAsync([.. command, "600", "--set", "exploration=0.2"])).Succeeded();
        Assert.Equal(lengthened, Assert.Single(Contents.Metrics(_dyad.PathOf("out"))).Value);
        Assert.Contains(
            "'every' is 12 there and 6 here", await _dyad.RefuseAsync([.. command, "600", "--set", "exploration=0.2", "--measure-every", "6"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_of_the_release_before_is_refused_by_its_name()
    {
        _dyad.Write("out/train/q-learning/map/seed-0/config.json", """
            {"study": "train", "label": "q-learning", "environment": "map", "seed": 0, "steps": 300, "measure_every": 3, "options": {"method": "q-learning"}}
            """);
        _dyad.Write("out/train/q-learning/map/seed-0/run.json", """{"status": "done", "step": 300}""");
        foreach (string[] command in new string[][] { ["train", "q-learning", "map.txt", "--steps", "300", "--out", "out"], ["status", "out"], ["evaluate", "out/train/q-learning/map/seed-0"] })
        {
            Assert.Contains("was written by Dyad 0.1.0", await _dyad.RefuseAsync(command), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_stopped_run_goes_on_when_asked_to_and_not_otherwise()
    {
        string[] command = ["train", "q-learning", "FourRoom", "--steps", "3000000", "--out", "out"];
        string run = _dyad.PathOf("out", "train", "q-learning", "FourRoom", "seed-0");
        var process = _dyad.Start(command);
        Assert.True(await Signals.SendWhenAsync(process, Signals.Interrupt, () => File.Exists(Path.Combine(run, "run.json"))));
        Assert.Equal(130, (await CommandLine.EndAsync(process, command)).ExitCode);

        Assert.Contains("--resume", await _dyad.RefuseAsync(command), StringComparison.Ordinal);
        (await _dyad.RunAsync([.. command, "--resume"])).Succeeded();
        command[^1] = "whole";
        (await _dyad.RunAsync(command)).Succeeded();
        Assert.Equal(Contents.Metrics(_dyad.PathOf("whole")), Contents.Metrics(_dyad.PathOf("out")));
    }

    [Fact]
    public async Task A_map_that_changed_under_its_name_is_another_task()
    {
        string[] command = ["train", "q-learning", "map.txt", "--steps", "300", "--out", "out"];
        (await _dyad.RunAsync(command)).Succeeded();
        _dyad.Write("map.txt", "S..\n...\n..G\n");
        Assert.Contains("another configuration", await _dyad.RefuseAsync(command), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_diverges_is_told_and_counted_as_failed()
    {
        _dyad.Write("large.json", """
            {"gamma": 0.9, "transition": [[[1, 0], [0, 1]], [[0.5, 0.5], [0, 1]]], "reward": [[1e308, 0], [0, -1e308]], "initial": [1, 0]}
            """);
        string sentence = (await _dyad.RunAsync("train", "policy-gradient", "large.json", "--steps", "100", "--out", "out")).Refused();
        Assert.Contains("large/seed-0' failed at step ", sentence, StringComparison.Ordinal);
        Assert.Equal(1, (await _dyad.RunAsync("status", "out", "--json")).Json().GetProperty("failed").GetInt32());
    }

    [Theory]
    [InlineData("'nosuch'", "nosuch", "map.txt")]
    [InlineData("'nosuch'", "res-ac", "nosuch")]
    [InlineData("map.bad", "res-ac", "map.bad")]
    [InlineData("'pace'", "res-ac", "map.txt", "--set", "pace=1")]
    [InlineData("'episode_length' is 0", "res-ac", "map.txt", "--set", "episode_length=0")]
    [InlineData("'episode_length' is '1.5'", "res-ac", "map.txt", "--set", "episode_length=1.5")]
    [InlineData("'actor_learning_rate' is 'NaN'", "res-ac", "map.txt", "--set", "actor_learning_rate=NaN")]
    [InlineData("'sum_over_actions' is 'maybe'", "res-ac", "map.txt", "--set", "sum_over_actions=maybe")]
    [InlineData("--set is 'episode_length'", "res-ac", "map.txt", "--set", "episode_length")]
    [InlineData("--steps is 0", "res-ac", "map.txt", "--steps", "0")]
    [InlineData("--steps is 'many'", "res-ac", "map.txt", "--steps", "many")]
    [InlineData("--measure-every is 0", "res-ac", "map.txt", "--measure-every", "0")]
    [InlineData("--seed is -1", "res-ac", "map.txt", "--seed", "-1")]
    [InlineData("--seed is 2147483647", "res-ac", "map.txt", "--seed", "2147483647", "--seeds", "2")]
    [InlineData("--label is 'a/b'", "res-ac", "map.txt", "--label", "a/b")]
    [InlineData("--label is '..'", "res-ac", "map.txt", "--label", "..")]
    [InlineData("set episode_length=5", "res-ac", "map.txt", "--max-episode-steps", "5")]
    [InlineData("--seeds is 0", "res-ac", "map.txt", "--seeds", "0")]
    public async Task A_wrong_training_is_refused(string culprit, params string[] arguments)
    {
        _dyad.Write("map.bad", "??");
        Assert.Contains(culprit, await _dyad.RefuseAsync(["train", .. arguments]), StringComparison.Ordinal);
    }
}
