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
    // On a thread of its own: the pool's may be busy with other tests for as long as the process lives.
    public static Task<bool> SendWhenAsync(Process process, int signal, Func<bool> condition) => Task.Factory.StartNew(
        () =>
        {
            while (!process.HasExited)
            {
                if (condition())
                {
                    return Send(process.Id, signal) == 0;
                }

                Thread.Sleep(5);
            }

            return false;
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int process, int signal);
}
