using System.Globalization;
using System.Text.RegularExpressions;
using Dyad.Studies.Results;

namespace Dyad.Report;

/// <summary>Charts alone, as the report's script draws them on paper: the page that figures are taken from.</summary>
public static partial class FigurePage
{
    // Two thirds of the width, within what a legend and an axis need.
    private const double Aspect = 0.62;

    /// <summary>The page; a browser has drawn it once its element <c>html</c> has the attribute <c>data-ready</c>.</summary>
    /// <param name="charts">The charts.</param>
    /// <param name="width">Width of each, in CSS pixels: 96 an inch.</param>
    public static string Render(IReadOnlyList<Chart> charts, int width)
    {
        ArgumentNullException.ThrowIfNull(charts);
        var html = new HtmlBuilder();
        html.Line($$"""
            <!doctype html><html lang="en" data-figures><head><meta charset="utf-8"><meta name="color-scheme" content="light"><title>Figures</title>
            </head><body>
            """);
        for (int i = 0; i < charts.Count; i++)
        {
            var spec = charts[i] switch
            {
                LineChart lines => VegaLiteSpec.Build(lines),
                FieldChart field => FieldSpec.Build(field),
                _ => throw new NotSupportedException($"a {charts[i].GetType().Name} cannot be drawn"),
            };
            if (charts[i] is LineChart)
            {
                spec["height"] = (int)Math.Max(140, Aspect * width - 60);
            }

            html.Line($"""<figure class="chart" id="figure-{i}" style="margin:0;width:{width}px"><div class="plot" style="width:{width}px"></div><script type="application/json">""");
            html.Json(spec.ToJsonString());
            html.Line($"</script></figure>");
        }

        html.Line($"<script>");
        html.Asset(PageAssets.Script);
        html.Line($"</script></body></html>");
        return html.ToString();
    }

    /// <summary>The drawings of a page that a browser has drawn, in the order of its charts.</summary>
    /// <param name="drawn">The page's document after drawing.</param>
    /// <returns>SVG documents; null where the page was not drawn to its end.</returns>
    public static IReadOnlyList<string>? Drawings(string drawn)
    {
        ArgumentNullException.ThrowIfNull(drawn);
        return Ready().IsMatch(drawn) && !drawn.Contains("data-error=", StringComparison.Ordinal)
            // HTML writes a space that is not broken by a name that XML does not know.
            ? [.. Marks().Matches(drawn).Select(match => match.Value.Replace("&nbsp;", "&#160;", StringComparison.Ordinal) + "\n")]
            : null;
    }

    /// <summary>A page that is one drawing, for print.</summary>
    public static string Print(string svg)
    {
        ArgumentNullException.ThrowIfNull(svg);
        Match size = Size().Match(svg);
        string width = size.Groups["width"].Value, height = (double.Parse(size.Groups["height"].Value, CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture);
        return "<!doctype html><html><head><meta charset=\"utf-8\"><style>@page { size: " + width + "px " + height + "px; margin: 0 } "
            + "body { margin: 0 } svg { display: block }</style></head><body>" + svg + "</body></html>";
    }

    [GeneratedRegex("<html[^>]*data-ready=\"true\"")]
    private static partial Regex Ready();

    [GeneratedRegex("<svg[^>]*class=\"marks\".*?</svg>", RegexOptions.Singleline)]
    private static partial Regex Marks();

    [GeneratedRegex("^<svg[^>]*?\\swidth=\"(?<width>[0-9.]+)\"[^>]*?\\sheight=\"(?<height>[0-9.]+)\"")]
    private static partial Regex Size();
}
