namespace Dyad.Report;

/// <summary>Headings of a study: one level lower where the page has several.</summary>
/// <param name="isAlone">Whether the study is the page.</param>
internal sealed class Headings(bool isAlone)
{
    private readonly int _level = isAlone ? 1 : 2;

    /// <summary>The study's own.</summary>
    public void Study(HtmlBuilder html, string text) => html.Line($"<h{_level}>{new Prose(text)}</h{_level}>");

    /// <summary>A part of the study.</summary>
    public void Part(HtmlBuilder html, string text) => html.Line($"""<h{_level + 1} class="part">{new Prose(text)}</h{_level + 1}>""");

    /// <summary>A chart or a table.</summary>
    public void Item(HtmlBuilder html, string text) => html.Line($"""<h{_level + 2} class="item">{new Prose(text)}</h{_level + 2}>""");
}
