using System.Text.Json;
using System.Text.Json.Nodes;
using Dyad.Algorithms.Catalog;
using Dyad.Core;

namespace Dyad.Training;

/// <summary>What learns, and how: a method with the values of all its options.</summary>
/// <param name="Name">Name of the method, or of what a study runs.</param>
/// <param name="Options">Option values by name: numbers, flags, texts.</param>
/// <param name="Family">Family of a method of the catalogue, since a tabular and a neural one may share a name; empty for a study's own.</param>
public sealed record MethodConfig(string Name, JsonObject Options, string Family = "")
{
    /// <summary>A method of the catalogue with its options.</summary>
    public static MethodConfig Of(MethodId id, IEnumerable<(string Name, object Value)> options) =>
        Of(id.Name, options) with { Family = FamilyOf(id) };

    /// <summary>A study's own method with its options.</summary>
    public static MethodConfig Of(string name, IEnumerable<(string Name, object Value)> options) => new(
        name, new JsonObject(options.Select(option => KeyValuePair.Create(option.Name, (JsonNode?)(option.Value switch
        {
            double number => JsonValue.Create(number),
            int number => JsonValue.Create(number),
            bool flag => JsonValue.Create(flag),
            object text => JsonValue.Create(text.ToString()),
        })))));

    /// <summary>The method of the catalogue that this is; null for a study's own, and where there is none any more.</summary>
    internal Method? Find() => Family.Length == 0
        ? null
        : MethodCatalog.All.Concat(AgentMethods.Combinations).FirstOrDefault(method => method.Name == Name && FamilyOf(method.Id) == Family);

    private static string FamilyOf(MethodId id) => JsonNamingPolicy.KebabCaseLower.ConvertName(id.Family.ToString());
}

/// <summary>The task of a run.</summary>
/// <param name="Name">What finds it again.</param>
/// <param name="MaxEpisodeSteps">Steps after which an episode is truncated; null for never, or where nobody samples episodes.</param>
/// <param name="Fingerprint">Differs for any other finite MDP, since a file may change under its name; empty where there is none.</param>
public sealed record TaskConfig(string Name, int? MaxEpisodeSteps = null, string Fingerprint = "");

/// <summary>How a run trains, beside the method's options.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="TimeLimitTerminates">Whether a time limit below 1,000 steps counts as a termination.</param>
/// <param name="From">Whose networks it began with; null where they were drawn.</param>
public sealed record TrainingConfig(long Seed, bool TimeLimitTerminates = false, OriginConfig? From = null);

/// <summary>The run whose networks another one began with.</summary>
/// <param name="Run">Its identity (<see cref="RunIdentity"/>).</param>
/// <param name="Step">The step that it had come to.</param>
/// <param name="Networks">A hash of the networks as they were.</param>
public sealed record OriginConfig(string Run, long Step, string Networks)
{
    /// <summary>The document.</summary>
    internal JsonObject ToJson() => new() { ["run"] = Run, ["step"] = Step, ["networks"] = Networks };
}

/// <summary>How a run is measured.</summary>
/// <param name="Every">Steps between two rows of metrics.</param>
/// <param name="EvaluationEpisodes">Episodes of one evaluation; 0 where what is measured is exact, or no return.</param>
/// <param name="Gap">How the gap to the gradient of the objective is measured; null where it is not.</param>
public sealed record MeasuringConfig(long Every, int EvaluationEpisodes = 0, JsonObject? Gap = null);

/// <summary>
/// Everything that determines a run but its length: what <c>config.json</c> holds. All resolved values are stored. A key that is
/// absent is read as its neutral value, the one with which everything is as it was before there was the key, so that what is new
/// leaves old runs valid; a key that is unknown is an error.
/// </summary>
/// <param name="Method">What learns.</param>
/// <param name="Task">What it learns.</param>
/// <param name="Training">How it trains.</param>
/// <param name="Measuring">How it is measured.</param>
public sealed record RunConfig(MethodConfig Method, TaskConfig Task, TrainingConfig Training, MeasuringConfig Measuring)
{
    /// <summary>The format that is written, and the only one that is read.</summary>
    public const int Format = 1;

