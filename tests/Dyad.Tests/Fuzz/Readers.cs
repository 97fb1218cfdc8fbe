using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Environments;
using Dyad.Environments.Gridworlds;
using Dyad.Environments.Locating;
using Dyad.Environments.Recording;
using Dyad.Networks;
using Dyad.Numerics;
using Dyad.Report;
using Dyad.Studies;
using Dyad.Studies.Results;
using Dyad.Tests.Unit;
using Dyad.Tests.Unit.Tabular;
using Dyad.Training;

namespace Dyad.Tests.Fuzz;

/// <summary>What reads a file: valid contents, and the reading of one that was written to a path.</summary>
/// <param name="FileName">The file's name, in a folder of its own.</param>
/// <param name="Valid">Contents that are read.</param>
/// <param name="Read">Reads the file at a path as far as a user's command would.</param>
internal sealed record Reader(string FileName, IReadOnlyList<byte[]> Valid, Action<string> Read)
{
    /// <summary>Brings a changed content into a form whose checksums hold, where a file has such.</summary>
    public Func<byte[], byte[]> Sealed { get; init; } = bytes => bytes;
}

/// <summary>Every reader of files, with valid files from small runs.</summary>
public sealed class Readers : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, Reader> _readers;

    public Readers()
    {
        string agent = Trained(TrainingStudy.Agent(
            MethodCatalog.Agent("sac"), TaskLocator.Find("Pendulum-v1"),
            new TrainingRequest([("hidden_width", "4"), ("update_after", "100"), ("random_steps", "50"), ("update_every", "50")], 200, 100, 0, 1)));
        var tabularStudy = TrainingStudy.Tabular(
            MethodCatalog.Tabular("q-learning"), TaskLocator.Find("FourRoom"), new TrainingRequest([], 400, 100, 0, 1));
        string tabular = Trained(tabularStudy);
        string summary = Directory.GetFiles(_folder.PathOf(tabularStudy.Name), "summary.json", SearchOption.AllDirectories).First();
        byte[] Of(string folder, string name) => File.ReadAllBytes(Path.Combine(folder, name));
        byte[][] summaries = [File.ReadAllBytes(summary), Shortened(Repository.PathOf("docs", "results", "zheng2021", "fig1.json"))];
        byte[] checkpoint = Directory.GetFiles(Path.Combine(agent, "checkpoint"), "*.bin").Order(StringComparer.Ordinal).Select(File.ReadAllBytes).First();
        byte[] tabularCheckpoint = Directory.GetFiles(Path.Combine(tabular, "checkpoint"), "*.bin").Order(StringComparer.Ordinal).Select(File.ReadAllBytes).First();
        _readers = new Dictionary<string, Reader>
        {
            ["mdp"] = new("task.json", Texts(MdpReaderTests.Dense, MdpReaderTests.Table), path => TaskFile.Read(path)),
            ["map"] = new("map.txt", Texts("#####\n#S.G#\n#####\n", "S..\n.#.\n..G\n"), path => TaskFile.Read(path)),
            ["config.json"] = new("config.json", [Of(agent, "config.json"), Of(tabular, "config.json")], path => Opened(Path.GetDirectoryName(path)!)),
            ["run.json"] = new("run.json", [Of(agent, "run.json"), Of(tabular, "run.json")], path =>
            {
                var run = new RunDirectory(Path.GetDirectoryName(path)!);
                _ = (run.Status, run.ReadStatus(), run.ReadBuilds());
            }),
            ["metrics.jsonl"] = new("metrics.jsonl", [Of(agent, "metrics.jsonl"), Of(tabular, "metrics.jsonl")], path => MetricsLog.Read(path, 200)),
            ["summary.json"] = new("summary.json", summaries, path => ReportPage.Render("t", "l", [SummaryFile.Read(Path.GetDirectoryName(path)!)])),
            ["policy.safetensors"] = new("policy.safetensors", [Of(agent, "policy.safetensors")], path =>
            {
                var run = StoredRun.Open(agent);
                using IEnvironment task = run.Task.CreateForAgents();
                Safetensors.Read(path, run.CreateAgent(task).Policy);
                Policy.Load(path);
            }),
            ["policies that act"] = new("policy.safetensors", [Acting("reinforce", new MultiDiscrete(3, 2)), Acting("ac", Box.Uniform(2, -1, double.PositiveInfinity))], path =>
            {
                var policy = Policy.Load(path);
                policy.Sample(new double[policy.Task.ObservationSize], new double[policy.Task.ActionSize], new RandomStream(0));
            }),
            ["tabular policy"] = new("policy.safetensors", [Of(tabular, "policy.safetensors")], path =>
            {
                TabularPolicyFile.Read(path);
                Policy.Load(path);
            }),
            ["metrics of the live view"] = new("metrics.jsonl", [Of(agent, "metrics.jsonl"), Of(tabular, "metrics.jsonl")], path =>
            {
                var tail = new MetricsTail(path);
                tail.Read();
                Dyad.Live.RunWarnings.Of(tail.Table.ByName);
                if (tail.Table.Rows < File.ReadAllBytes(path).Count(letter => letter == (byte)'\n'))
                {
                    throw new Dyad.Core.UserError("a damaged row ends what is shown");
                }
            }),
            ["networks.safetensors"] = new("networks.safetensors", [Networks()], path =>
            {
                AgentNetworks.Read(path, Untrained());
                var head = new PolicyHead(PolicyKind.Deterministic);
                Policy.LoadStateDict(path, new PolicyDescription(head, Box.Uniform(3, -1, 1), Box.Uniform(1, -2, 2)), "actor.policy");
            }),
            ["checkpoint"] = new("odd.bin", [checkpoint, tabularCheckpoint], path => Restored(path, agent)),
            ["checkpoint with a checksum"] = new("odd.bin", [checkpoint], path => Restored(path, agent)) { Sealed = Checksummed },
            ["recording"] = new("episode.bin", [Recorded()], path =>
            {
                using FileStream stream = File.OpenRead(path);
                EpisodeRecording.Read(stream);
            }),
        };
    }

    public static TheoryData<string> Names =>
        ["mdp", "map", "config.json", "run.json", "metrics.jsonl", "summary.json", "policy.safetensors", "policies that act", "networks.safetensors", "tabular policy", "metrics of the live view", "checkpoint", "checkpoint with a checksum", "recording"];

    public void Dispose() => _folder.Dispose();

    /// <summary>A reader by its name.</summary>
    internal Reader this[string name] => _readers[name];

    private byte[] Networks()
    {
        string path = _folder.PathOf("networks.safetensors");
        AgentNetworks.Write(path, Untrained());
        return File.ReadAllBytes(path);
    }

    private byte[] Acting(string method, Space actions)
    {
        string path = _folder.PathOf("acting.safetensors");
        IAgent agent = MethodCatalog.Agent(method).With([("hidden_width", "4")]).Create(new AgentTask(2, actions), new RandomStream(0));
        var head = new PolicyHead(actions is Box ? PolicyKind.Gaussian : PolicyKind.Categorical);
        Safetensors.Write(path, agent.Policy, new PolicyDescription(head, Box.Uniform(2, -1, 1), actions).ToMetadata());
        return File.ReadAllBytes(path);
    }

    private static GameAgent Untrained() => Ddpg.Agent(3, 1, new DdpgOptions { HiddenWidth = 4 }, new RandomStream(0));

    private static List<byte[]> Texts(params string[] texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];

    // A summary with a field in it, and few curves.
    private static byte[] Shortened(string path)
    {
        JsonNode summary = JsonNode.Parse(File.ReadAllText(path))!;
        JsonArray charts = summary["charts"]!.AsArray();
        JsonObject field = charts.Select(chart => chart!.AsObject()).First(chart => chart.ContainsKey("streamlines")).DeepClone().AsObject();
        foreach (JsonArray list in field.Select(entry => entry.Value).OfType<JsonArray>().Concat(field.Select(entry => entry.Value).OfType<JsonArray>()
            .SelectMany(list => list.OfType<JsonObject>()).SelectMany(curve => curve.Select(entry => entry.Value).OfType<JsonArray>())).ToArray())
        {
            while (list.Count > 3)
            {
                list.RemoveAt(3);
            }
        }

        charts.Clear();
        charts.Add(field);
        return Encoding.UTF8.GetBytes(summary.ToJsonString());
    }

    private static void Opened(string folder)
    {
        RunConfig? config = new RunDirectory(folder).ReadConfig();
        if (config is not null)
        {
            Assert.Null(config.Difference(RunConfig.FromJson(JsonNode.Parse(config.ToJson().ToJsonString())!.AsObject(), "again")));
            StoredRun.Open(folder);
        }
    }

    // In the folder of the whole run, whose checkpoint is the changed one alone.
    private static void Restored(string path, string run)
    {
        string folder = Path.GetDirectoryName(path)!, checkpoint = Path.Combine(folder, "checkpoint");
        if (!Directory.Exists(checkpoint))
        {
            Directory.CreateDirectory(checkpoint);
            File.Copy(Path.Combine(run, "config.json"), Path.Combine(folder, "config.json"));
            foreach (string rows in Directory.GetFiles(Path.Combine(run, "checkpoint")).Where(name => !name.EndsWith("even.bin", StringComparison.Ordinal) && !name.EndsWith("odd.bin", StringComparison.Ordinal)))
            {
                File.Copy(rows, Path.Combine(checkpoint, Path.GetFileName(rows)));
            }
        }

        File.Copy(path, Path.Combine(checkpoint, "odd.bin"), overwrite: true);
        var stored = StoredRun.Open(folder);
        using AgentTraining training = stored.Restore("no game", _ => { });
    }

    // A file is a checksum, a generation number, then the state.
    private static byte[] Checksummed(byte[] bytes)
    {
        byte[] body = bytes.Length > SHA256.HashSizeInBytes + sizeof(long) ? bytes[SHA256.HashSizeInBytes..] : [0, 0, 0, 0, 0, 0, 0, 0, .. bytes];
        return [.. SHA256.HashData(body), .. body];
    }

    private static byte[] Recorded()
    {
        var recording = new EpisodeRecording("CartPole-v1", 0.02, ["x", "v"], "{\"a\": [1]}");
        recording.Add([1, 2], 0);
        recording.Add([3, 4], 1);
        using var stream = new MemoryStream();
        recording.Write(stream);
        return stream.ToArray();
    }

    private string Trained(TrainingStudy study)
    {
        StudyRunner.Execute(study, new StudyRequest(StudyScale.Quick, 1, 1, _folder.FullPath, ""), _ => { }, _ => { }, CancellationToken.None);
        return Path.GetDirectoryName(Directory.GetFiles(_folder.PathOf(study.ResultFolder), "run.json", SearchOption.AllDirectories).Single())!;
    }
}
