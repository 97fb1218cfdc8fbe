using System.Text.Json;
using System.Text.Json.Nodes;
using Dyad.Core;

namespace Dyad.Training;

/// <summary>Where a run stands.</summary>
public enum RunStatus
{
    /// <summary>It has no folder yet, or one without a status.</summary>
    None,

    /// <summary>It goes on, or was stopped and can go on.</summary>
    Running,

    /// <summary>It reached its last step.</summary>
    Done,

    /// <summary>It ended with an error.</summary>
    Failed,
}

/// <summary>
/// The folder of one run: <c>config.json</c> (everything resolved), <c>metrics.jsonl</c>, <c>checkpoint/</c> and
/// <c>run.json</c> (status, version, machine, times). The configuration is the run's identity: a folder is never continued
/// with another one, unless it is to be lengthened.
/// </summary>
public sealed class RunDirectory
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>A run's folder, which need not exist yet.</summary>
    public RunDirectory(string path) => FullPath = Path.GetFullPath(path);

    /// <summary>The folder.</summary>
    public string FullPath { get; }

    /// <summary>The metrics' file.</summary>
    public string MetricsPath => Path.Combine(FullPath, "metrics.jsonl");

    /// <summary>The folder of checkpoints.</summary>
    public string CheckpointPath => Path.Combine(FullPath, "checkpoint");

    private string ConfigPath => Path.Combine(FullPath, "config.json");

    private string StatusPath => Path.Combine(FullPath, "run.json");

    /// <summary>The content of <c>run.json</c>, or null where there is none.</summary>
    /// <exception cref="UserError">The file is damaged.</exception>
    public JsonObject? ReadStatus() => ReadObject(
        StatusPath, texts: ["status", "started", "updated", "error"], integers: ["step"], numbers: ["wall_s"]);

    /// <summary>The content of <c>config.json</c>, or null where there is none.</summary>
    /// <exception cref="UserError">The file is damaged.</exception>
    public JsonObject? ReadConfig() => ReadObject(ConfigPath, texts: [], integers: ["steps"], numbers: []);

    /// <summary>Where the run stands.</summary>
    public RunStatus Status => (string?)ReadStatus()?["status"] switch
    {
        "running" => RunStatus.Running,
        "done" => RunStatus.Done,
        "failed" => RunStatus.Failed,
        _ => RunStatus.None,
    };

    /// <summary>
    /// Writes the configuration of a new run, or checks that the folder's run has the same.
    /// </summary>
    /// <param name="config">The configuration.</param>
    /// <param name="lengthens">Whether a run of fewer steps, and else the same, is to get as many.</param>
    /// <exception cref="UserError">The folder holds a run of another configuration, or cannot be written.</exception>
    public void Claim(JsonObject config, bool lengthens = false)
    {
        JsonObject? stored = ReadConfig();
        if (stored is null)
        {
            Directory.CreateDirectory(FullPath);
            Write(ConfigPath, config);
            return;
        }

        if (lengthens && stored.DeepClone() is JsonObject shorter && (long?)shorter["steps"] < (long?)config["steps"])
        {
            shorter["steps"] = config["steps"]!.DeepClone();
            if (JsonNode.DeepEquals(shorter, config))
            {
                Write(ConfigPath, config);
                return;
            }
        }

        if (!JsonNode.DeepEquals(stored, config))
        {
            throw new UserError(
                $"'{FullPath}' holds a run with another configuration ({Difference(stored, config)}): give another --out, or remove that folder");
        }
    }

    // The first that differs; of two objects, the first in them.
    private static string Difference(JsonObject there, JsonObject here)
    {
        string key = here.Select(entry => entry.Key).Union(there.Select(entry => entry.Key)).First(x => !JsonNode.DeepEquals(there[x], here[x]));
        return there[key] is JsonObject inner && here[key] is JsonObject other
            ? Difference(inner, other)
            : $"'{key}' is {Text(there[key])} there and {Text(here[key])} here";
    }

    /// <summary>Keeps other processes from advancing the run, until this is disposed of or the process ends in any way.</summary>
    /// <exception cref="IOException">Another process advances it.</exception>
    public IDisposable Lock()
    {
        // The file stays: a lock on one that goes away would hold nobody back.
        Directory.CreateDirectory(CheckpointPath);
        return new FileStream(Path.Combine(CheckpointPath, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
    }

    /// <summary>Writes <c>run.json</c>.</summary>
    public void WriteStatus(JsonObject status) => Write(StatusPath, status);

    private static string Text(JsonNode? node) => node?.ToJsonString() ?? "absent";

    // The fields named are of their kind wherever they are there.
    private static JsonObject? ReadObject(string path, string[] texts, string[] integers, string[] numbers)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            JsonObject content = JsonNode.Parse(File.ReadAllText(path), documentOptions: Strict) as JsonObject
                ?? throw new UserError($"'{path}' does not hold a JSON object; remove the run's folder to start it anew");
            string? wrong = texts.FirstOrDefault(name => !Is<string>(content[name]))
                ?? integers.FirstOrDefault(name => !Is<long>(content[name]))
                ?? numbers.FirstOrDefault(name => !Is<double>(content[name]));
            return wrong is null ? content : throw new UserError(
                $"'{path}' is damaged ('{wrong}' is {Text(content[wrong])}); remove the run's folder to start it anew");
        }
        catch (JsonException e)
        {
            throw new UserError($"'{path}' is damaged ({e.Message}); remove the run's folder to start it anew", e);
        }
    }

    private static bool Is<T>(JsonNode? node) => node is null || (node is JsonValue value && value.TryGetValue(out T? _));

    // A reader sees the old content or the new one, never a half.
    private static void Write(string path, JsonObject content)
    {
        string partial = path + ".partial";
        File.WriteAllText(partial, content.ToJsonString(Indented) + "\n");
        File.Move(partial, path, overwrite: true);
    }
}
