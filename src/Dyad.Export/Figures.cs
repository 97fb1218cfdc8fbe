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
        HeadlessBrowser browser = HeadlessBrowser.Find()
            ?? throw new UserError("figures are drawn by a browser, and no Chromium or Chrome is on the PATH (on Debian: apt-get install chromium); "
                + "the report page offers each chart as SVG and PNG in its menu");

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
            string drawn = browser.Run(work, Patience, cancellation, "--virtual-time-budget=60000", $"--window-size={width + 40},900", "--dump-dom", new Uri(page).AbsoluteUri);
            if (FigurePage.Drawings(drawn) is not { } drawings || drawings.Count != charts.Count)
            {
                throw new UserError($"{browser} did not draw the figures: its page ended without them");
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
                    files.Add(pdf.Write(charts[i].Name + ".pdf", path => browser.Run(
                        work, Patience, cancellation, "--no-pdf-header-footer", $"--print-to-pdf={path}", new Uri(printed).AbsoluteUri)));
                }
            }

            return files;
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }
}
