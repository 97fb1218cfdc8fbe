using System.Text.Json.Nodes;
using Dyad.Core;

namespace Dyad.Training;

/// <summary>A method's options as a configuration stores them.</summary>
internal static class StoredOptions
{
    /// <summary>
    /// A stored method with neutral values for the options that are absent, in the method's order. What is no method of the
    /// catalogue, but a study's own, has the options that it has.
    /// </summary>
    /// <exception cref="UserError">There is no such method, or an option that it has not.</exception>
    public static MethodConfig Complete(MethodConfig stored, string path)
    {
        if (stored.Find() is not { } method)
        {
            return stored.Family.Length == 0 ? stored with { Options = stored.Options.DeepClone().AsObject() } : throw new UserError(
                $"'{path}' has the method {OneLine.Of(stored.Name, 100)} of the family {OneLine.Of(stored.Family, 100)}, which this release of Dyad does not know: give another --out, or read it with the release that wrote it");
        }

        if (stored.Options.Select(option => option.Key).FirstOrDefault(key => !method.Neutral.Any(option => option.Name == key)) is string unknown)
        {
            throw ConfigReader.Unknown(path, $"method.options.{unknown}");
        }

        MethodConfig complete = MethodConfig.Of(method.Id, method.Neutral);
        foreach ((string key, JsonNode? value) in stored.Options)
        {
            complete.Options[key] = value?.DeepClone();
        }

        return complete;
    }

    /// <summary>Options as the changes that set them.</summary>
    public static IReadOnlyList<(string Name, string Value)> Changes(JsonObject options) =>
        [.. options.Select(option => (option.Key, option.Value?.ToString() ?? ""))];
}
