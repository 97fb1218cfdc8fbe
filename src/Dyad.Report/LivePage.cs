namespace Dyad.Report;

/// <summary>The page of the live view: empty, and filled by its script with what the server tells.</summary>
public static class LivePage
{
    /// <summary>The HTML of the page.</summary>
    /// <param name="folder">The folder that is watched, for its heading.</param>
    public static string Render(string folder)
    {
        var html = new HtmlBuilder();
        PageFrame.Begin(html, $"{Path.GetFileName(folder.TrimEnd(Path.DirectorySeparatorChar))} \u00b7 Dyad", PageAssets.LiveStyle, PageFrame.LivePolicy);
        html.Line($"""
            <header>
            <h1>Runs under <span class="folder" title="{folder}">{Path.GetFileName(folder.TrimEnd(Path.DirectorySeparatorChar))}</span></h1>
            <p class="lead" id="state" role="status">Connecting&#8230;</p>
            <noscript><p class="script-needed">This view is drawn by JavaScript, which is switched off here; 'dyad status' tells the same in a
            terminal.</p></noscript>
            </header>
            <main id="groups"></main>
            """);
        PageFrame.End(html, PageAssets.LiveScript);
        return html.ToString();
    }
}
