namespace Dyad.Report;

/// <summary>Script and style of the page, bundled when this assembly is built.</summary>
internal static class PageAssets
{
    public static string Script { get; } = Read("report.js");

    public static string Style { get; } = Read("report.css");

    private static string Read(string name)
    {
        using var stream = typeof(PageAssets).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
