using System.Text.Json;

namespace Dyad.Tests.EndToEnd;

/// <summary><c>dyad inspect</c> on short runs.</summary>
[Trait("Category", "e2e")]
public sealed class InspectTests : IDisposable
{
    private static readonly string[] Short =
    [
        "--steps", "500", "--evaluation-episodes", "1", "--out", "out", "--set", "hidden_width=16", "--set", "batch_size=32",
    ];

    private static readonly string[] Small = [.. Short, "--set", "random_steps=200", "--set", "update_after=200"];

    private readonly CommandLine _dyad = new();

    public void Dispose() => _dyad.Dispose();

    [Theory]
    [InlineData("sac", "default", "actor")]
    [InlineData("stddpg-al", "run", "actor")]
    [InlineData("stsac-cl", "run", "critic")]
    public async Task A_runs_game_is_told_in_numbers(string method, string rule, string leader)
    {
        string run = await TrainAsync(method, "Pendulum-v1", Small);
        var before = Contents.Of(run);
        JsonElement document = (await _dyad.RunAsync("inspect", run, "--json")).Json();
        Assert.Equal(method, document.GetProperty("method").GetString());
        Assert.Equal("Pendulum-v1", document.GetProperty("environment").GetString());
        Assert.Equal(500, document.GetProperty("step").GetInt64());
        Assert.Equal(500, document.GetProperty("transitions").GetInt32());
        Assert.Equal(32, document.GetProperty("batch").GetInt32());
        Assert.Equal(leader, document.GetProperty("leader").GetString());
        foreach (string player in new[] { "actor", "critic" })
        {
            JsonElement values = document.GetProperty(player);
            Assert.True(Finite(values, "gradient") > 0);
            Assert.True(Finite(values, "curvature_min") < Finite(values, "curvature_max"));
            Assert.True(Finite(values, "curvature_error") > 0);
            Assert.True(Finite(values, "curvature_nearest_zero") > 0);
        }

        JsonElement jacobian = document.GetProperty("jacobian"), total = document.GetProperty("total_derivative");
        Assert.True(Finite(jacobian, "real_min") < Finite(jacobian, "real_max"));
        Assert.Equal(rule, total.GetProperty("rule").GetString());
        Assert.True(Finite(total, "norm") > 0);
        Assert.True(Finite(total, "implicit") > 0);
        Assert.InRange(Finite(total, "cosine"), -1, 1);
        Assert.Equal(
            leader == "actor" ? Finite(document.GetProperty("actor"), "gradient") : Finite(document.GetProperty("critic"), "gradient"),
            Finite(total, "direct"), 1e-4 * Finite(total, "direct"));
        Assert.Contains(
            document.GetProperty("equilibrium").GetProperty("verdict").GetString(), new[] { "near", "not stationary", "not minimal", "degenerate" });

        // The same numbers twice, others for another batch, and nothing written.
        Assert.Equal(document.ToString(), (await _dyad.RunAsync("inspect", run, "--json")).Json().ToString());
        JsonElement other = (await _dyad.RunAsync("inspect", run, "--json", "--seed", "1", "--batch", "64")).Json();
        Assert.Equal(64, other.GetProperty("batch").GetInt32());
        Assert.NotEqual(Finite(document.GetProperty("critic"), "gradient"), Finite(other.GetProperty("critic"), "gradient"));
        Assert.Equal(before, Contents.Of(run));
    }

