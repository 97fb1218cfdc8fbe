namespace Dyad.Report;

/// <summary>Headings of a study: one level lower where the page has several.</summary>
/// <param name="isAlone">Whether the study is the page.</param>
internal sealed class Headings(bool isAlone)
{
    /// <summary>The study's own.</summary>
    public void Study(HtmlBuilder html, string text)
    {
        if (isAlone) html.Line($"<h1>{new Prose(text)}</h1>");
        else html.Line($"<h2>{new Prose(text)}</h2>");
    }

    /// <summary>A part of the study.</summary>
    public void Part(HtmlBuilder html, string text)
    {
        if (isAlone) html.Line($"""<h2 class="part">{new Prose(text)}</h2>""");
        else html.Line($"""<h3 class="part">{new Prose(text)}</h3>""");
    }

    /// <summary>A chart or a table.</summary>
    public void Item(HtmlBuilder html, string text)
    {
        if (isAlone) html.Line($"""<h3 class="item">{new Prose(text)}</h3>""");
        else html.Line($"""<h4 class="item">{new Prose(text)}</h4>""");
    }
}
