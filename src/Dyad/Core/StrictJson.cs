using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dyad.Core;

/// <summary>JSON from files of any origin: what comes back can be walked without surprises.</summary>
internal static class StrictJson
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Reads a text whose names are all there once and whose texts are whole characters.</summary>
    /// <exception cref="JsonException">It is no such JSON.</exception>
    public static JsonNode? Parse(string text)
    {
        JsonNode? root = JsonNode.Parse(text, documentOptions: Strict);
        try
        {
            Walk(root);
            return root;
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException("a text holds half a character", e);
        }
    }

    // Names and texts are decoded when they are first looked at.
    private static void Walk(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject parent:
                foreach ((_, JsonNode? child) in parent)
                {
                    Walk(child);
                }

                break;
            case JsonArray parent:
                foreach (JsonNode? child in parent)
                {
                    Walk(child);
                }

                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                _ = value.GetValue<string>();
                break;
        }
    }
}
