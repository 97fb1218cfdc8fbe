using System.Text.Json;
using Dyad.Live;
using Dyad.Tests.Unit.Export;

namespace Dyad.Tests.Unit.Live;

/// <summary>What the live view finds under a folder.</summary>
[Trait("Category", "unit")]
public sealed class RunWatchTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Clock _clock = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Runs_are_found_with_their_rows_and_forgotten_when_they_go()
    {
        SmallRuns.Write(_folder.PathOf("runs"));
        var watch = new RunWatch(_folder.PathOf("runs"), _clock);
        long first = watch.Look();
        Assert.Equal(first, Again(watch));
        JsonElement group = Group(watch);
        Assert.Equal("train|FourRoom", group.GetProperty("id").GetString());
        Assert.Equal(2, group.GetProperty("runs").GetArrayLength());
        JsonElement run = group.GetProperty("runs")[1];
        Assert.Equal("done", run.GetProperty("status").GetString());
        Assert.Equal(4, run.GetProperty("rows").GetInt32());
        Assert.Contains("eval/return", group.GetProperty("metrics").EnumerateArray().Select(metric => metric.GetProperty("name").GetString()));

        // A chart as the report draws it.
        string chart = watch.Read(groups => LiveDocuments.Chart(groups[0], "eval/return"));
        Assert.Equal(4, JsonDocument.Parse(chart).RootElement.GetProperty("spec").GetProperty("data").GetProperty("values").GetArrayLength());
        Directory.Delete(_folder.PathOf("runs", "train"), recursive: true);
        Assert.True(Again(watch) > first);
        Assert.Equal(0, watch.Read(groups => groups.Count));
    }

    [Fact]
    public void Links_lead_nowhere()
    {
        SmallRuns.Write(_folder.PathOf("elsewhere"));
        Directory.CreateDirectory(_folder.PathOf("runs"));
        Directory.CreateSymbolicLink(_folder.PathOf("runs", "link"), _folder.PathOf("elsewhere"));
        string run = Directory.GetFiles(_folder.PathOf("elsewhere"), "run.json", SearchOption.AllDirectories)[0];
        File.CreateSymbolicLink(_folder.PathOf("runs", "run.json"), run);
        var watch = new RunWatch(_folder.PathOf("runs"), _clock);
        watch.Look();
        Assert.Equal(0, watch.Read(groups => groups.Count));
    }

    private long Again(RunWatch watch)
    {
        _clock.Ticks += 10_000_000_000;
        return watch.Look();
    }

    private static JsonElement Group(RunWatch watch) => JsonDocument.Parse(watch.Read(LiveDocuments.State)).RootElement.GetProperty("groups")[0];

    private sealed class Clock : TimeProvider
    {
        public long Ticks { get; set; } = 1;

        public override long TimestampFrequency => 1_000_000_000;

        public override long GetTimestamp() => Ticks;
    }
}