    // Before there was a format number.
    private const string FlatRelease = "0.1.0";

    /// <summary>The document.</summary>
    public JsonObject ToJson() => new()
    {
        ["format"] = Format,
        ["method"] = new JsonObject { ["name"] = Method.Name, ["family"] = Method.Family, ["options"] = Method.Options.DeepClone() },
        ["task"] = new JsonObject
        {
            ["name"] = Task.Name,
            ["max_episode_steps"] = Task.MaxEpisodeSteps,
            ["fingerprint"] = Task.Fingerprint,
        },
        ["training"] = Training.From is { } origin
            ? new JsonObject { ["seed"] = Training.Seed, ["time_limit_terminates"] = Training.TimeLimitTerminates, ["from"] = origin.ToJson() }
            : new JsonObject { ["seed"] = Training.Seed, ["time_limit_terminates"] = Training.TimeLimitTerminates },
        ["measuring"] = new JsonObject
        {
            ["every"] = Measuring.Every,
            ["evaluation_episodes"] = Measuring.EvaluationEpisodes,
            ["gap"] = Measuring.Gap?.DeepClone(),
        },
    };

    /// <summary>Reads a document.</summary>
    /// <param name="document">The document.</param>
    /// <param name="path">Its file, for sentences.</param>
    /// <exception cref="UserError">It is of another release, has a key that is unknown, or a value of another kind.</exception>
    public static RunConfig FromJson(JsonObject document, string path)
    {
        if (document["format"] is null && document["study"] is not null && document["options"] is not null)
        {
            throw new UserError($"'{path}' was written by Dyad {FlatRelease}, whose runs this release does not read: give another --out, or move that folder");
        }

        var root = new ConfigReader(document, "", path);
        long format = root.Whole("format");
        if (format != Format)
        {
            throw new UserError($"'{path}' has the format {format}, and this release of Dyad reads {Format}: give another --out, or read it with the release that wrote it");
        }

        ConfigReader method = root.Section("method"), task = root.Section("task"), training = root.Section("training"), measuring = root.Section("measuring");
        ConfigReader? from = training.Object("from") is null ? null : training.Section("from");
        var config = new RunConfig(
            StoredOptions.Complete(new(method.Text("name"), method.Object("options") ?? [], method.Text("family", "")), path),
            new(task.Text("name"), task.CountOrNull("max_episode_steps"), task.Text("fingerprint", "")),
            new(training.Whole("seed"), training.Flag("time_limit_terminates", neutral: false),
                from is null ? null : new(from.Text("run"), from.Whole("step"), from.Text("networks"))),
            new(measuring.Whole("every", least: 1), (int)measuring.Whole("evaluation_episodes", 0, int.MaxValue), measuring.Object("gap")));
        foreach (ConfigReader section in new[] { root, method, task, training, measuring, from }.OfType<ConfigReader>())
        {
            section.RefuseUnknown();
        }

        return config;
    }

    /// <summary>The first value in which another configuration differs from this one, as a part of a sentence; null where none does.</summary>
    public string? Difference(RunConfig other) => Difference(ToJson(), other.ToJson());

    // Of two objects, the first in them.
    private static string? Difference(JsonObject there, JsonObject here)
    {
        string? key = here.Select(entry => entry.Key).Union(there.Select(entry => entry.Key)).FirstOrDefault(x => !JsonNode.DeepEquals(there[x], here[x]));
        return key is null ? null
            : there[key] is JsonObject inner && here[key] is JsonObject other ? Difference(inner, other)
            : $"'{key}' is {Text(there, key)} there and {Text(here, key)} here";
    }

    private static string Text(JsonObject values, string key) =>
        OneLine.Of(values.TryGetPropertyValue(key, out JsonNode? value) ? value?.ToJsonString() ?? "null" : "absent", 100);
}
