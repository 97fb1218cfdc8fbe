using System.Diagnostics;

namespace Dyad.Tests.EndToEnd;

/// <summary>The scripts of the repository, and what of the surroundings must not matter to them.</summary>
[Trait("Category", "e2e")]
public sealed class ScriptTests : IDisposable
{
    private static readonly string Script = Repository.PathOf("dyad");

    private readonly CommandLine _dyad = new();

    public void Dispose() => _dyad.Dispose();

    [Fact]
    public async Task Once_built_the_script_starts_at_once()
    {
        (await _dyad.RunProgramAsync(Script, "--version")).Succeeded();
        var clock = Stopwatch.StartNew();
        Outcome second = (await _dyad.RunProgramAsync(Script, "--version")).Succeeded();
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"{clock.Elapsed}");
        Assert.Equal("", second.Error);
        Assert.Equal((await _dyad.RunAsync("--version")).Output, second.Output);
    }

    [Fact]
    public async Task The_script_works_through_a_link_from_another_folder()
    {
        File.CreateSymbolicLink(_dyad.PathOf("link"), Script);
        Assert.StartsWith("[", (await _dyad.RunProgramAsync(_dyad.PathOf("link"), "list", "studies", "--json")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Equal(2, (await _dyad.RunProgramAsync(_dyad.PathOf("link"), "nosuch")).ExitCode);
    }

    [Fact]
    public async Task The_test_script_refuses_a_part_that_is_not_there()
    {
        Outcome outcome = await _dyad.RunProgramAsync(Repository.PathOf("test"), "nosuch");
        Assert.Equal(2, outcome.ExitCode);
        Assert.StartsWith("test: there is no part 'nosuch'", Assert.Single(outcome.Sentences), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("de_DE.UTF-8")]
    [InlineData("tr_TR.UTF-8")]
    [InlineData("C")]
    public async Task The_culture_changes_nothing(string culture)
    {
        _dyad.Write("map.txt", "#####\n#S.G#\n#####\n");
        string[][] commands =
        [
            ["tabular", "map.txt", "--gamma", "0.95", "--temperature", "0.5"],
            ["tabular", "map.txt", "--json"],
            ["list", "algorithms", "--json"],
            ["reproduce", "lecture/soft-policy-iteration", "--out", "out"],
        ];
        string[] plain = [.. (await Task.WhenAll(commands.Select(command => _dyad.RunAsync(command)))).Select(outcome => outcome.Succeeded().Output)];
        Assert.Contains("gamma 0.95", plain[0], StringComparison.Ordinal);
        string figures = Contents.Figures(_dyad.PathOf("out", "lecture/soft-policy-iteration"));

        Directory.Delete(_dyad.PathOf("out"), recursive: true);
        _dyad.Variables["LANG"] = culture;
        _dyad.Variables["LC_ALL"] = culture;
        for (int i = 0; i < commands.Length; i++)
        {
            Assert.Equal(plain[i], (await _dyad.RunAsync(commands[i])).Succeeded().Output);
        }

        Assert.Equal(figures, Contents.Figures(_dyad.PathOf("out", "lecture/soft-policy-iteration")));
    }
}
