using System.Text.Json;

namespace Dyad.Tests.EndToEnd;

/// <summary><c>dyad play</c> on short runs.</summary>
[Trait("Category", "e2e")]
public sealed class PlayTests : IDisposable
{
    private readonly CommandLine _dyad = new();

    public void Dispose() => _dyad.Dispose();

    [Fact]
    public async Task Policies_of_two_runs_are_played_on_one_page_and_as_data()
    {
        string sac = await TrainAsync("sac", "Pendulum-v1"), residual = await TrainAsync("res-sac", "Pendulum-v1");
        JsonElement document = (await _dyad.RunAsync(
            "play", sac, residual, "--episodes", "2", "--max-episode-steps", "20", "-o", "both.html", "--csv", "steps.csv", "--json")).Json();
        JsonElement[] policies = [.. document.GetProperty("policies").EnumerateArray()];
        Assert.Equal(["sac", "res-sac"], policies.Select(policy => policy.GetProperty("label").GetString()));
        JsonElement episode = policies[1].GetProperty("episodes")[1];
        Assert.Equal(20, episode.GetProperty("rewards").GetArrayLength());
        Assert.Equal(["q", "w", "q + w", "entropy bonus"], episode.GetProperty("values").EnumerateObject().Select(value => value.Name));
        Assert.Contains("data-", File.ReadAllText(_dyad.PathOf("both.html")), StringComparison.Ordinal);

        string[] lines = File.ReadAllLines(_dyad.PathOf("steps.csv"));
        Assert.Equal("policy,episode,seed,step,reward,return,action_0,q,entropy bonus,w,q + w,theta,theta_dot", lines[0]);
        Assert.Equal(1 + (2 * 2 * 20), lines.Length);
        Assert.All(lines, line => Assert.Equal(13, line.Split(',').Length));
        Assert.Equal(episode.GetProperty("return").GetDouble(), double.Parse(lines[^1].Split(',')[5], System.Globalization.CultureInfo.InvariantCulture), 1e-4);
    }

    [Fact]
    public async Task A_tabular_run_is_evaluated_and_played_beside_a_neural_one()
    {
        (await _dyad.RunAsync("train", "res-ac", "FourRoom", "--steps", "30000", "--out", "out")).Succeeded();
        string table = _dyad.PathOf("out", "train", "res-ac", "FourRoom", "seed-0");
        Assert.Equal(12, Directory.GetFiles(Path.Combine(table, "policies")).Length);
        JsonElement evaluated = (await _dyad.RunAsync("evaluate", table, "--episodes", "3", "--json")).Json();
        Assert.Equal("FourRoom", evaluated.GetProperty("environment").GetString());
        Assert.Equal(300, evaluated.GetProperty("lengths")[0].GetInt32());
        JsonElement ofFile = (await _dyad.RunAsync("evaluate", Path.Combine(table, "policies", "step-30000.safetensors"), "--episodes", "3", "--json")).Json();
        Assert.Equal(evaluated.GetProperty("returns").ToString(), ofFile.GetProperty("returns").ToString());

        (await _dyad.RunAsync("train", "dqn", "FourRoom", "--steps", "400", "--evaluation-episodes", "1", "--set", "hidden_width=8", "--out", "out", "--label", "dqn")).Succeeded();
        JsonElement[] policies = [.. (await _dyad.RunAsync(
            "play", table, _dyad.PathOf("out", "train", "dqn", "FourRoom", "seed-0"), "--episodes", "2", "-o", "grid.html", "--json")).Json().GetProperty("policies").EnumerateArray()];
        Assert.Equal(["res-ac", "dqn"], policies.Select(policy => policy.GetProperty("label").GetString()));
        JsonElement episode = policies[0].GetProperty("episodes")[0];
        Assert.Equal(["q", "w", "q + w"], episode.GetProperty("values").EnumerateObject().Select(value => value.Name));
        double[] Values(string name) => [.. episode.GetProperty("values").GetProperty(name).EnumerateArray().Select(value => value.GetDouble())];
        Assert.Equal(300, Values("q").Length);
        Assert.All(Enumerable.Range(0, 300), i => Assert.Equal(Values("q")[i] + Values("w")[i], Values("q + w")[i], 1e-6));
        Assert.Contains("\"draw\":\"grid\"", File.ReadAllText(_dyad.PathOf("grid.html")).Replace("\\u0022", "\"", StringComparison.Ordinal), StringComparison.Ordinal);

        File.Delete(Path.Combine(table, "policy.safetensors"));
        Assert.Contains("has no policy.safetensors", await _dyad.RefuseAsync("evaluate", table), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_played_is_told_in_a_sentence()
    {
        string pendulum = await TrainAsync("sac", "Pendulum-v1"), cart = await TrainAsync("dqn", "CartPole-v1");
        Assert.Contains("one task", await _dyad.RefuseAsync("play", pendulum, cart), StringComparison.Ordinal);
        Assert.Contains(".mp4 or .gif", await _dyad.RefuseAsync("play", pendulum, "--video", "film.avi"), StringComparison.Ordinal);
        Assert.Contains("--episodes is 0", await _dyad.RefuseAsync("play", pendulum, "--episodes", "0"), StringComparison.Ordinal);
        await _dyad.RefuseAsync("play", "nowhere");
    }

    private async Task<string> TrainAsync(string method, string task)
    {
        (await _dyad.RunAsync(
            "train", method, task, "--steps", "200", "--evaluation-episodes", "1", "--out", "out",
            "--set", "hidden_width=8", "--set", "batch_size=16", "--label", method)).Succeeded();
        return _dyad.PathOf("out", "train", method, task, "seed-0");
    }
}
