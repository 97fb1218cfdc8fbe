using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;

namespace Dyad.Studies.Results;

/// <summary>The JSON schema of <c>summary.json</c>, by the records that are written: it cannot say anything else than they do.</summary>
public static class SummarySchema
{
    private static readonly JsonSerializerOptions Options = new(SummaryFile.JsonOptions) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

    private static readonly JsonSchemaExporterOptions Exporting = new() { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Transform };

    /// <summary>The schema of the newest format.</summary>
    public static JsonObject Document()
    {
        JsonObject schema = Options.GetJsonSchemaAsNode(typeof(StudyResult), Exporting).AsObject();
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", $"A summary of Dyad, format {StudyResult.NewestFormat}");
        schema.Insert(2, "$comment", "What each key means: docs/studies.md, what a summary holds. New keys may come within a format.");
        schema["properties"]!["format"] = new JsonObject { ["const"] = StudyResult.NewestFormat };
        return schema;
    }

    private static JsonNode Transform(JsonSchemaExporterContext context, JsonNode schema)
    {
        // Charts are written by a converter, which the exporter cannot look into. One from before there were kinds has none.
        if (context.TypeInfo.Type == typeof(IReadOnlyList<Chart>))
        {
            schema["items"] = new JsonObject { ["anyOf"] = new JsonArray([.. ChartConverter.Kinds.Select(kind => Kind(kind.Type, kind.Name))]) };
        }

        // Nor into packed numbers.
        if (context.PropertyInfo?.PropertyType == typeof(float[]))
        {
            return new JsonObject { ["type"] = "string", ["contentEncoding"] = "base64" };
        }

        // Beside the words for numbers that JSON has none for, the exporter forgets null.
        if (context.TypeInfo.Type == typeof(double?) && schema["anyOf"] is JsonArray either)
        {
            either.Add(new JsonObject { ["type"] = "null" });
        }

        return schema;
    }

    private static JsonObject Kind(Type type, string kind)
    {
        // References within it count from where it begins.
        JsonObject schema = Options.GetJsonSchemaAsNode(type, Exporting).AsObject();
        schema.Insert(0, "$id", $"urn:dyad:summary:{kind}");
        schema["properties"]!["kind"] = new JsonObject { ["const"] = kind };
        return schema;
    }
}
