namespace Dyad.Report;

/// <summary>What all pages have around their content: head, style and script, none of which fetches anything.</summary>
internal static class PageFrame
{
    /// <summary>Whatever a page tries, its browser fetches nothing. Vega compiles expressions, hence the evaluation.</summary>
    private const string Policy =
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline' 'unsafe-eval'; img-src data: blob:";

    /// <summary>A page that its server tells what has changed, and that asks nobody else.</summary>
    public const string LivePolicy = Policy + "; connect-src 'self'";

    /// <summary>Everything before the content of the body.</summary>
    public static void Begin(HtmlBuilder html, string title, string style, string policy = Policy)
    {
        html.Line($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="{policy}">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{title}</title>
            <link rel="icon" href="data:,">
            <style>
            """);
        html.Asset(style);
        html.Line($"""
            </style>
            </head>
            <body>
            """);
    }

    /// <summary>Everything after it.</summary>
    public static void End(HtmlBuilder html, string script)
    {
        html.Line($"<script>");
        html.Asset(script);
        html.Line($"""
            </script>
            </body>
            </html>
            """);
    }
}
