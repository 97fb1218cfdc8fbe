using System.Diagnostics;
using Dyad.Core;
using Dyad.Report;
using Dyad.Studies.Results;

namespace Dyad.Export;

/// <summary>
/// Charts as SVG and PDF, drawn by the report's own script in a headless Chromium, so that a figure is what the page shows. In a PDF the
/// fonts are embedded; in an SVG text stays text, in the fonts of whoever opens it.
/// </summary>
public static class Figures
{
    private static readonly string[] Browsers = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>Writes each chart as NAME.svg, NAME.pdf or both.</summary>
    /// <param name="charts">Charts by name.</param>
    /// <param name="width">Width of a figure in CSS pixels, 96 an inch.</param>
    /// <param name="svg">Where SVGs go; null for nowhere.</param>
    /// <param name="pdf">Where PDFs go; null for nowhere.</param>
    /// <param name="cancellation">Ends the browser.</param>
    /// <returns>The files.</returns>
    /// <exception cref="UserError">There is no browser, it does not draw, or a file is there or cannot be written.</exception>
    public static IReadOnlyList<string> Write(
        IReadOnlyList<(string Name, Chart Chart)> charts, int width, TargetFolder? svg, TargetFolder? pdf, CancellationToken cancellation = default)
    {
        string browser = FindBrowser();

        // What is there already is told before the browser starts.
        foreach ((string name, _) in charts)
        {
            svg?.PathOf(name + ".svg");
            pdf?.PathOf(name + ".pdf");
        }

        string work = Directory.CreateTempSubdirectory("dyad-figures-").FullName;
        try
        {
            string page = Path.Combine(work, "figures.html");
            File.WriteAllText(page, FigurePage.Render([.. charts.Select(chart => chart.Chart)], width));
            string drawn = Run(browser, work, cancellation, "--virtual-time-budget=60000", $"--window-size={width + 40},900", "--dump-dom", new Uri(page).AbsoluteUri);
            if (FigurePage.Drawings(drawn) is not { } drawings || drawings.Count != charts.Count)
            {
                throw new UserError($"the browser '{browser}' did not draw the figures: its page ended without them");
            }

            var files = new List<string>();
            for (int i = 0; i < charts.Count; i++)
            {
                string drawing = drawings[i], printed = Path.Combine(work, "figure.html");
                if (svg is not null)
                {
                    files.Add(svg.Write(charts[i].Name + ".svg", path => File.WriteAllText(path, drawing)));
                }

                if (pdf is not null)
                {
                    File.WriteAllText(printed, FigurePage.Print(drawing));
                    files.Add(pdf.Write(charts[i].Name + ".pdf", path => Run(
                        browser, work, cancellation, "--no-pdf-header-footer", $"--print-to-pdf={path}", new Uri(printed).AbsoluteUri)));
                }
            }

            return files;
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    /// <summary>The first browser on the PATH.</summary>
    /// <exception cref="UserError">There is none.</exception>
    private static string FindBrowser()
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return Browsers.SelectMany(name => folders.Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? name + ".exe" : name))).FirstOrDefault(File.Exists)
            ?? throw new UserError("figures are drawn by a browser, and no Chromium or Chrome is on the PATH (on Debian: apt-get install chromium); "
                + "the report page offers each chart as SVG and PNG in its menu");
    }

    private static string Run(string browser, string work, CancellationToken cancellation, params string[] arguments)
    {
        var start = new ProcessStartInfo(browser,
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--force-color-profile=srgb",
            $"--user-data-dir={Path.Combine(work, "browser")}", .. arguments,
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start) ?? throw new UserError($"the browser '{browser}' does not start");
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellation), error = process.StandardError.ReadToEndAsync(cancellation);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            process.WaitForExitAsync(patience.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellation.ThrowIfCancellationRequested();
            throw new UserError($"the browser '{browser}' did not end within {Patience.TotalMinutes:0} minutes");
        }

        return process.ExitCode == 0
            ? output.GetAwaiter().GetResult()
            : throw new UserError($"the browser '{browser}' ended with code {process.ExitCode}: {LastLine(error.GetAwaiter().GetResult())}");
    }

    private static string LastLine(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "it says nothing";
}
