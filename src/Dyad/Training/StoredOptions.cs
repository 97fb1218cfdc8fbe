using System.Text.Json.Nodes;
using Dyad.Algorithms.Catalog;
using Dyad.Core;

namespace Dyad.Training;

/// <summary>A method's options as a configuration stores them.</summary>
internal static class StoredOptions
{
    /// <summary>
    /// Stored options with neutral values for those that are absent, in the method's order. What is no method of the catalogue, but
    /// a study's own, has the options that it has.
    /// </summary>
    /// <exception cref="UserError">There is an option that the method has not.</exception>
    public static JsonObject Complete(string method, JsonObject stored, string path)
    {
        if (MethodOf(method, stored) is not { Neutral: var neutral })
        {
            return stored.DeepClone().AsObject();
        }

        if (stored.Select(option => option.Key).FirstOrDefault(key => !neutral.Any(option => option.Name == key)) is string unknown)
        {
            throw ConfigReader.Unknown(path, $"method.options.{unknown}");
        }

        JsonObject complete = MethodConfig.Of(method, neutral).Options;
        foreach ((string key, JsonNode? value) in stored)
        {
            complete[key] = value?.DeepClone();
        }

        return complete;
    }

    /// <summary>
    /// The method of a name; of a tabular and a neural one that share it, the one that has the stored options. Null where the
    /// catalogue has none.
    /// </summary>
    public static Method? MethodOf(string name, JsonObject stored)
    {
        IReadOnlyList<Method> named = MethodCatalog.Named(name);
        return named.FirstOrDefault(method => stored.All(option => method.Accepted.Any(accepted => accepted.Name == option.Key))) ?? named.FirstOrDefault();
    }

    /// <summary>Options as the changes that set them.</summary>
    public static IReadOnlyList<(string Name, string Value)> Changes(JsonObject options) =>
        [.. options.Select(option => (option.Key, option.Value?.ToString() ?? ""))];
}
