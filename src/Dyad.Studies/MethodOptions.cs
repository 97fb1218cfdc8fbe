using System.Text.Json.Nodes;

namespace Dyad.Studies;

/// <summary>A method's options as they stand in <c>config.json</c>.</summary>
internal static class MethodOptions
{
    /// <summary>The method's name, then all options with their values.</summary>
    public static JsonObject ToJson(string method, IReadOnlyList<(string Name, object Value)> options)
    {
        var json = new JsonObject { ["method"] = method };
        foreach ((string name, object value) in options)
        {
            json[name] = value switch
            {
                double number => JsonValue.Create(number),
                int number => JsonValue.Create(number),
                bool flag => JsonValue.Create(flag),
                _ => JsonValue.Create(value.ToString()),
            };
        }

        return json;
    }
}
