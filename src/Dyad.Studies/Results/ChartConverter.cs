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
    /// <summary>The kinds: what a chart that says none is comes first.</summary>
    public static readonly IReadOnlyList<(string Name, Type Type)> Kinds = [("lines", typeof(LineChart)), ("field", typeof(FieldChart)), ("grid", typeof(GridChart))];

    private const string Kind = "kind";

    private static readonly string Mark = JsonNamingPolicy.SnakeCaseLower.ConvertName(nameof(FieldChart.Streamlines));

    public override Chart? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        JsonElement chart = document.RootElement;
        string? kind = chart.ValueKind != JsonValueKind.Object ? null
            : chart.TryGetProperty(Kind, out JsonElement named) ? named.ValueKind == JsonValueKind.String ? named.GetString() : null
            : chart.TryGetProperty(Mark, out _) ? NameOf(typeof(FieldChart)) : null;
        return (Chart?)chart.Deserialize(
            Kinds.FirstOrDefault(known => known.Name == (kind ?? Kinds[0].Name)).Type ?? throw new JsonException($"a chart of the kind '{kind}' is not known"), options);
    }

    public override void Write(Utf8JsonWriter writer, Chart value, JsonSerializerOptions options)
    {
        JsonObject chart = JsonSerializer.SerializeToNode(value, value.GetType(), options)!.AsObject();
        chart.Insert(0, Kind, NameOf(value.GetType()));
        chart.WriteTo(writer, options);
    }

    private static string NameOf(Type type) => Kinds.First(kind => kind.Type == type).Name;
}
