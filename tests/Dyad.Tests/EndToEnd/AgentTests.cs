using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Dyad.Tests.EndToEnd;

/// <summary>Neural methods from the command line: training, stopping, going on, playing.</summary>
[Trait("Category", "e2e")]
public sealed class AgentTests : IDisposable
{
    private static readonly string[] Small =
    [
        "--set", "hidden_width=32", "--set", "batch_size=32", "--set", "random_steps=200", "--set", "update_after=200",
        "--evaluation-episodes", "2",
    ];

    private readonly CommandLine _dyad = new();

    private static readonly string[] SmallDqn =
    [
        "--set", "hidden_width=32", "--set", "batch_size=32", "--set", "exploration_steps=500", "--set", "update_after=200",
        "--evaluation-episodes", "2",
    ];

    public static TheoryData<string, string> Methods => new()
    {
        { "sac", "Pendulum-v1" }, { "ddpg", "Pendulum-v1" }, { "td3", "Pendulum-v1" }, { "sac-v", "Pendulum-v1" }, { "stsac-al", "Pendulum-v1" },
        { "stddpg-cl", "Pendulum-v1" }, { "sttd3-al", "Pendulum-v1" }, { "dqn", "CartPole-v1" },
    };

    public void Dispose() => _dyad.Dispose();

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task A_method_trains_and_its_policy_plays(string method, string task)
    {
        string[] options = method == "dqn" ? SmallDqn : Small;
        (await _dyad.RunAsync(["train", method, task, "--steps", "1000", "--out", "out", .. options])).Succeeded();
        string run = RunFolder("out");
        foreach (string file in new[] { "config.json", "metrics.jsonl", "run.json", "policy.safetensors", "policy-best.safetensors" })
        {
            Assert.True(File.Exists(Path.Combine(run, file)), file);
        }

        JsonElement played = (await _dyad.RunAsync("evaluate", run, "--episodes", "3", "--json")).Json();
        Assert.Equal(3, played.GetProperty("episodes").GetInt32());
        Assert.InRange(played.GetProperty("return_mean").GetDouble(), task == "CartPole-v1" ? 8 : -2500, task == "CartPole-v1" ? 500 : 0);
        Assert.Equal(
            played.GetProperty("return_mean").GetDouble(), played.GetProperty("returns").EnumerateArray().Average(x => x.GetDouble()), 1e-9);
        Assert.Equal(played.ToString(), (await _dyad.RunAsync("evaluate", run, "--episodes", "3", "--json")).Json().ToString());
    }

    [Fact]
    public async Task A_run_ten_times_as_long_needs_no_more_memory()
    {
        long few = await PeakKilobytesAsync(2000), many = await PeakKilobytesAsync(20_000);
        Assert.True(few > 10_000, $"{few} kB");
        Assert.True(many - few < 25_000, $"{few} kB after 2,000 steps, {many} kB after 20,000");
    }

    [Fact]
    public async Task Training_that_is_killed_goes_on_to_the_same_bits()
    {
        string[] command = ["train", "sac", "Pendulum-v1", "--steps", "6000", "--measure-every", "500", .. Small];
        (await _dyad.RunAsync([.. command, "--out", "whole"])).Succeeded();

        foreach (int signal in new[] { Signals.Interrupt, Signals.Kill })
        {
            int rows = Rows();
            var process = _dyad.Start([.. command, "--out", "killed", "--resume"]);
            await Signals.SendWhenAsync(process, signal, () => Rows() >= rows + 2);
            await CommandLine.EndAsync(process, command);
        }

        (await _dyad.RunAsync([.. command, "--out", "killed", "--resume"])).Succeeded();
        Assert.Equal(Contents.Metrics(_dyad.PathOf("whole")), Contents.Metrics(_dyad.PathOf("killed")));
        foreach (string policy in new[] { "policy.safetensors", "policy-best.safetensors" })
        {
            Assert.Equal(File.ReadAllBytes(Path.Combine(RunFolder("whole"), policy)), File.ReadAllBytes(Path.Combine(RunFolder("killed"), policy)));
        }

        int Rows()
        {
            string[] metrics = Directory.Exists(_dyad.PathOf("killed"))
                ? Directory.GetFiles(_dyad.PathOf("killed"), "metrics.jsonl", SearchOption.AllDirectories)
                : [];
            return metrics.Length == 0 ? 0 : File.ReadAllText(metrics[0]).Count(c => c == '\n');
        }
    }

