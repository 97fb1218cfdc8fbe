using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Dyad.Core;

namespace Dyad.Environments.Python;

/// <summary>
/// Starts Python. All children are started on one thread that lives as long as this process, since Linux ends a child that asked to
/// die with its parent already when the thread that started it ends.
/// </summary>
internal static class PythonStarter
{
    /// <summary>The environment variable that names the Python to use.</summary>
    public const string PythonVariable = "DYAD_PYTHON";

    /// <summary>The environment variable that sets how long a call of the task may take, in seconds.</summary>
    public const string TimeoutVariable = "DYAD_PYTHON_TIMEOUT";

    // Making a task may load models and compile.
    private const int DefaultTimeout = 120;

    private static readonly BlockingCollection<(ProcessStartInfo Start, TaskCompletionSource<Process> Started)> Wanted = [];
    private static readonly Lazy<string> Bridge = new(ReadBridge);

    static PythonStarter() => new Thread(StartAll) { IsBackground = true, Name = "python" }.Start();

    /// <summary>The Python that is used.</summary>
    public static string Executable => Environment.GetEnvironmentVariable(PythonVariable) is { Length: > 0 } named ? named
        : OperatingSystem.IsWindows() ? "python" : "python3";

    /// <summary>Seconds that one call of the task may take.</summary>
    /// <exception cref="UserError">The environment variable is no number of seconds.</exception>
    public static int TimeoutSeconds => Environment.GetEnvironmentVariable(TimeoutVariable) is not { Length: > 0 } text ? DefaultTimeout
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) && seconds > 0 ? seconds
        : throw new UserError($"{TimeoutVariable} is '{text}'; it must be a whole number of seconds from 1");

    /// <summary>A child that runs the bridge.</summary>
    /// <exception cref="UserError">Python cannot be started.</exception>
    public static Process Start()
    {
        var start = new ProcessStartInfo(Executable, ["-c", Bridge.Value])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Wanted.Add((start, started));
        try
        {
            return started.Task.GetAwaiter().GetResult();
        }
        catch (Win32Exception e)
        {
            throw new UserError(
                $"Python cannot be started as '{Executable}' ({OneLine.Of(e.Message, 200)}): install Python 3 with NumPy, or let {PythonVariable} name one", e);
        }
    }

    private static void StartAll()
    {
        foreach ((ProcessStartInfo start, TaskCompletionSource<Process> started) in Wanted.GetConsumingEnumerable())
        {
            try
            {
                started.SetResult(Process.Start(start)!);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                started.SetException(e);
            }
        }
    }

    private static string ReadBridge()
    {
        using Stream stream = typeof(PythonStarter).Assembly.GetManifestResourceStream("bridge.py")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
