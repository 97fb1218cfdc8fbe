using Dyad.Studies.Results;

namespace Dyad.Report;

/// <summary>A chart with its caption, and its last points as a table.</summary>
internal static class ChartFigure
{
    public static void Write(HtmlBuilder html, LineChart chart, string id)
    {
        html.Line($"""<figure class="chart" id="{id}" aria-label="{chart.Title}">""");
        html.Line($"<h3>{chart.Title}</h3>");
        html.Line($"""<div class="plot"></div>""");
        html.Line($"""<script type="application/json">""");
        html.Json(VegaLiteSpec.Build(chart).ToJsonString());
        html.Line($"</script>");
        html.Line($"<figcaption>{Caption(chart)}</figcaption>");
        html.Line($"""<details class="numbers"><summary>Numbers at the end of each line</summary>""");
        WriteLastPoints(html, chart);
        html.Line($"</details>");
        html.Line($"</figure>");
    }

    private static string Caption(LineChart chart)
    {
        int missing = VegaLiteSpec.CountUndrawable(chart);
        if (missing == 0) return chart.Caption;
        string reason = chart.LogY ? "not finite or, on this logarithmic axis, not positive" : "not finite";
        string values = missing == 1 ? "value that is" : "values that are";
        return $"{chart.Caption} Left out: {Numbers.Fixed(missing, 0)} {values} {reason}.";
    }

    private static void WriteLastPoints(HtmlBuilder html, LineChart chart)
    {
        string[] columns = ["Line", chart.XTitle, chart.YTitle, "Band", "Seeds"];
        var rows = chart.Series.Where(series => series.X.Length > 0).Select(series =>
        {
            double mean = series.Mean[^1];
            string band = series is { Low: { } low, High: { } high }
                ? Numbers.Range(low[^1], high[^1], Numbers.DecimalsFor(mean))
                : "\u2013";
            string seeds = Numbers.Fixed(series.Seeds, 0);
            return (string[])[series.Label, Numbers.Position(series.X[^1]), Numbers.Short(mean), band, seeds];
        });
        TableMarkup.Write(html, $"End of each line: {chart.Title}", columns, [.. rows]);
    }
}