    [Fact]
    public async Task A_run_that_normalises_is_evaluated_inspected_and_played_as_it_learned()
    {
        (await _dyad.RunAsync(["train", "sac", "Pendulum-v1", "--steps", "900", "--measure-every", "300", "--set", "normalize_observations=true", .. Small, "--out", "out"])).Succeeded();
        string run = Path.GetDirectoryName(Directory.GetFiles(_dyad.PathOf("out"), "config.json", SearchOption.AllDirectories)[0])!;
        Assert.Contains("observation_mean", File.ReadAllText(Path.Combine(run, "policy.safetensors")), StringComparison.Ordinal);
        double ofRun = (await _dyad.RunAsync("evaluate", run, "--json")).Json().GetProperty("return_mean").GetDouble();
        double ofFile = (await _dyad.RunAsync("evaluate", Path.Combine(run, "policy-best.safetensors"), "Pendulum-v1", "--json")).Json().GetProperty("return_mean").GetDouble();
        Assert.Equal(ofRun, ofFile, 0.01 * Math.Abs(ofRun));
        (await _dyad.RunAsync("inspect", run, "--json")).Succeeded();
        (await _dyad.RunAsync("play", run, "--episodes", "1", "-o", "episode.html")).Succeeded();
    }

    [Theory]
    [InlineData("sac needs actions that are real vectors, and those of CartPole-v1 are not", "train", "sac", "CartPole-v1")]
    [InlineData("those of CartPole-v1 are not; methods for it: reinforce, one-step-ac, ac, stac, ppo, stppo, res-ppo, ppo-nested, blpo, a2c, dqn, sac-discrete", "train", "td3", "CartPole-v1")]
    [InlineData("sac-v needs actions that are real vectors, and those of FourRoom are not", "train", "sac-v", "FourRoom")]
    [InlineData("dqn needs actions that are finitely many, and those of Pendulum-v1 are not; methods for it: ", "train", "dqn", "Pendulum-v1")]
    [InlineData("there is no option 'actor_learning_rate'", "train", "dqn", "CartPole-v1", "--set", "actor_learning_rate=1e-3")]
    [InlineData("moving-average, periodic", "train", "sac-v", "Pendulum-v1", "--set", "target_update=often")]
    [InlineData("needs a finite MDP", "train", "actor-g", "Pendulum-v1")]
    [InlineData("Pendulum-v1", "train", "sac", "Pendulum-v2")]
    [InlineData("between 0 and 1", "train", "sac", "Pendulum-v1", "--set", "discount=1.5")]
    [InlineData("twice", "train", "sac", "Pendulum-v1", "--set", "discount=0.9", "--set", "discount=0.8")]
    [InlineData("needs the critic to follow", "train", "stsac-cl", "Pendulum-v1", "--set", "curvature=gauss-newton")]
    [InlineData("individual, stackelberg", "train", "sac", "Pendulum-v1", "--set", "rule=nash")]
    [InlineData("target-policy, current-policy", "train", "ddpg", "Pendulum-v1", "--set", "next_action=mine")]
    [InlineData("config.json", "evaluate", ".")]
    public async Task What_cannot_be_trained_or_played_is_one_sentence(string part, params string[] command) =>
        Assert.Contains(part, await _dyad.RefuseAsync(command), StringComparison.Ordinal);

    [Fact]
    public async Task A_damaged_policy_is_one_sentence()
    {
        (await _dyad.RunAsync(["train", "ddpg", "Pendulum-v1", "--steps", "300", "--out", "out", .. Small])).Succeeded();
        File.WriteAllText(Path.Combine(RunFolder("out"), "policy-best.safetensors"), "damaged");
        Assert.Contains("policy-best.safetensors", await _dyad.RefuseAsync("evaluate", RunFolder("out")), StringComparison.Ordinal);
    }

    // Rows of metrics and evaluations grow with the steps, the replay does not.
    private async Task<long> PeakKilobytesAsync(int steps)
    {
        string[] command =
        [
            "train", "sac", "Pendulum-v1", "--steps", $"{steps}", "--measure-every", "100", "--out", $"of-{steps}", .. Small,
            "--set", "replay_capacity=1000",
        ];
        Process process = _dyad.Start(command);
        string status = $"/proc/{process.Id}/status";
        Task<Outcome> end = CommandLine.EndAsync(process, command);
        long peak = 0;
        while (!end.IsCompleted)
        {
            try
            {
                string? line = File.ReadLines(status).FirstOrDefault(x => x.StartsWith("VmHWM:", StringComparison.Ordinal));
                peak = line is null ? peak : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture);
            }
            catch (IOException)
            {
                // The process ended between two looks.
            }

            await Task.Delay(20);
        }

        (await end).Succeeded();
        return peak;
    }

    private string RunFolder(string output) => Path.GetDirectoryName(Assert.Single(
        Directory.GetFiles(_dyad.PathOf(output), "metrics.jsonl", SearchOption.AllDirectories)))!.ToString(CultureInfo.InvariantCulture);
}
