using System.Text.Json.Nodes;
using Dyad.Core;

namespace Dyad.Training;

/// <summary>Reads a part of a configuration key by key, and refuses what nobody asked for.</summary>
/// <param name="values">The part.</param>
/// <param name="prefix">What comes before its keys in sentences.</param>
/// <param name="path">The file, for sentences.</param>
internal sealed class ConfigReader(JsonObject values, string prefix, string path)
{
    private readonly HashSet<string> _known = [];

    /// <summary>An object that must be there.</summary>
    public ConfigReader Section(string key) => new(Object(key) ?? throw Wrong(key), $"{prefix}{key}.", path);

    /// <summary>An object; null where it is absent.</summary>
    public JsonObject? Object(string key) => Of(key) is null ? null : Of(key) as JsonObject ?? throw Wrong(key);

    /// <summary>A text.</summary>
    public string Text(string key, string? neutral = null) => Value<string>(key, out string? text) ? text! : neutral ?? throw Wrong(key);

    /// <summary>A whole number between two that are accepted.</summary>
    public long Whole(string key, long? neutral = null, long most = long.MaxValue, long least = 0) =>
        (WholeOrNull(key) ?? neutral) is { } number && number >= least && number <= most ? number : throw Wrong(key);

    /// <summary>A whole number that is not negative; null where it is absent or null.</summary>
    public long? WholeOrNull(string key) => !Value(key, out long number) ? null : number >= 0 ? number : throw Wrong(key);

    /// <summary>A count that is at least 1; null where it is absent or null.</summary>
    public int? CountOrNull(string key) => WholeOrNull(key) is not { } number ? null : number is >= 1 and <= int.MaxValue ? (int)number : throw Wrong(key);

    /// <summary>A flag.</summary>
    public bool Flag(string key, bool neutral) => Value(key, out bool flag) ? flag : neutral;

    /// <summary>Refuses a key that was not asked for.</summary>
    public void RefuseUnknown()
    {
        if (values.Select(entry => entry.Key).FirstOrDefault(key => !_known.Contains(key)) is string unknown)
        {
            throw Unknown(path, prefix + unknown);
        }
    }

    /// <summary>The error where a file has a key that is unknown.</summary>
    public static UserError Unknown(string path, string key) =>
        new($"'{path}' has the key '{OneLine.Of(key, 100)}', which this release of Dyad does not know: give another --out, or read it with the release that wrote it");

    private bool Value<T>(string key, out T? value)
    {
        value = default;
        JsonNode? node = Of(key);
        return node is not null && (node is JsonValue single && single.TryGetValue(out value) ? true : throw Wrong(key));
    }

    private JsonNode? Of(string key)
    {
        _known.Add(key);
        return values[key];
    }

    private UserError Wrong(string key) => new(
        $"'{path}' is damaged ('{prefix}{key}' is {(values[key] is { } node ? OneLine.Of(node.ToJsonString(), 100) : "absent")}); put the file back as it was, or give another --out");
}
