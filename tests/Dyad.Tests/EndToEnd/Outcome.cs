using System.Text.Json;
using System.Text.RegularExpressions;

namespace Dyad.Tests.EndToEnd;

/// <summary>What a call of the command line left: its exit code and what it wrote.</summary>
public sealed partial record Outcome(string Command, int ExitCode, string Output, string Error)
{
    /// <summary>Lines of standard error, without progress.</summary>
    public IReadOnlyList<string> Sentences =>
        [.. Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !Progress().IsMatch(line))];

    /// <summary>Fails unless the call succeeded.</summary>
    public Outcome Succeeded()
    {
        Assert.True(ExitCode == 0, $"'{Command}' ended with {ExitCode}: {Error}");
        return this;
    }

    /// <summary>The one JSON document on standard output.</summary>
    public JsonElement Json()
    {
        Succeeded();
        return JsonDocument.Parse(Output).RootElement;
    }

    /// <summary>Fails unless the call was refused as bad input, in one sentence, which is returned.</summary>
    public string Refused()
    {
        Assert.True(ExitCode == 2, $"'{Command}' ended with {ExitCode}: {Error}");
        Assert.Equal("", Output);
        string sentence = Assert.Single(Sentences);
        Assert.StartsWith("dyad: ", sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", sentence, StringComparison.Ordinal);
        return sentence;
    }

    /// <summary>Fails unless some runs failed and the others are shown, with one sentence, which is returned.</summary>
    public string PartlyFailed()
    {
        Assert.True(ExitCode == 2, $"'{Command}' ended with {ExitCode}: {Error}");
        Assert.Contains("Report: ", Output, StringComparison.Ordinal);
        string sentence = Assert.Single(Sentences);
        Assert.StartsWith("dyad: ", sentence, StringComparison.Ordinal);
        Assert.Contains(" failed: ", sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", sentence, StringComparison.Ordinal);
        return sentence;
    }

    [GeneratedRegex(@"^(?!dyad:).*(: \d+ %$|, seed \d+: (step |finished before)|, failed; the others go on$)")]
    private static partial Regex Progress();
}
