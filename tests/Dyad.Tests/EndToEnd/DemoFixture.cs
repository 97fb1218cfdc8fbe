using System.Diagnostics;

namespace Dyad.Tests.EndToEnd;

/// <summary>One demo, computed once for the tests that look at it.</summary>
public sealed class DemoFixture : IAsyncLifetime
{
    public CommandLine Dyad { get; } = new();

    public Outcome First { get; private set; } = null!;

    /// <summary>How long the first call took.</summary>
    public TimeSpan Duration { get; private set; }

    public string Folder => Dyad.PathOf("my demo");

    public async ValueTask InitializeAsync()
    {
        var clock = Stopwatch.StartNew();
        First = await Dyad.RunAsync("demo", "--out", "my demo");
        Duration = clock.Elapsed;
    }

    public ValueTask DisposeAsync()
    {
        Dyad.Dispose();
        return ValueTask.CompletedTask;
    }
}