    [Fact]
    public async Task A_table_says_what_is_not_computed_and_another_leader_can_be_asked_for()
    {
        string run = await TrainAsync("td3", "Pendulum-v1", [.. Small, "--set", "next_action=current-policy"]);
        string table = (await _dyad.RunAsync("inspect", run, "--leader", "critic")).Succeeded().Output;
        Assert.Contains("with the critic leading, by default options of the rule", table, StringComparison.Ordinal);
        Assert.Contains("lowest eigenvalue of the Hessian", table, StringComparison.Ordinal);
        Assert.Contains("Differential Stackelberg equilibrium: ", table, StringComparison.Ordinal);
        Assert.Contains("The leader's total second derivative is not computed", table, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ac", "CartPole-v1", "default")]
    [InlineData("ppo", "CartPole-v1", "default")]
    [InlineData("stac", "Pendulum-v1", "run")]
    public async Task An_on_policy_runs_game_is_told_on_new_episodes(string method, string task, string rule)
    {
        string run = await TrainAsync(
            method, task, ["--steps", "800", "--evaluation-episodes", "1", "--out", "out", "--set", "hidden_width=16", "--set", "steps_per_epoch=400", "--set", "environments=1"]);
        var before = Contents.Of(run);
        JsonElement document = (await _dyad.RunAsync("inspect", run, "--json")).Json();
        Assert.Equal(400, document.GetProperty("batch").GetInt32());
        Assert.True(document.GetProperty("episodes").GetInt32() > 1);
        Assert.Equal(JsonValueKind.Null, document.GetProperty("jacobian").ValueKind);
        Assert.True(Finite(document.GetProperty("critic"), "curvature_max") > Finite(document.GetProperty("critic"), "curvature_min"));
        JsonElement total = document.GetProperty("total_derivative");
        Assert.Equal((rule, "start-value"), (total.GetProperty("rule").GetString(), total.GetProperty("form").GetString()));
        Assert.Equal(document.ToString(), (await _dyad.RunAsync("inspect", run, "--json")).Json().ToString());
        string table = (await _dyad.RunAsync("inspect", run, "--batch", "500")).Succeeded().Output;
        Assert.Contains("500 steps of", table, StringComparison.Ordinal);
        Assert.Contains("have no meaning here", table, StringComparison.Ordinal);
        Assert.Contains("only the actor leads", await _dyad.RefuseAsync("inspect", run, "--leader", "critic"), StringComparison.Ordinal);

        JsonElement gap = (await _dyad.RunAsync("gap", run, "--rollouts", "10", "--horizon", "20", "--batches", "3", "--json")).Json();
        Assert.Equal("plain", gap.GetProperty("estimators")[0].GetProperty("name").GetString());
        Assert.Contains(gap.GetProperty("estimators").EnumerateArray(), estimator => estimator.GetProperty("name").GetString() == "one-step");
        Assert.Equal(before, Contents.Of(run));
    }

    [Fact]
    public async Task Runs_without_a_game_are_refused()
    {
        string dqn = await TrainAsync("dqn", "CartPole-v1", Short);
        Assert.Contains("dqn, which plays no game", await _dyad.RefuseAsync("inspect", dqn), StringComparison.Ordinal);
        Directory.Delete(_dyad.PathOf("out"), recursive: true);
        string tabular = await TrainAsync("q-learning", "FourRoom", ["--steps", "500", "--out", "out"]);
        Assert.Contains("not a run of a neural method", await _dyad.RefuseAsync("inspect", tabular), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_cannot_be_inspected_yet_or_any_more_is_told()
    {
        string run = await TrainAsync("sac", "Pendulum-v1", Small);
        Assert.Contains("--leader is 'nobody'", await _dyad.RefuseAsync("inspect", run, "--leader", "nobody"), StringComparison.Ordinal);
        Assert.Contains("--batch is 0", await _dyad.RefuseAsync("inspect", run, "--batch", "0"), StringComparison.Ordinal);
        Assert.Contains("--tolerance is 2", await _dyad.RefuseAsync("inspect", run, "--tolerance", "2"), StringComparison.Ordinal);
        File.Delete(Path.Combine(run, "checkpoint", "replay-000000.bin"));
        Assert.Contains("replay-000000.bin", await _dyad.RefuseAsync("inspect", run), StringComparison.Ordinal);
        Directory.Delete(Path.Combine(run, "checkpoint"), recursive: true);
        Assert.Contains("no checkpoint any more", await _dyad.RefuseAsync("inspect", run), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'missing'", "missing")]
    [InlineData("after 'inspect' is empty", "")]
    public async Task A_folder_without_a_run_is_named(string culprit, string folder) =>
        Assert.Contains(culprit, await _dyad.RefuseAsync("inspect", folder), StringComparison.Ordinal);

    private async Task<string> TrainAsync(string method, string task, string[] options)
    {
        (await _dyad.RunAsync(["train", method, task, .. options])).Succeeded();
        return Path.GetDirectoryName(Assert.Single(Directory.GetFiles(_dyad.PathOf("out"), "run.json", SearchOption.AllDirectories)))!;
    }

    private static double Finite(JsonElement element, string name)
    {
        double value = element.GetProperty(name).GetDouble();
        Assert.True(double.IsFinite(value), name);
        return value;
    }
}
