using System.Runtime.InteropServices;

namespace Dyad.Core;

/// <summary>Processor time of the calling thread.</summary>
internal static partial class ThreadTime
{
    // clock_gettime's CLOCK_THREAD_CPUTIME_ID.
    private const int LinuxClock = 3;
    private const int MacClock = 16;

    /// <summary>Seconds that the calling thread has had of a processor; NaN where the system does not tell.</summary>
    public static double Seconds =>
        (OperatingSystem.IsLinux() && ClockTime(LinuxClock, out Timespec time) == 0) || (OperatingSystem.IsMacOS() && ClockTime(MacClock, out time) == 0)
            ? time.Seconds + (1e-9 * time.Nanoseconds)
            : double.NaN;

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockTime(int clock, out Timespec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
