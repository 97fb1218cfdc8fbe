using System.Text.Json.Nodes;
using Dyad.Studies.Results;

namespace Dyad.Report;

/// <summary>A chart with its caption, and its last points as a table.</summary>
/// <param name="html">The page.</param>
/// <param name="names">Names and colours of the study's lines.</param>
/// <param name="headings">Levels of the headings.</param>
internal sealed class ChartFigure(HtmlBuilder html, LineNames names, Headings headings)
{
    // The figure that a study is about is the tallest one.
    private const int LeadHeight = 380;

    /// <summary>Adds a chart.</summary>
    /// <param name="chart">The chart.</param>
    /// <param name="id">Its anchor.</param>
    /// <param name="isLead">Whether it is the study's first.</param>
    public void Write(Chart chart, string id, bool isLead)
    {
        switch (chart)
        {
            case LineChart lines:
                JsonObject spec = VegaLiteSpec.Build(lines, names.Order);
                if (isLead)
                {
                    spec["height"] = LeadHeight;
                }

                Write(chart, id, isLead, spec, Caption(lines), Heard(lines), () => WriteLastPoints(lines));
                break;
            case FieldChart field:
                Write(chart, id, isLead, FieldSpec.Build(field, names.Order), field.Caption, $"Vector field of {field.XTitle} and {field.YTitle}", () => WriteLastPoints(field));
                break;
            case GridChart grid:
                GridFigure.Write(html, grid, id, headings);
                break;
            default:
                throw new NotSupportedException($"a {chart.GetType().Name} cannot be drawn");
        }
    }

    private void Write(Chart chart, string id, bool isLead, JsonObject spec, string caption, string heard, Action writeNumbers)
    {
        html.Line($"""<figure class="chart {(isLead ? "lead-chart" : "")}" id="{id}" aria-label="{chart.Title}">""");
        headings.Item(html, chart.Title);
        html.Line($"""<div class="plot" role="img" aria-label="{heard}"></div>""");
        html.Line($"""<script type="application/json">""");
        html.Json(spec.ToJsonString());
        html.Line($"</script>");
        html.Line($"<figcaption>{new Prose(caption)}</figcaption>");
        html.Line($"""<details class="numbers"><summary>Numbers at the end of each line</summary>""");
        writeNumbers();
        html.Line($"</details>");
        html.Line($"</figure>");
    }

    private static string Caption(LineChart chart)
    {
        string cut = new ChartAxes(chart).CutsBands ? " Bands reach beyond the axis." : "";
        int missing = VegaLiteSpec.CountUndrawable(chart);
        if (missing == 0)
        {
            return chart.Caption + cut;
        }

        string reason = new ChartAxes(chart).IsLogY ? "not finite or, on this logarithmic axis, not positive" : "not finite";
        string values = missing == 1 ? "value that is" : "values that are";
        return $"{chart.Caption}{cut} Left out: {Numbers.Fixed(missing, 0)} {values} {reason}.";
    }

    // What a picture shows at a glance, for those who hear the page.
    private static string Heard(LineChart chart)
    {
        IEnumerable<string> ends = chart.Series.Where(series => series.X.Length > 0)
            .Select(series => $"{series.Label} from {Numbers.Short(series.Mean[0])} to {Numbers.Short(series.Mean[^1])}");
        return $"Line chart of {chart.YTitle} over {chart.XTitle}: {string.Join("; ", ends)}";
    }

    private void WriteLastPoints(LineChart chart)
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

    private void WriteLastPoints(FieldChart chart)
    {
        string[] columns = ["Trajectory", chart.XTitle, chart.YTitle];
        var rows = chart.Trajectories.Where(curve => curve.X.Length > 0).Select(curve =>
            (string[])[curve.Label, Numbers.Short(curve.X[^1]), Numbers.Short(curve.Y[^1])]);
        TableMarkup.Write(html, $"End of each trajectory: {chart.Title}", columns, [.. rows]);
    }
}
