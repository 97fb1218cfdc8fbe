namespace Dyad.Tests.EndToEnd;

/// <summary>What is shown on terminals of all kinds.</summary>
[Trait("Category", "e2e")]
public sealed class TerminalTests : IDisposable
{
    private readonly CommandLine _dyad = new();

    public void Dispose() => _dyad.Dispose();

    [Fact]
    public async Task Near_sixty_columns_no_number_is_broken_and_what_is_left_out_is_told()
    {
        (await _dyad.RunAsync("train", "q-learning", "FourRoom", "--steps", "120000", "--measure-every", "60000", "--out", "runs")).Succeeded();
        _dyad.Variables["COLUMNS"] = "60";
        string output = (await _dyad.RunAsync("status", "runs")).Succeeded().Output;
        Assert.All(output.Split('\n').Where(line => !line.StartsWith("Not shown", StringComparison.Ordinal)), line => Assert.True(line.TrimEnd().Length <= 60, line));
        Assert.Contains("120000", output, StringComparison.Ordinal);
        Assert.Contains("Not shown for want of width: ", output, StringComparison.Ordinal);
        _dyad.Variables["COLUMNS"] = "160";
        Assert.DoesNotContain("Not shown", (await _dyad.RunAsync("status", "runs")).Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dumb_terminal_gets_plain_lines_and_another_one_a_table_with_all_seeds_and_the_time_left()
    {
        string assembly = Repository.PathOf("artifacts", "dyad", "Dyad.Cli.dll");
        string Train(string folder) => $"dotnet '{assembly}' train q-learning FourRoom --steps 60000 --measure-every 6000 --seeds 3 --out {folder}";
        _dyad.Variables["TERM"] = "dumb";
        string plain = (await _dyad.RunProgramAsync("script", "-qec", Train("plain"), "/dev/null")).Output;
        Assert.DoesNotContain('\u001b', plain);
        Assert.Contains("q-learning on FourRoom, seed 2: step 60000 of 60000", plain, StringComparison.Ordinal);
        _dyad.Variables["TERM"] = "xterm";
        string drawn = (await _dyad.RunProgramAsync("script", "-qec", $"stty cols 60 rows 24; {Train("drawn")}", "/dev/null")).Output;
        Assert.Contains('\u001b', drawn);
        Assert.Contains("3 of 3 runs done", drawn, StringComparison.Ordinal);
        Assert.Contains("60,000", drawn, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lists_are_grouped()
    {
        string[] lines = [.. (await _dyad.RunAsync("list", "algorithms")).Succeeded().Output.Split('\n').Select(line => line.Trim())];
        int tabular = Array.IndexOf(lines, "Tabular, on a finite MDP"), leaders = Array.IndexOf(lines, "With a leader (Stackelberg)");
        Assert.True(tabular >= 0 && leaders >= 0);
        Assert.Contains("MuJoCo", (await _dyad.RunAsync("list", "environments")).Succeeded().Output.Split('\n').Select(line => line.Trim()));
        Assert.Contains("zheng2021", (await _dyad.RunAsync("list", "studies")).Succeeded().Output.Split('\n').Select(line => line.Trim()));
    }
}
