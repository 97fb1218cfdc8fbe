using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dyad.Tests.EndToEnd;

/// <summary>Damaged files of a finished study: named in one sentence, and left as they are; the other runs are shown.</summary>
[Trait("Category", "e2e")]
public sealed class DamagedRunTests(DamagedRunTests.Finished finished) : IClassFixture<DamagedRunTests.Finished>
{
    private const string Study = "lecture/soft-policy-iteration";
    private const string Run = $"out/{Study}/alpha-1/FourRoom/seed-0";

    private readonly CommandLine _dyad = finished.Dyad;

    [Theory]
    [InlineData("run.json", "")]
    [InlineData("run.json", "{")]
    [InlineData("run.json", "[]")]
    [InlineData("run.json", "null")]
    [InlineData("run.json", """{"status": 5}""")]
    [InlineData("run.json", """{"status": "done", "status": "done"}""")]
    [InlineData("run.json", """{"status": "done", "wall_s": "long"}""")]
    [InlineData("run.json", """{"status": "done", "step": 1.5}""")]
    [InlineData("config.json", "")]
    [InlineData("config.json", "[]")]
    [InlineData("config.json", """{"seed": 0, "seed": 0}""")]
    [InlineData("config.json", "{}")]
    [InlineData("config.json", """{"format": 2}""")]
    [InlineData("config.json", """{"format": 1, "method": {"name": 5}, "task": {"name": "FourRoom"}, "training": {"seed": 0}, "measuring": {"every": 1}}""")]
    [InlineData("config.json", """{"format": 1, "method": {"name": "x"}, "task": {"name": "FourRoom"}, "training": {"seed": 0}, "measuring": {"every": 1}, "more": 1}""")]
    public async Task A_damaged_file_of_a_run_is_named(string name, string text)
    {
        using var damage = new Damage(_dyad, $"{Run}/{name}", text);
        Assert.Contains($"{Run}/{name}'", (await _dyad.RunAsync("reproduce", Study, "--out", "out")).PartlyFailed(), StringComparison.Ordinal);

        // Of the others all is told.
        Outcome outcome = await _dyad.RunAsync("status", "out", "--json");
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains($"{Run}/{name}'", Assert.Single(outcome.Sentences), StringComparison.Ordinal);
        Assert.NotEqual(0, JsonDocument.Parse(outcome.Output).RootElement.GetProperty("done").GetInt32());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}\n")]
    [InlineData("{\"step\": 0\n")]
    [InlineData("[1]\n")]
    public async Task Damaged_metrics_are_told(string text)
    {
        using var damage = new Damage(_dyad, $"{Run}/metrics.jsonl", text);
        Assert.Contains("metrics.jsonl'", (await _dyad.RunAsync("reproduce", Study, "--out", "out")).PartlyFailed(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"study\": \"")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    public Task A_damaged_summary_is_named(string text) => SummaryIsRefusedAsync(text);

    [Fact]
    public async Task A_summary_without_one_of_its_fields_is_named()
    {
        string path = _dyad.PathOf("out", Study, "summary.json");
        JsonObject whole = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        foreach (string field in whole.Select(entry => entry.Key).Where(field => field is not ("format" or "options" or "failures" or "cpu_seconds")))
        {
            JsonObject part = whole.DeepClone().AsObject();
            part.Remove(field);
            await SummaryIsRefusedAsync(part.ToJsonString());
            part[field] = null;
            await SummaryIsRefusedAsync(part.ToJsonString());
            if (whole[field] is JsonArray)
            {
                part[field] = new JsonArray([null]);
                await SummaryIsRefusedAsync(part.ToJsonString());
            }
        }
    }

    [Fact]
    public async Task A_run_of_another_build_is_told_in_one_line()
    {
        string path = _dyad.PathOf(Run, "run.json");
        JsonObject status = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        status["build"]!["sources"] = "0123456789abcdef";
        using var damage = new Damage(_dyad, $"{Run}/run.json", status.ToJsonString());
        string sentence = Assert.Single((await _dyad.RunAsync("reproduce", Study, "--out", "out")).Succeeded().Sentences);
        Assert.Contains("sources 01234567", sentence, StringComparison.Ordinal);
    }

    private async Task SummaryIsRefusedAsync(string text)
    {
        using var damage = new Damage(_dyad, $"out/{Study}/summary.json", text);
        Assert.Contains($"out/{Study}/summary.json'", await _dyad.RefuseAsync("report", "out"), StringComparison.Ordinal);
    }

    /// <summary>A study, computed once; each test mends what it damaged.</summary>
    public sealed class Finished : IAsyncLifetime
    {
        public CommandLine Dyad { get; } = new();

        public async ValueTask InitializeAsync() => (await Dyad.RunAsync("reproduce", Study, "--out", "out")).Succeeded();

        public ValueTask DisposeAsync()
        {
            Dyad.Dispose();
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Damage : IDisposable
    {
        private readonly string _path;
        private readonly byte[] _before;

        public Damage(CommandLine dyad, string name, string text)
        {
            _path = dyad.PathOf(name);
            _before = File.ReadAllBytes(_path);
            dyad.Write(name, text);
        }

        public void Dispose() => File.WriteAllBytes(_path, _before);
    }
}
