using System.Diagnostics;

namespace Dyad.Tests.EndToEnd;

/// <summary>
/// A real Slurm of two nodes on this host, started and stopped by <c>scripts/slurm-cluster.sh</c>; where it may not run, tests that ask
/// for it are skipped with its word.
/// </summary>
public sealed class SlurmCluster : IAsyncLifetime
{
    private const int Skipped = 77;

    private static readonly string Script = Repository.PathOf("scripts", "slurm-cluster.sh");

    private string? _why;

    /// <summary>Calls of the built command line, with the cluster on their PATH.</summary>
    public CommandLine Dyad { get; } = new();

    private string Folder => Dyad.PathOf("cluster");

    public async ValueTask InitializeAsync()
    {
        // So few that 2,000 runs are too many.
        Outcome started = await Dyad.RunProgramAsync("bash", Script, "start", Folder, "MaxArraySize=600", "MaxJobCount=1500");
        _why = started.ExitCode == 0 ? null : started.Error.Trim();
        Assert.True(started.ExitCode is 0 or Skipped, started.Error);
        Dyad.Variables["SLURM_CONF"] = Path.Combine(Folder, "slurm.conf");
    }

    public async ValueTask DisposeAsync()
    {
        if (_why is null)
        {
            await Dyad.RunProgramAsync("bash", Script, "stop", Folder);
        }

        Dyad.Dispose();
    }

    /// <summary>Skips the test where there is no cluster.</summary>
    public void Require() => Assert.SkipWhen(_why is not null, _why ?? "");

    /// <summary>A command of Slurm.</summary>
    public async Task<string> CallAsync(string program, params string[] arguments) => (await Dyad.RunProgramAsync(program, arguments)).Succeeded().Output;

    /// <summary>Ends a node's daemon and all that runs there, or starts it again.</summary>
    public async Task NodeAsync(string name, string action) => (await Dyad.RunProgramAsync("bash", Script, "node", Folder, name, action)).Succeeded();

    /// <summary>Tasks of the queue: number, state and node.</summary>
    public async Task<IReadOnlyList<(string Task, string State, string Node)>> QueueAsync() =>
        [.. (await CallAsync("squeue", "--noheader", "--array", "--format=%i|%T|%N")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('|')).Select(fields => (fields[0], fields[1], fields[2]))];

    /// <summary>Waits until something holds.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds, string what, int minutes = 3)
    {
        var clock = Stopwatch.StartNew();
        while (!await holds())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromMinutes(minutes), $"not within {minutes} minutes: {what}");
            await Task.Delay(100);
        }
    }
}
