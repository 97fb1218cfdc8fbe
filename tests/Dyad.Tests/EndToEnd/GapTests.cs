using System.Text.Json;

namespace Dyad.Tests.EndToEnd;

/// <summary><c>dyad gap</c> on short runs.</summary>
[Trait("Category", "e2e")]
public sealed class GapTests : IDisposable
{
    private static readonly string[] Short =
    [
        "--steps", "600", "--evaluation-episodes", "1", "--out", "out", "--set", "batch_size=32", "--set", "random_steps=200",
        "--set", "update_after=200",
    ];

    private static readonly string[] Quick = ["--rollouts", "20", "--horizon", "30", "--batches", "5"];

    private readonly CommandLine _dyad = new();

    public void Dispose() => _dyad.Dispose();

    [Fact]
    public async Task A_runs_gap_is_told_in_numbers()
    {
        string run = await TrainAsync("res-sac", 8);
        var before = Contents.Of(run);
        JsonElement document = (await _dyad.RunAsync(["gap", run, .. Quick, "--full-cosine", "--json"])).Json();
        Assert.Equal("res-sac", document.GetProperty("method").GetString());
        Assert.Equal(600, document.GetProperty("step").GetInt64());
        Assert.Equal(32, document.GetProperty("batch").GetInt32());
        JsonElement objective = document.GetProperty("objective");
        Assert.Equal("in", objective.GetProperty("entropy").GetString());
        Assert.Equal("start", objective.GetProperty("starts").GetString());
        Assert.Equal(30, objective.GetProperty("horizon").GetInt32());
        Interval(objective.GetProperty("value"));
        Interval(document.GetProperty("random"));
        JsonElement[] estimators = [.. document.GetProperty("estimators").EnumerateArray()];
        Assert.Equal(["plain", "residual", "stackelberg"], estimators.Select(estimator => estimator.GetProperty("name").GetString()));
        foreach (JsonElement estimator in estimators)
        {
            Assert.True(double.IsFinite(estimator.GetProperty("norm_squared").GetDouble()));
            Assert.True(estimator.GetProperty("variance").GetDouble() > 0);
            JsonElement derivative = estimator.GetProperty("derivative");
            Interval(derivative);
            Interval(derivative.GetProperty("at_half_step"));
            Interval(derivative.GetProperty("change"));
            Assert.Contains(derivative.GetProperty("linear").GetString(), new[] { "yes", "no", "unclear" });
            Assert.Equal(estimator.GetProperty("name").GetString() == "plain", estimator.GetProperty("gain_over_plain").ValueKind == JsonValueKind.Null);
            Assert.Equal(JsonValueKind.Object, estimator.GetProperty("full_cosine").ValueKind);
        }

        // The same numbers twice, others for another seed, and nothing written.
        string[] visited = ["gap", run, .. Quick, "--starts", "visited", "--entropy", "out", "--json"];
        JsonElement first = (await _dyad.RunAsync(visited)).Json();
        Assert.Equal(first.ToString(), (await _dyad.RunAsync(visited)).Json().ToString());
        Assert.NotEqual(first.ToString(), (await _dyad.RunAsync([.. visited, "--seed", "1"])).Json().ToString());
        Assert.Equal(before, Contents.Of(run));

        string table = (await _dyad.RunAsync(["gap", run, .. Quick])).Succeeded().Output;
        Assert.Contains("more than plain", table, StringComparison.Ordinal);
        Assert.Contains("random", table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_finite_task_the_gradient_is_exact_unless_rollouts_are_asked_for()
    {
        (await _dyad.RunAsync(["train", "res-sac-discrete", "FourRoom", .. Short, "--set", "hidden_width=8"])).Succeeded();
        string run = Trained();
        var before = Contents.Of(run);
        JsonElement document = (await _dyad.RunAsync(["gap", run, "--batches", "5", "--json"])).Json();
        Assert.Equal("exact", document.GetProperty("truth").GetString());
        Assert.Equal(104, document.GetProperty("objective").GetProperty("states").GetInt32());
        Assert.True(document.GetProperty("gradient_norm").GetDouble() > 0);
        JsonElement[] estimators = [.. document.GetProperty("estimators").EnumerateArray()];
        Assert.Equal(["plain", "residual", "stackelberg", "plain-visited", "residual-visited"], estimators.Select(estimator => estimator.GetProperty("name").GetString()));
        Assert.All(estimators, estimator =>
        {
            Interval(estimator.GetProperty("cosine"));
            Interval(estimator.GetProperty("projection"));
            Assert.Equal(estimator.GetProperty("name").GetString()!.EndsWith("-visited", StringComparison.Ordinal), estimator.GetProperty("exact").GetBoolean());
        });
        Assert.Contains("exactly, from an MDP of 104 states", (await _dyad.RunAsync("gap", run, "--batches", "5")).Succeeded().Output, StringComparison.Ordinal);
        JsonElement rolled = (await _dyad.RunAsync(["gap", run, .. Quick, "--json"])).Json();
        Assert.Equal("rollouts", rolled.GetProperty("truth").GetString());
        Assert.Contains("--horizon is for rollouts", await _dyad.RefuseAsync("gap", run, "--truth", "exact", "--horizon", "5"), StringComparison.Ordinal);
        Assert.Contains("--truth is 'model'", await _dyad.RefuseAsync("gap", run, "--truth", "model"), StringComparison.Ordinal);
        Assert.Equal(before, Contents.Of(run));
    }

    [Fact]
    public async Task What_cannot_be_measured_is_told_in_a_sentence()
    {
        string run = await TrainAsync("sac", 32);
        Assert.Contains("parameters", await _dyad.RefuseAsync("gap", run, "--full-cosine"), StringComparison.Ordinal);
        Assert.Contains("--rollouts is 2", await _dyad.RefuseAsync("gap", run, "--rollouts", "2"), StringComparison.Ordinal);
        Assert.Contains("--batches is 1", await _dyad.RefuseAsync("gap", run, "--batches", "1"), StringComparison.Ordinal);
        Assert.Contains("--horizon is 0", await _dyad.RefuseAsync("gap", run, "--horizon", "0"), StringComparison.Ordinal);
        Assert.Contains("--entropy is 'some'", await _dyad.RefuseAsync("gap", run, "--entropy", "some"), StringComparison.Ordinal);
        Assert.Contains("--starts is 'here'", await _dyad.RefuseAsync("gap", run, "--starts", "here"), StringComparison.Ordinal);
        Assert.Contains("no finite MDP", await _dyad.RefuseAsync("gap", run, "--truth", "exact"), StringComparison.Ordinal);
        Assert.Contains("--step is 0", await _dyad.RefuseAsync("gap", run, "--step", "0"), StringComparison.Ordinal);
        Assert.Contains("'missing'", await _dyad.RefuseAsync("gap", "missing"), StringComparison.Ordinal);
        Directory.Delete(_dyad.PathOf("out"), recursive: true);
        (await _dyad.RunAsync("train", "dqn", "CartPole-v1", "--steps", "300", "--evaluation-episodes", "1", "--out", "out")).Succeeded();
        Assert.Contains("sac, ddpg, td3", await _dyad.RefuseAsync("gap", Trained()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_of_a_study_of_the_gap_can_be_looked_at_like_any_other()
    {
        (await _dyad.RunAsync("reproduce", "gap/pendulum", "--seeds", "1", "--out", "out")).Succeeded();
        JsonElement document = (await _dyad.RunAsync(["gap", Trained(), .. Quick, "--json"])).Json();
        Assert.Equal(3000, document.GetProperty("step").GetInt64());
        Assert.Equal(230, document.GetProperty("parameters").GetInt32());
    }

    private async Task<string> TrainAsync(string method, int width)
    {
        (await _dyad.RunAsync(["train", method, "Pendulum-v1", .. Short, "--set", $"hidden_width={width}"])).Succeeded();
        return Trained();
    }

    private string Trained() =>
        Path.GetDirectoryName(Assert.Single(Directory.GetFiles(_dyad.PathOf("out"), "run.json", SearchOption.AllDirectories)))!;

    private static void Interval(JsonElement element)
    {
        double mean = element.GetProperty("mean").GetDouble();
        Assert.InRange(mean, element.GetProperty("low").GetDouble(), element.GetProperty("high").GetDouble());
    }
}
