using System.Text.Json.Nodes;
using Dyad.Studies.Results;

namespace Dyad.Report;

/// <summary>A chart with its caption, and its last points as a table.</summary>
internal static class ChartFigure
{
    public static void Write(HtmlBuilder html, Chart chart, string id)
    {
        switch (chart)
        {
            case LineChart lines:
                Write(html, chart, id, VegaLiteSpec.Build(lines), Caption(lines), () => WriteLastPoints(html, lines));
                break;
            case FieldChart field:
                Write(html, chart, id, FieldSpec.Build(field), field.Caption, () => WriteLastPoints(html, field));
                break;
            default:
                throw new NotSupportedException($"a {chart.GetType().Name} cannot be drawn");
        }
    }

    private static void Write(HtmlBuilder html, Chart chart, string id, JsonObject spec, string caption, Action writeNumbers)
    {
        html.Line($"""<figure class="chart" id="{id}" aria-label="{chart.Title}">""");
        html.Line($"<h3>{chart.Title}</h3>");
        html.Line($"""<div class="plot"></div>""");
        html.Line($"""<script type="application/json">""");
        html.Json(spec.ToJsonString());
        html.Line($"</script>");
        html.Line($"<figcaption>{caption}</figcaption>");
        html.Line($"""<details class="numbers"><summary>Numbers at the end of each line</summary>""");
        writeNumbers();
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

    private static void WriteLastPoints(HtmlBuilder html, FieldChart chart)
    {
        string[] columns = ["Trajectory", chart.XTitle, chart.YTitle];
        var rows = chart.Trajectories.Where(curve => curve.X.Length > 0).Select(curve =>
            (string[])[curve.Label, Numbers.Short(curve.X[^1]), Numbers.Short(curve.Y[^1])]);
        TableMarkup.Write(html, $"End of each trajectory: {chart.Title}", columns, [.. rows]);
    }
}
