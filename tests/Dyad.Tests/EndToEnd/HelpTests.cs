using System.Text.RegularExpressions;

namespace Dyad.Tests.EndToEnd;

[Trait("Category", "e2e")]
public sealed partial class HelpTests : IDisposable
{
    private readonly CommandLine _dyad = new();

    public void Dispose() => _dyad.Dispose();

    [Fact]
    public async Task Every_command_shows_an_example_that_is_a_command_line()
    {
        string[] commands = await CommandsAsync();
        Assert.Contains("demo", commands);
        Assert.Contains("reproduce", commands);
        foreach (string command in commands)
        {
            foreach (string flag in new[] { "--help", "-h" })
            {
                Outcome help = (await _dyad.RunAsync(command, flag)).Succeeded();
                Assert.Equal("", help.Error);
                Assert.All(ExamplesOf(help), example => Assert.StartsWith($"dyad {command}", example, StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public async Task Every_option_of_every_command_is_described()
    {
        foreach (string command in await CommandsAsync())
        {
            string help = (await _dyad.RunAsync(command, "--help")).Output;
            Assert.DoesNotContain(OptionLine().Matches(help), line => line.Groups["text"].Value.Trim().Length == 0);
        }
    }

    [Fact]
    public async Task The_first_example_is_the_main_job() =>
        Assert.Equal("dyad demo", ExamplesOf((await _dyad.RunAsync("--help")).Succeeded())[0]);

    [Fact]
    public async Task The_version_is_one_line()
    {
        Outcome version = (await _dyad.RunAsync("--version")).Succeeded();
        Assert.Matches(@"^\d+\.\d+\.\d+\S*\n$", version.Output);
        Assert.Equal("", version.Error);
    }

    private async Task<string[]> CommandsAsync()
    {
        string help = (await _dyad.RunAsync("--help")).Succeeded().Output;
        string commands = help[help.IndexOf("Commands:", StringComparison.Ordinal)..help.IndexOf("Example", StringComparison.Ordinal)];
        return [.. CommandRow().Matches(commands).Select(match => match.Groups["name"].Value)];
    }

    private static string[] ExamplesOf(Outcome help)
    {
        string[] lines = help.Output.Split('\n');
        int heading = Array.FindIndex(lines, line => line.StartsWith("Example", StringComparison.Ordinal));
        Assert.True(heading >= 0, $"'{help.Command}' shows no example");
        string[] examples = [.. lines.Skip(heading + 1).Where(line => line.Length > 0).Select(line => line.Trim())];
        Assert.NotEmpty(examples);
        return examples;
    }

    [GeneratedRegex(@"^  (?<name>[a-z][a-z-]*)\b", RegexOptions.Multiline)]
    private static partial Regex CommandRow();

    [GeneratedRegex(@"^  -[^ ]+(, --[a-z-]+)?( <[^>]+>)?(?<text>.*)$", RegexOptions.Multiline)]
    private static partial Regex OptionLine();
}
