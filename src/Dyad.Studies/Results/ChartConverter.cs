using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Dyad.Studies.Results;

/// <summary>
/// Charts in a <c>summary.json</c> carry their kind, <c>lines</c>, <c>field</c> or <c>grid</c>. Of those from before, a field is what has
/// streamlines.
/// </summary>
internal sealed class ChartConverter : JsonConverter<Chart>
{
    /// <summary>The kinds.</summary>
    public const string Lines = "lines", Field = "field", Grid = "grid";

    private const string Kind = "kind";

    private static readonly string Mark = JsonNamingPolicy.SnakeCaseLower.ConvertName(nameof(FieldChart.Streamlines));

    public override Chart? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        JsonElement chart = document.RootElement;
        string? kind = chart.ValueKind != JsonValueKind.Object ? null
            : chart.TryGetProperty(Kind, out JsonElement named) ? named.ValueKind == JsonValueKind.String ? named.GetString() : null
            : chart.TryGetProperty(Mark, out _) ? Field : null;
        return kind switch
        {
            Field => chart.Deserialize<FieldChart>(options),
            Grid => chart.Deserialize<GridChart>(options),
            Lines or null => chart.Deserialize<LineChart>(options),
            string other => throw new JsonException($"a chart of the kind '{other}' is not known"),
        };
    }

    public override void Write(Utf8JsonWriter writer, Chart value, JsonSerializerOptions options)
    {
        JsonObject chart = JsonSerializer.SerializeToNode(value, value.GetType(), options)!.AsObject();
        chart.Insert(0, Kind, value switch { FieldChart => Field, GridChart => Grid, _ => Lines });
        chart.WriteTo(writer, options);
    }
}
