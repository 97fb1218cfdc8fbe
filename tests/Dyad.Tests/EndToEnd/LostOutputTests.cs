namespace Dyad.Tests.EndToEnd;

/// <summary>Output that nobody reads, that is closed or on a full disk; surroundings that lack what is usual.</summary>
[Trait("Category", "e2e")]
public sealed class LostOutputTests : IDisposable
{
    private static readonly string Dyad = $"dotnet '{Repository.PathOf("artifacts", "dyad", "Dyad.Cli.dll")}'";

    private readonly CommandLine _dyad = new();

    public void Dispose() => _dyad.Dispose();

    [Theory]
    [InlineData("list studies")]
    [InlineData("--help")]
    [InlineData("list options sac --json")]
    public async Task A_reader_that_stops_reading_stops_nothing(string command)
    {
        Outcome outcome = (await ShellAsync($"{Dyad} {command} | head -c 1 >/dev/null; exit ${{PIPESTATUS[0]}}")).Succeeded();
        Assert.Equal("", outcome.Error);
    }

    [Theory]
    [InlineData("list studies", ">/dev/full", "the disk is full")]
    [InlineData("--help", ">/dev/full", "the disk is full")]
    [InlineData("--version", ">/dev/full", "the disk is full")]
    [InlineData("list studies --json", ">/dev/full", "the disk is full")]
    [InlineData("list studies", ">&-", "it is closed")]
    [InlineData("--help", ">&-", "it is closed")]
    public async Task Results_that_are_lost_are_told(string command, string where, string reason) =>
        Assert.Equal($"dyad: standard output cannot be written: {reason}", (await ShellAsync($"{Dyad} {command} {where}")).Refused());

    [Theory]
    [InlineData("2>/dev/full")]
    [InlineData("2>&-")]
    public async Task Progress_that_is_lost_stops_no_run(string where)
    {
        string train = $"{Dyad} train ac CartPole-v1 --steps 200 --set hidden_width=4 --evaluation-episodes 1 --out runs {where}";
        Assert.Contains("final return", (await ShellAsync(train)).Succeeded().Output, StringComparison.Ordinal);
        Assert.Equal(2, (await ShellAsync($"{Dyad} nosuch {where}")).ExitCode);
    }

    [Fact]
    public async Task A_lack_of_memory_is_one_sentence()
    {
        _dyad.Write("map.txt", string.Concat(Enumerable.Repeat("#" + new string('.', 900) + "#\n", 500)));
        _dyad.Variables["DOTNET_GCHeapHardLimit"] = "0x3000000";
        Assert.Equal("dyad: out of memory: this needs more than the process may have.", await _dyad.RefuseAsync("tabular", "map.txt"));

        // On the threads of runs too.
        Outcome outcome = await _dyad.RunAsync(
            "train", "sac", "Pendulum-v1", "--steps", "300", "--set", "hidden_width=4096", "--set", "random_steps=50", "--set", "update_after=100", "--seeds", "2", "--out", "runs");
        Assert.Equal((2, "dyad: out of memory: this needs more than the process may have."), (outcome.ExitCode, Assert.Single(outcome.Sentences)));
    }

    [Theory]
    [InlineData("TMPDIR", "/nonexistent")]
    [InlineData("HOME", "")]
    [InlineData("HOME", "/nonexistent")]
    [InlineData("TERM", "no such terminal")]
    [InlineData("COLUMNS", "-5")]
    [InlineData("LC_ALL", "no_SUCH.language")]
    [InlineData("DYAD_MUJOCO", "/nonexistent")]
    [InlineData("DYAD_GOLDEN", "/nonexistent")]
    [InlineData("DISPLAY", ":77")]
    public async Task Surroundings_that_lack_something_do_not_matter(string name, string value)
    {
        string plain = (await _dyad.RunAsync("list", "options", "sac")).Succeeded().Output;
        _dyad.Variables[name] = value;
        Outcome outcome = (await _dyad.RunAsync("list", "options", "sac")).Succeeded();
        Assert.Equal((plain, ""), (outcome.Output, outcome.Error));
    }

    [Fact]
    public async Task Where_there_is_no_browser_the_report_is_written_all_the_same()
    {
        (await _dyad.RunAsync("reproduce", "lecture/soft-policy-iteration", "--out", "out")).Succeeded();
        foreach (string name in new[] { "DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME" })
        {
            _dyad.Variables[name] = "";
        }

        Outcome outcome = (await _dyad.RunAsync("report", "out", "--open", "-o", "a page.html")).Succeeded();
        Assert.Equal($"dyad: no browser was found here for '{_dyad.PathOf("a page.html")}'.", Assert.Single(outcome.Sentences));
        Assert.True(File.Exists(_dyad.PathOf("a page.html")));
    }

    [Theory]
    [InlineData("many")]
    [InlineData("1; rm x")]
    [InlineData("-1")]
    public async Task The_fuzz_script_refuses_what_is_no_number(string minutes)
    {
        Outcome outcome = await _dyad.RunProgramAsync(Repository.PathOf("scripts", "fuzz.sh"), minutes);
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains($"minutes are '{minutes}'", Assert.Single(outcome.Sentences), StringComparison.Ordinal);
    }

    private Task<Outcome> ShellAsync(string script) => _dyad.RunProgramAsync("bash", "-c", script);
}
