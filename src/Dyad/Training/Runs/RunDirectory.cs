using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dyad.Core;

namespace Dyad.Training;

/// <summary>Where a run stands.</summary>
public enum RunStatus
{
    /// <summary>It has no folder yet, or one without a status.</summary>
    None,

    /// <summary>It goes on; or was killed, and can go on.</summary>
    Running,

    /// <summary>It was stopped, and can go on.</summary>
    Stopped,

    /// <summary>It reached its last step.</summary>
    Done,

    /// <summary>It ended with an error.</summary>
    Failed,
}

/// <summary>
/// The folder of one run: <c>config.json</c> (everything that determines it but its length), <c>metrics.jsonl</c>,
/// <c>checkpoint/</c> (states, and who advances the run) and <c>run.json</c> (status, steps, builds, machine, times). The configuration is the run's identity: a
/// folder is never continued with another one.
/// </summary>
public sealed class RunDirectory
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private static readonly Fields StatusFields = new(
        Texts: ["status", "started", "updated", "error", "machine", "metrics_sha256", "ended_by", "device"], Integers: ["step", "steps", "checkpoint_step"],
        Numbers: ["wall_s", "cpu_s", "steps_per_s"]);

    private static readonly string[] Results = ["metrics.jsonl", "run.json", "policy.safetensors", "policy-best.safetensors"];

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
    public JsonObject? ReadStatus() => ReadObject(StatusPath, StatusFields);

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
    public RunConfig? ReadConfig() => ReadObject(ConfigPath, new([], [], [])) is { } document ? RunConfig.FromJson(document, ConfigPath) : null;

    /// <summary>Where the run stands.</summary>
    public RunStatus Status => (string?)ReadStatus()?["status"] switch
    {
        "running" => RunStatus.Running,
        "stopped" => RunStatus.Stopped,
        "done" => RunStatus.Done,
        "failed" => RunStatus.Failed,
        _ => RunStatus.None,
    };

    /// <summary>Checks that the folder's run, where it holds one, has a configuration.</summary>
    /// <exception cref="UserError">The folder holds a run of another configuration, or results whose configuration is missing.</exception>
    public void Require(RunConfig config)
    {
        if (ReadConfig() is { } stored)
        {
            if (stored.Difference(config) is string difference)
            {
                throw new UserError(
                    $"'{FullPath}' holds a run with another configuration ({difference}): give another --out, or move that folder");
            }
        }
        else if (FirstResult() is string result)
        {
            throw new UserError(
                $"'{FullPath}' holds '{result}' and no config.json, without which nobody knows of what run that is: put the file back, or give another --out");
        }
    }

    /// <summary>Writes the configuration of a new run, or checks that the folder's run has the same.</summary>
    /// <exception cref="UserError">The folder holds a run of another configuration, or results whose configuration is missing, or cannot be written.</exception>
    public void Claim(RunConfig config)
    {
        Require(config);
        if (!File.Exists(ConfigPath))
        {
            Directory.CreateDirectory(FullPath);
            Write(ConfigPath, config.ToJson());
        }
    }

    /// <summary>Writes <c>run.json</c>.</summary>
    public void WriteStatus(JsonObject status) => Write(StatusPath, status);

    private static string Text(JsonNode? node) => OneLine.Of(node?.ToJsonString() ?? "absent", 100);

    /// <summary>The content of a <c>run.json</c> that stands elsewhere.</summary>
    /// <param name="text">The content.</param>
    /// <param name="path">The file that it is of, for errors.</param>
    /// <param name="mend">What to do where it is damaged, for errors.</param>
    /// <exception cref="UserError">It is damaged.</exception>
    internal static JsonObject ParseStatus(string text, string path, string mend) => Parse(text, path, mend, StatusFields);

    private static JsonObject? ReadObject(string path, Fields fields) =>
        File.Exists(path) ? Parse(TextFile.Read(path, TextFile.Small), path, Mend(path), fields) : null;

    // The fields named are of their kind wherever they are there.
    private static JsonObject Parse(string text, string path, string mend, Fields fields)
    {
        try
        {
            JsonObject content = StrictJson.Parse(text) as JsonObject
                ?? throw new UserError($"'{path}' does not hold a JSON object; {mend}");
            string? wrong = fields.Texts.FirstOrDefault(name => !Is<string>(content[name]))
                ?? fields.Integers.FirstOrDefault(name => !Is<long>(content[name]))
                ?? fields.Numbers.FirstOrDefault(name => !Is<double>(content[name]) || (content[name] is { } number && !double.IsFinite((double)number)));
            return wrong is null ? content : throw new UserError(
                $"'{path}' is damaged ('{wrong}' is {Text(content[wrong])}); {mend}");
        }
        catch (JsonException e)
        {
            throw new UserError($"'{path}' is damaged ({JsonSentence.Of(e)}); {mend}", e);
        }
    }

    // Checkpoints, metrics and policies are as good as they were.
    private static string Mend(string path) => Path.GetFileName(path) == "run.json"
        ? "remove that file, and the run goes on from its checkpoint"
        : "put the file back as it was, or give another --out";

    private static bool Is<T>(JsonNode? node) => node is null || (node is JsonValue value && value.TryGetValue(out T? _));

    private static void Write(string path, JsonObject content) =>
        DurableFile.Write(path, file => file.Write(Encoding.UTF8.GetBytes(content.ToJsonString(Indented) + "\n")));

    // Name of a file that only a run leaves; null where there is none.
    private string? FirstResult() => !Directory.Exists(FullPath) ? null
        : Results.FirstOrDefault(name => File.Exists(Path.Combine(FullPath, name)))
            ?? (Directory.Exists(CheckpointPath) ? Directory.EnumerateFiles(CheckpointPath, "*.bin").Select(path => $"checkpoint/{Path.GetFileName(path)}").Order().FirstOrDefault() : null);

    private sealed record Fields(string[] Texts, string[] Integers, string[] Numbers);
}
