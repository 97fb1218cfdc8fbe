using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Dyad.Environments.MuJoCo;

/// <summary>
/// What happens when MuJoCo complains. Its own handlers wait for a key, and write a log file into the current folder.
/// A warning is counted here; the simulation that caused it finds it in its own state. After an error MuJoCo must not
/// go on: the process ends at once with one sentence on standard error and <see cref="ExitCode"/>.
/// </summary>
internal static unsafe partial class MujocoErrors
{
    /// <summary>The exit code of a process that MuJoCo's error ended: EX_SOFTWARE of sysexits.h.</summary>
    public const int ExitCode = 70;

    private const int StandardError = 2;
    private static long _warnings;

    /// <summary>Warnings of MuJoCo in this process so far.</summary>
    public static long Warnings => Interlocked.Read(ref _warnings);

    /// <summary>Sets both handlers of a loaded library.</summary>
    internal static void Install(nint library)
    {
        *(nint*)NativeLibrary.GetExport(library, "mju_user_error") = (nint)(delegate* unmanaged[Cdecl]<byte*, void>)&OnError;
        *(nint*)NativeLibrary.GetExport(library, "mju_user_warning") = (nint)(delegate* unmanaged[Cdecl]<byte*, void>)&OnWarning;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnWarning(byte* message) => Interlocked.Increment(ref _warnings);

    // No exception may leave this method, and it must not return: MuJoCo's state is broken.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnError(byte* message)
    {
        string text = Marshal.PtrToStringUTF8((nint)message) ?? "an error without a message";
        string sentence = $"dyad: MuJoCo cannot go on: {text.ReplaceLineEndings(" ").Trim()}\n";
        if (OperatingSystem.IsWindows())
        {
            Environment.FailFast(sentence);
        }

        // Past .NET's own shutdown, which could wait for other threads.
        byte[] bytes = Encoding.UTF8.GetBytes(sentence);
        fixed (byte* start = bytes)
        {
            _ = Write(StandardError, start, bytes.Length);
        }

        ExitNow(ExitCode);
    }

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(int file, byte* bytes, nint count);

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void ExitNow(int code);
}
