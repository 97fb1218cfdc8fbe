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
/// The folder of one run: <c>config.json</c> (everything that determines it but its length), <c>metrics.jsonl</c>,
/// <c>checkpoint/</c> and <c>run.json</c> (status, steps, builds, machine, times). The configuration is the run's identity: a
/// folder is never continued with another one.
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
    /// <exception cref="UserError">The file is damaged.</exception>
    public JsonObject? ReadStatus() => ReadObject(
        StatusPath, texts: ["status", "started", "updated", "error", "machine"], integers: ["step", "steps"], numbers: ["wall_s", "steps_per_s"]);

    /// <summary>The builds that computed the run, the last one last; empty where <c>run.json</c> names none.</summary>
    /// <exception cref="UserError">The file is damaged.</exception>
    public IReadOnlyList<BuildIdentity> ReadBuilds()
    {
        if (ReadStatus() is not { } status)
        {
            return [];
        }

        JsonArray earlier = status["earlier_builds"] as JsonArray ?? [];
        return [.. earlier.Append(status["build"]).OfType<JsonObject>().Select(build =>
        {
            var reader = new ConfigReader(build, "build.", StatusPath);
            return new BuildIdentity(reader.Text("version"), reader.Text("commit", ""), reader.Text("sources", ""), (int)reader.Whole("vector_width", 0, int.MaxValue));
        })];
    }

    /// <summary>The content of <c>config.json</c>, or null where there is none.</summary>
    /// <exception cref="UserError">The file is damaged, of another release, or has a key that is unknown.</exception>
    public RunConfig? ReadConfig() => ReadObject(ConfigPath, [], [], []) is { } document ? RunConfig.FromJson(document, ConfigPath) : null;

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
    public void Claim(RunConfig config)
    {
        if (ReadConfig() is not { } stored)
        {
            Directory.CreateDirectory(FullPath);
            Write(ConfigPath, config.ToJson());
        }
        else if (stored.Difference(config) is string difference)
        {
            throw new UserError(
                $"'{FullPath}' holds a run with another configuration ({difference}): give another --out, or remove that folder");
        }
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

    private static string Text(JsonNode? node) => OneLine.Of(node?.ToJsonString() ?? "absent", 100);

    // The fields named are of their kind wherever they are there.
    private static JsonObject? ReadObject(string path, string[] texts, string[] integers, string[] numbers)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            JsonObject content = StrictJson.Parse(TextFile.Read(path, TextFile.Small)) as JsonObject
                ?? throw new UserError($"'{path}' does not hold a JSON object; remove the run's folder to start it anew");
            string? wrong = texts.FirstOrDefault(name => !Is<string>(content[name]))
                ?? integers.FirstOrDefault(name => !Is<long>(content[name]))
                ?? numbers.FirstOrDefault(name => !Is<double>(content[name]) || (content[name] is { } number && !double.IsFinite((double)number)));
            return wrong is null ? content : throw new UserError(
                $"'{path}' is damaged ('{wrong}' is {Text(content[wrong])}); remove the run's folder to start it anew");
        }
        catch (JsonException e)
        {
            throw new UserError($"'{path}' is damaged ({JsonSentence.Of(e)}); remove the run's folder to start it anew", e);
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
