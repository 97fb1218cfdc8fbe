namespace Dyad.Report;

/// <summary>Scripts and styles of the pages, bundled when this assembly is built.</summary>
internal static class PageAssets
{
    public static string Script { get; } = Read("report.js");

    public static string Style { get; } = Read("report.css");

    public static string EpisodeScript => Read("episode.js");

    public static string EpisodeStyle => Read("episode.css");

    public static string LiveScript => Read("live.js");

    public static string LiveStyle => Read("live.css");

    private static string Read(string name)
    {
        using var stream = typeof(PageAssets).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
