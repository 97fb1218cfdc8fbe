using System.Text.Json.Nodes;
using Dyad.Studies.Results;

namespace Dyad.Report;

/// <summary>A grid with what its learners think of it: panels side by side, a slider over training, a choice of the learner.</summary>
internal static class GridFigure
{
    public static void Write(HtmlBuilder html, GridChart chart, string id, Headings headings)
    {
        html.Line($"""<figure class="grid-chart" id="{id}" aria-label="{chart.Title}">""");
        headings.Item(html, chart.Title);
        html.Line($"""
            <div class="grid-controls" hidden>
            <label>Line <select class="grid-line">
            """);
        for (int i = 0; i < chart.Lines.Count; i++)
        {
            html.Line($"""<option value="{i}">{chart.Lines[i].Label}</option>""");
        }

        html.Line($"""
            </select></label>
            <label>Step <input class="grid-step" type="range" min="0" max="{chart.Lines.Select(line => line.Frames.Count - 1).DefaultIfEmpty(0).Max()}" value="0" step="1"></label>
            <output class="grid-clock"></output>
            <label><input class="grid-visits" type="checkbox" checked> Visits</label>
            <label><input class="grid-arrows" type="checkbox" checked> Policy</label>
            </div>
            <div class="grids"></div>
            <script type="application/json">
            """);
        html.Json(Data(chart).ToJsonString());
        html.Line($"</script>");
        html.Line($"<figcaption>{new Prose(chart.Caption)}</figcaption>");
        html.Line($"</figure>");
    }

    private static JsonObject Data(GridChart chart) => new()
    {
        ["rows"] = new JsonArray([.. chart.Rows.Select(row => (JsonNode?)row)]),
        ["cells"] = new JsonArray([.. chart.Cells.Select(cell => (JsonNode?)cell)]),
        ["lines"] = new JsonArray([.. chart.Lines.Select(line => new JsonObject
        {
            ["label"] = line.Label,
            ["frames"] = new JsonArray([.. line.Frames.Select(frame => new JsonObject
            {
                ["step"] = frame.Step,
                ["policy"] = PackedNumbers.Pack(frame.Policy),
                ["visits"] = PackedNumbers.Pack(frame.Visits),
                ["values"] = new JsonArray([.. frame.Values.Select(values => new JsonObject { ["name"] = values.Name, ["values"] = PackedNumbers.Pack(values.Values) })]),
            })]),
        })]),
    };
}
