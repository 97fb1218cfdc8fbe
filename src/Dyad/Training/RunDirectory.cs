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
/// with another one.
/// </summary>
public sealed class RunDirectory
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

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
    public JsonObject? ReadStatus() => ReadObject(StatusPath);

    /// <summary>The content of <c>config.json</c>, or null where there is none.</summary>
    public JsonObject? ReadConfig() => ReadObject(ConfigPath);

    /// <summary>Where the run stands.</summary>
    public RunStatus Status => (string?)ReadStatus()?["status"] switch
    {
        "running" => RunStatus.Running,
        "done" => RunStatus.Done,
        "failed" => RunStatus.Failed,
        _ => RunStatus.None,
    };

    /// <summary>Writes the configuration of a new run, or checks that the folder's run has the same.</summary>
    /// <exception cref="UserError">The folder holds a run of another configuration, or cannot be written.</exception>
    public void Claim(JsonObject config)
    {
        JsonObject? stored = ReadConfig();
        if (stored is null)
        {
            Directory.CreateDirectory(FullPath);
            Write(ConfigPath, config);
            return;
        }

        if (!JsonNode.DeepEquals(stored, config))
        {
            string difference = config.Select(entry => entry.Key).Union(stored.Select(entry => entry.Key))
                .First(key => !JsonNode.DeepEquals(stored[key], config[key]));
            throw new UserError(
                $"'{FullPath}' holds a run with another configuration ('{difference}' is {Text(stored[difference])} there and "
                + $"{Text(config[difference])} here): give another --out, or remove that folder");
        }
    }

    /// <summary>Writes <c>run.json</c>.</summary>
    public void WriteStatus(JsonObject status) => Write(StatusPath, status);

    private static string Text(JsonNode? node) => node?.ToJsonString() ?? "absent";

    private static JsonObject? ReadObject(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return JsonNode.Parse(File.ReadAllText(path)) as JsonObject
                ?? throw new UserError($"'{path}' does not hold a JSON object; remove the run's folder to start it anew");
        }
        catch (JsonException e)
        {
            throw new UserError($"'{path}' is damaged ({e.Message}); remove the run's folder to start it anew", e);
        }
    }

    // A reader sees the old content or the new one, never a half.
    private static void Write(string path, JsonObject content)
    {
        string partial = path + ".partial";
        File.WriteAllText(partial, content.ToJsonString(Indented) + "\n");
        File.Move(partial, path, overwrite: true);
    }
}
