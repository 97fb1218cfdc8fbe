using System.Text.Json;

namespace Dyad.Tests.EndToEnd;

[Trait("Category", "e2e")]
public sealed class SuggestClipTests : IDisposable
{
    private readonly CommandLine _dyad = new();

    public void Dispose() => _dyad.Dispose();

    [Fact]
    public async Task The_largest_td_error_is_the_clip()
    {
        string[] command = ["suggest-clip", "Pendulum-v1", "--steps", "2000", "--seed", "1", "--set", "hidden_width=16"];
        Outcome outcome = await _dyad.RunAsync([.. command, "--json"]);
        JsonElement document = outcome.Json();
        Assert.Contains("100 %", outcome.Error, StringComparison.Ordinal);
        double[] largest = [.. document.GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("td_error_max").GetDouble())];
        double clip = document.GetProperty("clip").GetDouble();
        Assert.Equal(largest.Max(), clip);
        string text = (await _dyad.RunAsync(command)).Succeeded().Output;
        Assert.Contains($"./dyad train res-sac Pendulum-v1 --preset wen2021 --set residual_clip={clip:0.00}", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CartPole-v1", "actions")]
    [InlineData("Pendulum-v9", "Pendulum-v9")]
    public async Task A_task_that_sac_cannot_learn_is_refused(string task, string words) =>
        Assert.Contains(words, (await _dyad.RunAsync("suggest-clip", task)).Refused(), StringComparison.Ordinal);
}
