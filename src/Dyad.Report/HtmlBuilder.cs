using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace Dyad.Report;

/// <summary>
/// Text of a page. The literal parts of an interpolated string are markup, its holes are text and are escaped: there is no
/// way to forget it.
/// </summary>
internal sealed class HtmlBuilder
{
    private readonly StringBuilder _text = new();

    /// <summary>Adds a line of markup, with every hole escaped.</summary>
    public void Line([InterpolatedStringHandlerArgument("")] ref Markup markup) => _text.Append('\n');

    /// <summary>Adds a script or a style sheet of this assembly, as it is.</summary>
    public void Asset(string text) => _text.Append(text);

    /// <summary>Adds JSON from the default encoder, which leaves no character that could end a script element.</summary>
    public void Json(string json) => _text.Append(json);

    public override string ToString() => _text.ToString();

    /// <summary>Tells markup from text in an interpolated string.</summary>
    [InterpolatedStringHandler]
#pragma warning disable CS9113 // the compiler passes both lengths
    public readonly ref struct Markup(int literalLength, int formattedCount, HtmlBuilder html)
#pragma warning restore CS9113
    {
        public void AppendLiteral(string markup) => html._text.Append(markup);

        public void AppendFormatted(string? text) => html._text.Append(WebUtility.HtmlEncode(text));

        public void AppendFormatted(Prose prose)
        {
            foreach ((string text, bool isWhole) in prose.Pieces())
            {
                if (isWhole)
                {
                    html._text.Append("<span class=\"whole\">");
                }

                AppendFormatted(text);
                if (isWhole)
                {
                    html._text.Append("</span>");
                }
            }
        }

        /// <summary>A command, whose words are broken only where one is longer than the line.</summary>
        public void AppendFormatted(Words words)
        {
            string[] all = (words.Text ?? "").Split(' ');
            for (int i = 0; i < all.Length; i++)
            {
                html._text.Append(i == 0 ? "<span class=\"word\">" : " <span class=\"word\">");
                AppendFormatted(all[i]);
                html._text.Append("</span>");
            }
        }

        public void AppendFormatted(int number) => html._text.Append(number.ToString(CultureInfo.InvariantCulture));
    }
}
