using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Dyad.Tests.EndToEnd;

/// <summary>Calls that are killed at any moment, and calls at once on one folder: nothing is lost.</summary>
[Trait("Category", "e2e")]
public sealed class SharedFolderTests : IDisposable
{
    // A grid over two tasks: 8 runs.
    private const string Grid = """
        environments: [FourRoom, map.txt]
        methods: [actor-o, res-ac]
        grid: { critic_steps: [1, 2] }
        figures: [eval/return]
        seeds: 1
        steps: 30000
        rows: 30
        """;

    private static readonly string[] Study = ["study", "grid.yaml", "--jobs", "2", "--out", "out"];
    private static readonly string[] Train = ["train", "q-learning", "FourRoom", "--out", "out"];

    private readonly CommandLine _dyad = new();

    public SharedFolderTests()
    {
        _dyad.Write("map.txt", "S..\n.#.\n..G\n");
        _dyad.Write("grid.yaml", Grid);
    }

    // Kills of the study below: 6, or as many as the variable says.
    private static int Kills => int.TryParse(Environment.GetEnvironmentVariable("DYAD_TEST_KILLS"), CultureInfo.InvariantCulture, out int kills) ? kills : 6;

    public void Dispose() => _dyad.Dispose();

    [Fact]
    public async Task A_study_that_is_killed_again_and_again_has_the_summary_of_one_never_killed()
    {
        var clock = Stopwatch.StartNew();
        (await _dyad.RunAsync([.. Study[..^1], "whole"])).Succeeded();
        double whole = clock.Elapsed.TotalSeconds;

        // Runs that are done stay so: after a few kills, where no run is left to be killed, it starts anew.
        var random = new Random(3);
        int killed = 0;
        for (int i = 0; killed < Kills && i < 10 * Kills; i++)
        {
            Process process = _dyad.Start(Study);
            double after = random.NextDouble() * whole;
            clock.Restart();
            bool isKilled = await Signals.SendWhenAsync(process, Signals.Kill, () => clock.Elapsed.TotalSeconds > after);
            Outcome outcome = await CommandLine.EndAsync(process, Study);
            killed += isKilled ? 1 : 0;
            Assert.True(isKilled || outcome.ExitCode == 0, outcome.Error);
            if (!isKilled)
            {
                AssertSame();
                Directory.Delete(_dyad.PathOf("out"), recursive: true);
            }
        }

        Assert.Equal(Kills, killed);
        (await _dyad.RunAsync(Study)).Succeeded();
        AssertSame();
    }

    [Fact]
    public async Task Two_calls_at_once_on_a_study_lose_nothing()
    {
        (await _dyad.RunAsync([.. Study[..^1], "whole"])).Succeeded();
        Outcome[] both = await Task.WhenAll(_dyad.RunAsync(Study), _dyad.RunAsync(Study));
        Assert.All(both, outcome => Assert.Contains(outcome.ExitCode, new[] { 0, 2 }));
        foreach (Outcome outcome in both.Where(outcome => outcome.ExitCode == 2))
        {
            Assert.All(outcome.Sentences, sentence => Assert.Matches($"process [0-9]+ on '{Environment.MachineName}' is at work on the run '", sentence));
            Assert.NotEmpty(outcome.Sentences);
        }

        (await _dyad.RunAsync(Study)).Succeeded();
        AssertSame();
    }

    [Fact]
    public async Task Who_comes_second_is_told_who_is_at_work()
    {
        _dyad.Write("long.yaml", "environments: FourRoom\nmethods: [actor-o]\nseeds: 1\nsteps: 2000000000\nrows: 2\n");
        string[] command = ["study", "long.yaml", "--out", "out"];
        Process first = _dyad.Start(command);
        Task<Outcome> ends = CommandLine.EndAsync(first, command);
        await StartedAsync(_dyad.PathOf("out", "long", "actor-o", "FourRoom", "seed-0"));
        Assert.Contains($"process {first.Id} on '{Environment.MachineName}' is at work on the run '", (await _dyad.RunAsync(command)).Refused(), StringComparison.Ordinal);
        Assert.True(await Signals.SendWhenAsync(first, Signals.Interrupt, () => true));
        Assert.Equal(130, (await ends).ExitCode);
    }

    [Fact]
    public async Task Seeds_of_two_calls_at_once_are_in_one_summary()
    {
        string folder = _dyad.PathOf("out", "train", "q-learning", "FourRoom");
        await Task.WhenAll(SeedAsync(0), SeedAsync(1));
        using var summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "summary.json")));
        Assert.Equal([0, 1], summary.RootElement.GetProperty("groups")[0].GetProperty("seeds").EnumerateArray().Select(seed => seed.GetInt32()));
        Assert.Contains("2 seeds", File.ReadAllText(Path.Combine(folder, "report.html")), StringComparison.Ordinal);

        async Task SeedAsync(int seed) => (await _dyad.RunAsync([.. Train, "--steps", "3000", "--seed", $"{seed}"])).Succeeded();
    }

    [Fact]
    public async Task A_seed_that_another_call_is_at_work_on_is_no_hindrance()
    {
        string[] command = [.. Train, "--steps", "2000000000", "--measure-every", "1000000000"];
        Process first = _dyad.Start(command);
        Task<Outcome> ends = CommandLine.EndAsync(first, command);
        await StartedAsync(_dyad.PathOf("out", "train", "q-learning", "FourRoom", "seed-0"));
        Outcome second = (await _dyad.RunAsync([.. Train, "--steps", "300", "--seed", "1"])).Succeeded();
        Assert.Matches("seed 0 is in the folder too, unfinished at step [0-9]+, and left out of the summary", Assert.Single(second.Sentences));
        Assert.True(await Signals.SendWhenAsync(first, Signals.Interrupt, () => true));
        Assert.Equal(130, (await ends).ExitCode);
    }

    private static async Task StartedAsync(string run)
    {
        for (var patience = Stopwatch.StartNew(); !File.Exists(Path.Combine(run, "run.json")); await Task.Delay(20))
        {
            Assert.True(patience.Elapsed < TimeSpan.FromMinutes(1), "the run did not start");
        }
    }

    private void AssertSame()
    {
        Assert.Equal(Contents.Metrics(_dyad.PathOf("whole", "grid")), Contents.Metrics(_dyad.PathOf("out", "grid")));
        Assert.Equal(Contents.FiguresButTimes(_dyad.PathOf("whole", "grid")), Contents.FiguresButTimes(_dyad.PathOf("out", "grid")));
    }
}
