using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Dyad.Core;

/// <summary>Which process it is, told from every other one on any machine.</summary>
/// <param name="Host">Name of its machine.</param>
/// <param name="Place">What its number holds in: the machine's boot, and the container; empty where the system does not tell.</param>
/// <param name="Id">Its number.</param>
/// <param name="Started">When it started, in the system's own terms, since numbers come again.</param>
public sealed record ProcessIdentity(string Host, string Place, int Id, string Started)
{
    /// <summary>This process.</summary>
    public static ProcessIdentity Current { get; } =
        new(Environment.MachineName, PlaceOf(), Environment.ProcessId, StartOf(Environment.ProcessId) ?? "");

    /// <summary>Whether somebody can tell from where it is if this process still runs.</summary>
    public bool IsBeside(ProcessIdentity other) => Host == other.Host && Place == other.Place;

    /// <summary>Whether it runs, as only a process beside it can tell.</summary>
    public bool Runs() => StartOf(Id) is { } start && (start.Length == 0 || start == Started);

    /// <inheritdoc/>
    public override string ToString() => $"process {Id} on '{Host}'";

    private static string PlaceOf()
    {
        try
        {
            return OperatingSystem.IsLinux()
                ? $"{File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim()} {File.ResolveLinkTarget("/proc/self/ns/pid", returnFinalTarget: false)?.Name}"
                : "";
        }
        catch (Exception e) when (IoSentence.Tells(e))
        {
            return "";
        }
    }

    // When a process started; empty where it runs and the system does not tell, null where it does not run.
    private static string? StartOf(int id)
    {
        if (OperatingSystem.IsLinux() && StatOf(id) is { } stat)
        {
            // Behind the name in brackets: the state first, the start in clock ticks since the boot as the twentieth.
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : fields[19];
        }

        try
        {
            using var process = Process.GetProcessById(id);
            return OperatingSystem.IsLinux() ? "" : process.StartTime.ToUniversalTime().ToString("s", CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return null;
        }
        catch (ExternalException)
        {
            return "";
        }
    }

    // A system may hide the processes of others.
    private static string? StatOf(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id.ToString(CultureInfo.InvariantCulture)}/stat");
        }
        catch (Exception e) when (IoSentence.Tells(e))
        {
            return null;
        }
    }
}
