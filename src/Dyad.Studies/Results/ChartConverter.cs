using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Dyad.Studies.Results;

/// <summary>
/// Charts in a <c>summary.json</c> carry their kind, <c>lines</c> or <c>field</c>. Of those from before, a field is what has
/// streamlines.
/// </summary>
internal sealed class ChartConverter : JsonConverter<Chart>
{
    /// <summary>The kinds.</summary>
    public const string Lines = "lines", Field = "field";

    private const string Kind = "kind";

    private static readonly string Mark = JsonNamingPolicy.SnakeCaseLower.ConvertName(nameof(FieldChart.Streamlines));

    public override Chart? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        JsonElement chart = document.RootElement;
        bool isField = chart.ValueKind == JsonValueKind.Object && (chart.TryGetProperty(Kind, out JsonElement kind)
            ? kind.ValueKind == JsonValueKind.String && kind.GetString() switch
            {
                Field => true,
                Lines => false,
                string other => throw new JsonException($"a chart of the kind '{other}' is not known"),
                null => false,
            }
            : chart.TryGetProperty(Mark, out _));
        return isField
            ? chart.Deserialize<FieldChart>(options)
            : chart.Deserialize<LineChart>(options);
    }

    public override void Write(Utf8JsonWriter writer, Chart value, JsonSerializerOptions options)
    {
        JsonObject chart = JsonSerializer.SerializeToNode(value, value.GetType(), options)!.AsObject();
        chart.Insert(0, Kind, value is FieldChart ? Field : Lines);
        chart.WriteTo(writer, options);
    }
}
