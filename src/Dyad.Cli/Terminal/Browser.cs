using System.ComponentModel;
using System.Diagnostics;

namespace Dyad.Cli.Terminal;

/// <summary>The user's browser.</summary>
internal static class Browser
{
    /// <summary>Opens a file; where there is no browser to open it with, says so and leaves it at that.</summary>
    public static void Open(string path)
    {
        try
        {
            Process.Start(new ProcessStartInfo(path) { UseShellExecute = true })?.Dispose();
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException)
        {
            Console.Error.WriteLine($"dyad: no browser could be started ({e.Message}); open the report by hand.");
        }
    }
}
