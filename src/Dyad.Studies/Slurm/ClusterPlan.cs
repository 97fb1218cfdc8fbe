using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dyad.Core;
using Dyad.Studies.Files;
using Dyad.Studies.Running;

namespace Dyad.Studies.Slurm;

/// <summary>A run of a plan.</summary>
/// <param name="Index">Its number among the study's runs, as <c>study run --index</c> takes it.</param>
/// <param name="Folder">Its folder; null where that hangs on what trials select.</param>
/// <param name="Label">Its line; empty where that is not known.</param>
/// <param name="Environment">Its task, likewise.</param>
/// <param name="Seed">Its seed, likewise.</param>
internal sealed record PlannedJob(int Index, string? Folder, string Label, string Environment, int Seed);

/// <summary>An array that was submitted.</summary>
/// <param name="Job">Its number.</param>
/// <param name="First">The plan's task that is its task 0.</param>
/// <param name="Count">Its tasks.</param>
internal sealed record SubmittedArray(long Job, int First, int Count);

/// <summary>
/// What a call submitted: <c>DIR/STUDY/slurm/plan-N.json</c>. Tasks of its arrays read it, and so does whoever asks where things stand.
/// </summary>
/// <param name="File">The study's file; null for one of the build.</param>
/// <param name="Name">The study's name.</param>
/// <param name="Fingerprint">The file as it was.</param>
/// <param name="Scale">Name of the scale.</param>
/// <param name="Seeds">Seeds of each line; null for the study's.</param>
/// <param name="Steps">Steps of each run; null for the study's.</param>
/// <param name="Only">Lines; null for all.</param>
/// <param name="Output">Folder of the runs.</param>
/// <param name="Command">The command that repeats the study.</param>
/// <param name="Attempts">Failures of a run after which it is given up.</param>
/// <param name="Runs">The runs that were not done.</param>
/// <param name="Tasks">Indices of the runs of each task.</param>
internal sealed record ClusterPlan(
    string? File, string Name, string Fingerprint, string Scale, int? Seeds, long? Steps, IReadOnlyList<string>? Only, string Output, string Command, int Attempts,
    IReadOnlyList<PlannedJob> Runs, IReadOnlyList<IReadOnlyList<int>> Tasks)
{
    /// <summary>Name of the folder beside a study's lines.</summary>
    public const string FolderName = "slurm";

    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    /// <summary>The arrays that do it; none before they are submitted.</summary>
    public IReadOnlyList<SubmittedArray> Arrays { get; init; } = [];

    /// <summary>Number of the job that makes the summary; null where there is none.</summary>
    public long? Summary { get; init; }

    /// <summary>Its file.</summary>
    [JsonIgnore]
    public string Path { get; init; } = "";

    /// <summary>The folder of a study's plans, scripts and logs.</summary>
    public static string FolderOf(Study study, StudyRequest request) => System.IO.Path.Combine(StudyPlan.FolderOf(study, request), FolderName);

    /// <summary>The plans of a folder, in their order.</summary>
    /// <exception cref="UserError">One cannot be read.</exception>
    public static IReadOnlyList<ClusterPlan> All(string folder) => !Directory.Exists(folder) ? []
        : [.. Directory.EnumerateFiles(folder, "plan-*.json").OrderBy(Number).Select(Read)];

    /// <summary>The path of the next plan.</summary>
    public static string NextPath(string folder) => System.IO.Path.Combine(folder, string.Create(
        CultureInfo.InvariantCulture, $"plan-{(Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "plan-*.json").Select(Number).DefaultIfEmpty(0).Max() : 0) + 1}.json"));

    /// <summary>Reads a plan.</summary>
    /// <exception cref="UserError">It cannot be read, or is damaged.</exception>
    public static ClusterPlan Read(string path)
    {
        try
        {
            ClusterPlan plan = JsonSerializer.Deserialize<ClusterPlan>(TextFile.Read(path, TextFile.Large), Options) ?? throw new UserError($"'{path}' is empty");
            return plan with { Path = System.IO.Path.GetFullPath(path) };
        }
        catch (JsonException e)
        {
            throw new UserError($"'{path}' is damaged: {JsonSentence.Of(e)}", e);
        }
    }

    /// <summary>Writes the plan.</summary>
    /// <exception cref="UserError">It cannot be written.</exception>
    public void Write()
    {
        try
        {
            DurableFile.Write(Path, file => file.Write(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(this, Options) + "\n")));
        }
        catch (Exception e) when (IoSentence.Tells(e))
        {
            throw new UserError($"cannot write '{Path}': {IoSentence.Of(e)}", e);
        }
    }

    /// <summary>The study with what was wanted of it.</summary>
    /// <exception cref="UserError">The file has gone or changed.</exception>
    public (Study Study, StudyRequest Request) Open()
    {
        Study study = File is null ? StudyCatalog.Find(Name) : FileStudy.Open(File).At(Scale);
        if (study.Fingerprint != Fingerprint)
        {
            throw new UserError($"the study file '{File}' has changed since its jobs were submitted: cancel them and submit again");
        }

        return (study, new StudyRequest(File is null && Scale == "quick" ? StudyScale.Quick : StudyScale.Paper, Seeds, 1, Output, Command, Steps, Only) { ScaleName = Scale });
    }

    /// <summary>The plan's task that a task of an array is; null where it is none of the plan's.</summary>
    public int? TaskOf(QueuedTask queued) =>
        queued.Task is { } task && Arrays.FirstOrDefault(array => array.Job == queued.Array) is { } array ? array.First + task : null;

    private static int Number(string path) => int.TryParse(System.IO.Path.GetFileNameWithoutExtension(path)["plan-".Length..], CultureInfo.InvariantCulture, out int number) ? number : 0;
}
