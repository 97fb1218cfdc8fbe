using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dyad.Studies.Results;

/// <summary>Tells the kinds of charts in a <c>summary.json</c> apart by what they hold: a field has streamlines.</summary>
internal sealed class ChartConverter : JsonConverter<Chart>
{
    private static readonly string Mark = JsonNamingPolicy.SnakeCaseLower.ConvertName(nameof(FieldChart.Streamlines));

    public override Chart? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        JsonElement chart = document.RootElement;
        return chart.ValueKind == JsonValueKind.Object && chart.TryGetProperty(Mark, out _)
            ? chart.Deserialize<FieldChart>(options)
            : chart.Deserialize<LineChart>(options);
    }

    public override void Write(Utf8JsonWriter writer, Chart value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value, value.GetType(), options);
}
