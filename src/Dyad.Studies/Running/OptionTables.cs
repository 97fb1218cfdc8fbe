using System.Text.Json.Nodes;
using Dyad.Studies.Results;
using Dyad.Training;

namespace Dyad.Studies.Running;

/// <summary>What lines of a study differ in, by the configurations of their runs.</summary>
internal static class OptionTables
{
    private const string Method = "method";

    /// <summary>The options of lines.</summary>
    /// <param name="lines">Each line's name with its configuration.</param>
    public static OptionTable Of(IReadOnlyList<(string Name, RunConfig Config)> lines)
    {
        Dictionary<string, string>[] values = [.. lines.Select(line => Values(line.Config))];
        string[] names = [.. values.SelectMany(x => x.Keys).Distinct()];
        ILookup<bool, OptionRow> rows = names
            .Select(name => new OptionRow(name, [.. values.Select(x => x.GetValueOrDefault(name, ""))]))
            .ToLookup(row => row.Values.Distinct().Count() > 1);
        return new OptionTable(
            [.. lines.Select(line => line.Name)],
            // The method, then what all lines have: an option that only some have says little of them.
            [.. rows[true].OrderBy(row => row.Name == Method ? 0 : row.Values.All(value => value.Length > 0) ? 1 : 2)],
            [.. rows[false].Select(row => row with { Values = [row.Values[0]] })]);
    }

    private static Dictionary<string, string> Values(RunConfig config)
    {
        var values = new Dictionary<string, string> { [Method] = config.Method.Name };
        foreach ((string name, JsonNode? value) in config.Method.Options)
        {
            values[name] = Text(value);
        }

        values.TryAdd("max_episode_steps", config.Task.MaxEpisodeSteps is int limit ? $"{limit}" : "none");
        values.TryAdd("time_limit_terminates", config.Training.TimeLimitTerminates ? "true" : "false");
        if (config.Training.From is { } origin)
        {
            values.TryAdd("from", $"{origin.Networks} at step {origin.Step}");
        }

        values.TryAdd("measure_every", $"{config.Measuring.Every}");
        values.TryAdd("evaluation_episodes", $"{config.Measuring.EvaluationEpisodes}");
        foreach ((string name, JsonNode? value) in config.Measuring.Gap ?? [])
        {
            values.TryAdd($"gap {name}", Text(value));
        }

        return values;
    }

    /// <summary>An option's value as a page shows it.</summary>
    public static string Text(JsonNode? value) => value is JsonValue text && text.TryGetValue(out string? content) ? content : value?.ToJsonString() ?? "none";
}
