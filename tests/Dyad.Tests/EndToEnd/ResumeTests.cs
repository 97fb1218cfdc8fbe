using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dyad.Tests.EndToEnd;

/// <summary>Stopped studies go on to the bits of studies never stopped. What is waited for are files, not times.</summary>
[Trait("Category", "e2e")]
public sealed class ResumeTests(ResumeTests.Uninterrupted reference) : IClassFixture<ResumeTests.Uninterrupted>, IDisposable
{
    private const string Study = "wen2021/fig1";

    private static readonly string[] Command = ["reproduce", Study, "--scale", "paper", "--seeds", "1", "--jobs", "2", "--out", "out"];

    private readonly CommandLine _dyad = new();

    private string Runs => _dyad.PathOf("out", Study);

    public void Dispose() => _dyad.Dispose();

    [Fact]
    public async Task A_study_stopped_again_and_again_ends_with_the_same_bits()
    {
        // Where this test sleeps, the study may end before it can be stopped; then there is nothing to see, and it begins anew.
        int attempts = 5;
        while (!await StopAgainAndAgainAsync() && --attempts > 0)
        {
            Directory.Delete(_dyad.PathOf("out"), recursive: true);
        }

        Assert.NotEqual(0, attempts);
        (await _dyad.RunAsync(Command)).Succeeded();
        AssertSameBits();
    }

    private async Task<bool> StopAgainAndAgainAsync()
    {
        foreach ((double share, int signal) in new[]
        {
            (0.02, Signals.Interrupt), (0.2, Signals.Terminate), (0.35, Signals.Kill), (0.5, Signals.Interrupt), (0.6, Signals.Kill),
        })
        {
            Outcome stopped = await StopAsync(signal, () => Written() > share * reference.Bytes, Command);
            if (stopped.ExitCode == 0)
            {
                return false;
            }

            if (signal == Signals.Kill)
            {
                continue;
            }

            Assert.Equal(130, stopped.ExitCode);
            Assert.Equal($"dyad: stopped; this goes on from here: ./dyad {string.Join(' ', Command)}", stopped.Sentences[^1]);
            Assert.All(stopped.Sentences.SkipLast(1), sentence => Assert.Contains("left without an end", sentence, StringComparison.Ordinal));
            Assert.Equal("", stopped.Output);
            Assert.False(File.Exists(Path.Combine(Runs, "summary.json")));
            JsonElement status = (await _dyad.RunAsync("status", "out", "--json")).Json();
            Assert.NotEqual(0, status.GetProperty("stopped").GetInt32());
            Assert.Equal(0, status.GetProperty("failed").GetInt32() + status.GetProperty("running").GetInt32() + status.GetProperty("killed").GetInt32());
        }

        return true;
    }

    [Fact]
    public async Task A_damaged_checkpoint_is_named_and_the_one_before_goes_on_to_the_same_bits()
    {
        // Without an end, so that it can be stopped however late that comes.
        string[] Train(string steps, string folder) =>
            ["train", "actor-g", "FourRoom", "--steps", steps, "--measure-every", "1000", "--out", folder, "--resume"];
        string[] endless = Train("1000000000", "out");
        string checkpoint = _dyad.PathOf("out", "train", "actor-g", "FourRoom", "seed-0", "checkpoint");
        for (int i = 0; i < 2; i++)
        {
            long before = Length();
            Assert.Equal(130, (await StopAsync(Signals.Interrupt, () => Length() > before, endless)).ExitCode);
        }

        string newest = Directory.GetFiles(checkpoint, "*.bin").MaxBy(File.GetLastWriteTimeUtc)!;
        byte[] bytes = File.ReadAllBytes(newest);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(newest, bytes);

        // The warning must not be lost when the next call is stopped too: its checkpoint takes the damaged one's place.
        long length = Length();
        Outcome stopped = await StopAsync(Signals.Interrupt, () => Length() > length, endless);
        Assert.Equal(
            [$"dyad: the checkpoint '{newest}' is damaged and was passed over.", $"dyad: stopped; this goes on from here: ./dyad {string.Join(' ', endless)}"],
            stopped.Sentences);
        length = Length();
        Assert.DoesNotContain("damaged", string.Join(' ', (await StopAsync(Signals.Interrupt, () => Length() > length, endless)).Sentences), StringComparison.Ordinal);

        string[] rows = Assert.Single(Contents.Metrics(_dyad.PathOf("out"))).Value.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        int last = JsonNode.Parse(rows[^1])!["step"]!.GetValue<int>();
        (await _dyad.RunAsync(Train(last.ToString(CultureInfo.InvariantCulture), "whole"))).Succeeded();
        Assert.Equal(string.Join('\n', rows), Assert.Single(Contents.Metrics(_dyad.PathOf("whole"))).Value.TrimEnd());

        long Length() => MetricsOf(checkpoint) is { Exists: true } metrics ? metrics.Length : 0;
    }

    [Fact]
    public async Task Two_calls_at_once_do_not_spoil_the_runs_of_each_other()
    {
        Process first = _dyad.Start(Command);
        Task<Outcome> firstEnds = CommandLine.EndAsync(first, Command);
        Outcome[] both = await Task.WhenAll(firstEnds, _dyad.RunAsync(Command));
        Assert.All(both, outcome => Assert.Contains(outcome.ExitCode, new[] { 0, 2 }));
        Assert.All(both.Where(outcome => outcome.ExitCode == 2), outcome =>
        {
            // What the other call was at work on to the end; the rest is shared between the two.
            Assert.NotEmpty(outcome.Sentences);
            Assert.All(outcome.Sentences, sentence => Assert.Contains(" is at work on the run '", sentence, StringComparison.Ordinal));
        });
        (await _dyad.RunAsync(Command)).Succeeded();
        AssertSameBits();
    }

    private static FileInfo MetricsOf(string checkpoint) => new(Path.Combine(checkpoint, "..", "metrics.jsonl"));

    private async Task<Outcome> StopAsync(int signal, Func<bool> condition, string[] command)
    {
        Process process = _dyad.Start(command);
        await Signals.SendWhenAsync(process, signal, condition);
        return await CommandLine.EndAsync(process, command);
    }

    private long Written() => Directory.Exists(Runs) ? Uninterrupted.BytesIn(Runs) : 0;

    private void AssertSameBits()
    {
        Assert.Equal(reference.Metrics, Contents.Metrics(Runs));
        Assert.Equal(reference.Figures, Contents.Figures(Runs));
    }

    /// <summary>The study from start to end.</summary>
    public sealed class Uninterrupted : IAsyncLifetime
    {
        public SortedDictionary<string, string> Metrics { get; private set; } = [];

        public string Figures { get; private set; } = "";

        /// <summary>Size of all metrics, with wall times.</summary>
        public long Bytes { get; private set; }

        public async ValueTask InitializeAsync()
        {
            using var dyad = new CommandLine();
            (await dyad.RunAsync(Command)).Succeeded();
            Metrics = Contents.Metrics(dyad.PathOf("out", Study));
            Figures = Contents.Figures(dyad.PathOf("out", Study));
            Bytes = BytesIn(dyad.PathOf("out", Study));
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        internal static long BytesIn(string folder) =>
            Directory.EnumerateFiles(folder, "metrics.jsonl", SearchOption.AllDirectories).Sum(path => new FileInfo(path).Length);
    }
}
