using System.Text.Json;
using System.Text.RegularExpressions;
using Dyad.Studies;
using Dyad.Training;

namespace Dyad.Tests.EndToEnd;

[Trait("Category", "e2e")]
public sealed partial class ReproduceTests : IDisposable
{
    private readonly CommandLine _dyad = new();

    // Panels of one figure differ by their task: one on-policy and one off-policy stand for the others.
    private static readonly string[] Panels = ["zheng2021/fig3a", "zheng2021/fig3e"];

    // Enough for a row of what learns, where the quick scale is long for the networks that it trains.
    private static readonly Dictionary<string, int> Shorter = new()
    {
        ["finite/sac-discrete-fourroom"] = 1200,
        ["gap/half-cheetah"] = 600,
        ["gap/pendulum"] = 600,
        ["stackelberg/half-cheetah"] = 1100,
        ["stackelberg/pendulum"] = 1200,
        ["wen2021/fig5"] = 400,
        ["wen2021/reacher-stability"] = 400,
        ["zheng2021/ablations-pendulum"] = 600,
        ["zheng2021/conditioning-half-cheetah"] = 600,
        ["zheng2021/fig3e"] = 600,
        ["zheng2021/step-length-m80"] = 8000,
    };

    // Long even so: of these one seed, and no interval.
    private static readonly string[] Dear = [.. Shorter.Keys, "wen2021/fig1-sensitivity", "wen2021/fig4", "zheng2021/equilibria", "zheng2021/foresight"];

    public static TheoryData<string> Studies =>
        [.. StudyCatalog.All.Select(study => study.Name).Where(name => Panels.Contains(name) || !name.Contains("/fig3", StringComparison.Ordinal) && !name.Contains("w/fig1", StringComparison.Ordinal))];

    public void Dispose() => _dyad.Dispose();

