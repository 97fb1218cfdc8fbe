using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Dyad.Training;

/// <summary>
/// The identity of a run: a hash of its configuration, the content of its task and its seed, whatever folder it is in. Values that
/// are neutral are left out, as in a configuration that lacks them, so that an option which comes later leaves it as it is.
/// </summary>
internal static class RunIdentity
{
    /// <summary>The identity, as 32 hexadecimal digits.</summary>
    public static string Of(RunConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Canonical(config))))[..32];
    }

    // One value a line, sorted by name.
    private static string Canonical(RunConfig config)
    {
        JsonObject? neutral = config.Method.Find() is { } method ? MethodConfig.Of(method.Id, method.Neutral).Options : null;
        IEnumerable<string> options = config.Method.Options
            .Where(option => neutral is null || !neutral.ContainsKey(option.Key) || !JsonNode.DeepEquals(neutral[option.Key], option.Value))
            .OrderBy(option => option.Key, StringComparer.Ordinal)
            .Select(option => $"option {option.Key}={Text(option.Value)}");
        return string.Join('\n', options
            .Prepend($"method {config.Method.Family}/{config.Method.Name}")
            .Append($"task {TaskName(config.Task)} limit {config.Task.MaxEpisodeSteps} fingerprint {config.Task.Fingerprint}")
            .Append($"seed {config.Training.Seed} terminates {config.Training.TimeLimitTerminates}")
            .Concat(config.Training.From is { } origin ? [$"from {origin.Networks}"] : (string[])[])
            .Append($"every {config.Measuring.Every} episodes {config.Measuring.EvaluationEpisodes} gap {Text(config.Measuring.Gap)}"));
    }

    // A file with a fingerprint is the same one in another folder.
    private static string TaskName(TaskConfig task) => task.Fingerprint.Length > 0 ? Path.GetFileName(task.Name) : task.Name;

    private static string Text(JsonNode? value) => value?.ToJsonString() ?? "null";
}
