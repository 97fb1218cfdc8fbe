using System.Text.Json;

namespace Dyad.Tests.EndToEnd;

/// <summary>A few seconds of what <c>scripts/soak.sh</c> does for an hour: training, evaluating and acting at once, in a process of its own.</summary>
[Trait("Category", "e2e")]
public sealed class SoakTests
{
    [Fact]
    public async Task Nothing_breaks_and_little_grows_while_training_evaluating_and_acting_at_once()
    {
        using var calls = new CommandLine();
        string program = Repository.PathOf("artifacts", "bin", "Dyad.Soak", "release", "Dyad.Soak.dll");
        Outcome soak = await calls.RunProgramAsync(PackageFeed.Building, "dotnet", program, "0.2", "soak.json");

        // So short a time says nothing of slow growth: what it says of handles and threads, and that all of it was done, counts.
        Assert.True(soak.ExitCode is 0 or 1, soak.Error);
        Assert.Equal("", soak.Error);
        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(calls.PathOf("soak.json"), TestContext.Current.CancellationToken));
        JsonElement root = document.RootElement;
        foreach (string name in new[] { "trainings", "resumed", "evaluations", "actions" })
        {
            Assert.True(root.GetProperty("done").GetProperty(name).GetInt64() > 0, name);
        }

        Assert.InRange(root.GetProperty("growth").GetProperty("handles").GetDouble(), double.NegativeInfinity, 8);
        Assert.InRange(root.GetProperty("growth").GetProperty("threads").GetDouble(), double.NegativeInfinity, 8);
        Assert.InRange(root.GetProperty("growth").GetProperty("heap_mib").GetDouble(), double.NegativeInfinity, 10);
        Assert.Equal(30, root.GetProperty("looks").GetArrayLength());
    }
}
