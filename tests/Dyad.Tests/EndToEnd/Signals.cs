using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Dyad.Tests.EndToEnd;

/// <summary>Signals to a process that a test started.</summary>
internal static partial class Signals
{
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;

    /// <summary>Waits until a condition holds, then sends a signal; false where the process ended first.</summary>
    public static async Task<bool> SendWhenAsync(Process process, int signal, Func<bool> condition)
    {
        while (!process.HasExited)
        {
            if (condition())
            {
                return Send(process.Id, signal) == 0;
            }

            await Task.Delay(5);
        }

        return false;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int process, int signal);
}