    [Theory]
    [MemberData(nameof(Studies))]
    public async Task Every_study_runs_and_leaves_its_summary_and_a_page_of_its_own(string study)
    {
        string[] sizes = ["--seeds", Dear.Contains(study) ? "1" : "2", .. Shorter.TryGetValue(study, out int steps) ? (string[])["--steps", $"{steps}"] : []];
        Outcome outcome = (await _dyad.RunAsync(["reproduce", study, .. sizes, "--out", "out"])).Succeeded();
        string folder = _dyad.PathOf("out", study);
        Assert.Contains($"Report: {Path.Combine(folder, "report.html")}", outcome.Output, StringComparison.Ordinal);
        Assert.Empty(outcome.Sentences);

        JsonElement summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "summary.json"))).RootElement;
        Assert.Equal(study, summary.GetProperty("study").GetString());
        Assert.Equal("quick", summary.GetProperty("scale").GetString());
        Assert.Equal($"./dyad reproduce {study} --scale quick {string.Join(' ', sizes)}", summary.GetProperty("command").GetString());
        foreach (string text in new[] { "title", "source", "question", "version", "machine" })
        {
            Assert.NotEqual("", summary.GetProperty(text).GetString());
        }

        Assert.NotEmpty(summary.GetProperty("findings").EnumerateArray());
        Assert.NotEmpty(summary.GetProperty("groups").EnumerateArray());
        Assert.All(summary.GetProperty("groups").EnumerateArray(), group => CheckGroup(folder, group));

        string page = File.ReadAllText(Path.Combine(folder, "report.html"));
        Assert.EndsWith("</html>", page.TrimEnd(), StringComparison.Ordinal);
        Assert.Empty(Fetched().Matches(ScriptBody().Replace(page, "$1")).Select(match => match.Value));
    }

    [Fact]
    public void Studies_that_run_shorter_are_there() => Assert.Subset(StudyCatalog.All.Select(study => study.Name).ToHashSet(), Dear.ToHashSet());

    [Fact]
    public async Task Runs_are_done_one_by_one_too()
    {
        (await _dyad.RunAsync("reproduce", "zheng2021/fig2", "--seeds", "2", "--out", "whole")).Succeeded();
        Assert.Contains("--index is 4; the study zheng2021/fig2 has the runs 0 to 3", await _dyad.RefuseAsync("reproduce", "zheng2021/fig2", "--seeds", "2", "--index", "4", "--out", "out"), StringComparison.Ordinal);
        for (int i = 0; i < 4; i++)
        {
            (await _dyad.RunAsync("reproduce", "zheng2021/fig2", "--seeds", "2", "--index", $"{i}", "--out", "out")).Succeeded();
        }

        Assert.False(File.Exists(_dyad.PathOf("out", "zheng2021", "fig2", "summary.json")));
        Assert.Equal(Contents.Metrics(_dyad.PathOf("whole")), Contents.Metrics(_dyad.PathOf("out")));
    }

    [Fact]
    public async Task Options_of_a_cluster_are_for_a_cluster()
    {
        Assert.Contains("--partition is for --on slurm", await _dyad.RefuseAsync("reproduce", "zheng2021/fig2", "--partition", "cpu", "--out", "out"), StringComparison.Ordinal);
        Assert.Contains("--on is 'pbs'; it must be local or slurm", await _dyad.RefuseAsync("reproduce", "zheng2021/fig2", "--on", "pbs", "--out", "out"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_steps_lengthen_the_runs_of_a_study()
    {
        string[] command = ["reproduce", "zheng2021/fig3a", "--seeds", "1", "--out", "out", "--steps"];
        (await _dyad.RunAsync([.. command, "4000"])).Succeeded();
        string metrics = Path.Combine(_dyad.PathOf("out", "zheng2021", "fig3a", "stac-m1"), "CartPole-v0", "seed-0", "metrics.jsonl");
        string[] before = File.ReadAllLines(metrics);
        (await _dyad.RunAsync([.. command, "8000"])).Succeeded();
        string[] after = File.ReadAllLines(metrics);
        Assert.Equal(before, after[..before.Length]);
        Assert.Equal(8000, JsonDocument.Parse(after[^1]).RootElement.GetProperty("step").GetInt64());
        Assert.Contains("--steps is 0", await _dyad.RefuseAsync([.. command, "0"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_motivating_game_leaves_error_and_return_by_step()
    {
        (await _dyad.RunAsync("reproduce", "zheng2021/fig1", "--out", "out")).Succeeded();
        foreach (string label in new[] { "individual", "stackelberg", "regularized" })
        {
            string run = Path.Combine(_dyad.PathOf("out", "zheng2021", "fig1", label), "MotivatingGame", "seed-0");
            JsonElement[] rows = [.. File.ReadLines(Path.Combine(run, "metrics.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];
            Assert.Equal(0, rows[0].GetProperty("step").GetInt64());
            Assert.Equal(Math.Sqrt(2), rows[0].GetProperty("error").GetDouble(), 1e-12);
            Assert.Equal(-0.2, rows[0].GetProperty("return").GetDouble(), 1e-12);
            Assert.Equal(50_000, rows[^1].GetProperty("step").GetInt64());
            Assert.InRange(rows[^1].GetProperty("error").GetDouble(), 1e-6, 0.1);
        }
    }

    [Fact]
    public async Task The_summary_on_standard_output_is_the_one_in_the_folder()
    {
        Outcome outcome = await _dyad.RunAsync("reproduce", "wen2021/theorems", "--json");
        string folder = _dyad.PathOf("runs", "quick", "wen2021", "theorems");
        JsonElement study = Assert.Single(outcome.Json().GetProperty("studies").EnumerateArray());
        JsonElement stored = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "summary.json"))).RootElement;
        Assert.True(JsonElement.DeepEquals(stored, study));
        Assert.Equal(Path.Combine(folder, "report.html"), outcome.Json().GetProperty("report").GetString());
    }

    // Each number is computed again from the runs' own rows.
    private static void CheckGroup(string folder, JsonElement group)
    {
        string label = group.GetProperty("label").GetString()!;
        string metric = group.GetProperty("metric").GetString()!;
        int[] seeds = [.. group.GetProperty("seeds").EnumerateArray().Select(seed => seed.GetInt32())];
        double[] values = [.. group.GetProperty("values").EnumerateArray().Select(value => value.GetDouble())];
        Assert.Equal(Enumerable.Range(0, values.Length), seeds);
        for (int i = 0; i < seeds.Length; i++)
        {
            string run = Path.Combine(folder, label, group.GetProperty("environment").GetString()!, $"seed-{seeds[i]}");

            // Lines that are the same run share its folder.
            using var last = JsonDocument.Parse(File.ReadLines(RunPointer.Follow(run).MetricsPath).Last());
            Assert.Equal(last.RootElement.GetProperty(metric).GetDouble(), values[i]);
        }

        double mean = group.GetProperty("mean").GetDouble();
        Assert.Equal(values.Average(), mean, 1e-12 * (1 + Math.Abs(mean)));
        double deviation = values.Length == 1 ? 0 : Math.Abs(values[0] - values[1]) / Math.Sqrt(2);
        Assert.Equal(deviation, group.GetProperty("standard_deviation").GetDouble(), 1e-9);

        // Of fewer than eight seeds they would mislead.
        Assert.Equal(JsonValueKind.Null, group.GetProperty("interquartile_mean").ValueKind);
        Assert.Equal(JsonValueKind.Null, group.GetProperty("interquartile_mean_interval").ValueKind);
        JsonElement interval = group.GetProperty("interval");
        if (values.Length == 1)
        {
            Assert.Equal(JsonValueKind.Null, interval.ValueKind);
            return;
        }

        Assert.InRange(mean, interval.GetProperty("low").GetDouble() - 1e-12, interval.GetProperty("high").GetDouble() + 1e-12);
    }

    [GeneratedRegex("(<script[^>]*>).*?(?=</script>)", RegexOptions.Singleline)]
    private static partial Regex ScriptBody();

    // What a browser would fetch, from the network or from beside the page.
    [GeneratedRegex("<(script|img|link|iframe|source)[^>]*\\s(src|href)=[\"'](?!data:)[^\"']*|@import|url\\((?![\"']?(data:|#))[^)]*")]
    private static partial Regex Fetched();
}
