using System.ComponentModel;
using System.Diagnostics;
using Dyad.Core;

namespace Dyad.Cli.Terminal;

/// <summary>The user's browser.</summary>
internal static class Browser
{
    // What opens a page on a Linux desktop, or from within a Linux on Windows.
    private static readonly string[] Openers = ["xdg-open", "wslview"];

    private static readonly string[] Displays = ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"];

    /// <summary>Opens a file; where there is no browser to open it with, says so in one line and leaves it at that.</summary>
    public static void Open(string path)
    {
        if (!TryOpen(path))
        {
            Console.Error.WriteLine($"dyad: no browser was found here for '{OneLine.Of(path)}'.");
        }
    }

    /// <summary>Opens a file or an address where there is a browser to open it with.</summary>
    public static bool TryOpen(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return Started(new ProcessStartInfo(path) { UseShellExecute = true });
        }

        if (OperatingSystem.IsMacOS())
        {
            return Started(new ProcessStartInfo("open", [path]));
        }

        // Without a display an opener would complain, or take the terminal.
        bool hasDisplay = Displays.Any(name => Environment.GetEnvironmentVariable(name) is { Length: > 0 });
        string? opener = hasDisplay ? Openers.FirstOrDefault(name => ProgramPath.Find(name) is not null) : null;

        // Through a shell, which sends to nowhere what the opener and the browser say.
        return opener is not null && Started(new ProcessStartInfo(
            "/bin/sh", ["-c", "exec \"$@\" >/dev/null 2>&1 </dev/null", "sh", opener, path]));
    }

    private static bool Started(ProcessStartInfo start)
    {
        try
        {
            Process.Start(start)?.Dispose();
            return true;
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException)
        {
            return false;
        }
    }
}
