using System.Diagnostics;
using Dyad.Core;

namespace Dyad.Export;

/// <summary>A Chromium or Chrome of this machine without a window: it draws a page, and prints what came of it.</summary>
public sealed class HeadlessBrowser
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

    // Where installers put Chrome and no PATH leads.
    private static readonly string[] Usual =
    [
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "Google", "Chrome", "Application", "chrome.exe"),
    ];

    private readonly string _path;

    private HeadlessBrowser(string path) => _path = path;

    /// <summary>The first one on the PATH, or Chrome where macOS and Windows have it; null where there is none.</summary>
    public static HeadlessBrowser? Find() => (ProgramPath.Find(Names) ?? Usual.FirstOrDefault(File.Exists)) is { } path ? new HeadlessBrowser(path) : null;

    /// <summary>Runs it to its end.</summary>
    /// <param name="work">A folder for its profile.</param>
    /// <param name="patience">How long it may take.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="arguments">What it shall do, and the page's address.</param>
    /// <returns>What it printed.</returns>
    /// <exception cref="UserError">It fails, or takes too long.</exception>
    public string Run(string work, TimeSpan patience, CancellationToken cancellation, params string[] arguments)
    {
        var start = new ProcessStartInfo(_path,
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--force-color-profile=srgb",
            $"--user-data-dir={Path.Combine(work, "browser")}", .. arguments,
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start) ?? throw new UserError($"the browser '{_path}' does not start");
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellation), error = process.StandardError.ReadToEndAsync(cancellation);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(patience);
        try
        {
            process.WaitForExitAsync(limit.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellation.ThrowIfCancellationRequested();
            throw new UserError($"the browser '{_path}' did not end within {patience.TotalMinutes:0} minutes");
        }

        return process.ExitCode == 0
            ? output.GetAwaiter().GetResult()
            : throw new UserError($"the browser '{_path}' ended with code {process.ExitCode}: {LastLine(error.GetAwaiter().GetResult())}");
    }

    /// <inheritdoc/>
    public override string ToString() => $"the browser '{_path}'";

    /// <summary>The last line that a program wrote, as the end of a sentence.</summary>
    public static string LastLine(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "it says nothing";
}
