using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Dyad.Soak;

/// <summary>What the process holds at a moment.</summary>
/// <param name="Seconds">When.</param>
/// <param name="HeapMiB">Managed memory after a full collection.</param>
/// <param name="WorkingSetMiB">Memory that the system counts.</param>
/// <param name="Handles">Open files and sockets; handles on Windows.</param>
/// <param name="Threads">Threads.</param>
internal sealed record Look(double Seconds, double HeapMiB, double WorkingSetMiB, int Handles, int Threads)
{
    private const double MiB = 1 << 20;

    public static Look Now(double seconds)
    {
        double heap = GC.GetTotalMemory(forceFullCollection: true) / MiB;
        using var process = Process.GetCurrentProcess();
        const string files = "/proc/self/fd";
        return new Look(seconds, heap, process.WorkingSet64 / MiB, Directory.Exists(files) ? Directory.GetFileSystemEntries(files).Length : process.HandleCount, process.Threads.Count);
    }

    public JsonObject ToJson() => new()
    {
        ["s"] = Math.Round(Seconds, 1),
        ["heap_mib"] = Math.Round(HeapMiB, 2),
        ["working_set_mib"] = Math.Round(WorkingSetMiB, 1),
        ["handles"] = Handles,
        ["threads"] = Threads,
    };
}
