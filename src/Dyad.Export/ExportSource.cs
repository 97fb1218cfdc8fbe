using System.Text.Json;
using System.Text.Json.Nodes;
using Dyad.Core;
using Dyad.Studies.Results;
using Dyad.Training;

namespace Dyad.Export;

/// <summary>What a folder holds that can leave: the runs under it, and the summaries of finished studies.</summary>
public static class ExportSource
{
    // From a run's folder: ENVIRONMENT, LABEL, then the study, whose name may have two parts.
    private const int Levels = 5;

    /// <summary>The runs under a folder, sorted by path; a folder of one run is that run.</summary>
    /// <param name="folder">A study's folder, one of <c>train</c> runs, or a run's.</param>
    /// <param name="warn">Receives a sentence about runs that have no rows yet, or are not at their end.</param>
    /// <exception cref="UserError">There is no run with rows, or a file is damaged.</exception>
    public static IReadOnlyList<ExportedRun> Runs(string folder, Action<string> warn)
    {
        var runs = new List<ExportedRun>();
        int empty = 0, unfinished = 0;
        foreach (string path in FileSearch.Find(folder, "config.json").Select(path => Path.GetDirectoryName(Path.GetFullPath(path))!))
        {
            var directory = new RunDirectory(path);
            if (directory.ReadConfig() is not { } config)
            {
                continue;
            }

            RunStatus status = directory.Status;
            IReadOnlyDictionary<string, double[]> metrics = File.Exists(directory.MetricsPath)
                ? MetricsLog.Read(directory.MetricsPath, mayGrow: status != RunStatus.Done)
                : new Dictionary<string, double[]>();
            if (!metrics.TryGetValue("step", out double[]? steps) || steps.Length == 0)
            {
                empty++;
                continue;
            }

            unfinished += status == RunStatus.Done ? 0 : 1;
            runs.Add(new ExportedRun(StudyOf(path), LabelOf(path), config, directory, metrics));
        }

        if (runs.Count == 0)
        {
            throw new UserError(empty > 0
                ? $"the runs under '{folder}' have no rows yet: they have not come to their first measurement"
                : $"'{folder}' holds no runs");
        }

        if (empty > 0)
        {
            warn($"{(empty == 1 ? "one run has" : $"{empty} runs have")} no rows yet and leave{(empty == 1 ? "s" : "")} nothing");
        }

        if (unfinished > 0)
        {
            warn($"{(unfinished == 1 ? "one run is" : $"{unfinished} runs are")} not finished: the rows so far leave");
        }

        return runs;
    }

    /// <summary>The finished studies under a folder, or of one summary's file; empty where there is none.</summary>
    /// <exception cref="UserError">A summary is damaged, or the folder cannot be read.</exception>
    public static IReadOnlyList<StoredStudy> Studies(string path) => File.Exists(path)
        ? [new StoredStudy(SummaryFile.ReadFile(path), Path.GetFullPath(path))]
        : [.. FileSearch.Find(path, "summary.json").Select(Path.GetFullPath).Select(file => new StoredStudy(SummaryFile.ReadFile(file), file))];

    // The study whose summary is nearest above the run; before there is one, what lies above LABEL/ENVIRONMENT/seed-N.
    private static string StudyOf(string run)
    {
        string? above = Path.GetDirectoryName(run);
        for (int level = 1; level <= Levels && above is not null; level++, above = Path.GetDirectoryName(above))
        {
            string summary = Path.Combine(above, "summary.json");
            if (File.Exists(summary) && NameIn(summary) is string name)
            {
                return name;
            }
        }

        return Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(run)))) is { Length: > 0 } study ? study : "train";
    }

    private static string? NameIn(string summary)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(summary)) is JsonObject document && document["study"] is JsonValue name && name.TryGetValue(out string? text) ? text : null;
        }
        catch (Exception e) when (e is JsonException || IoSentence.Tells(e))
        {
            throw new UserError($"'{summary}' is damaged: {(IoSentence.Tells(e) ? IoSentence.Of(e) : JsonSentence.Of(e))}", e);
        }
    }

    private static string LabelOf(string run) =>
        Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(run))) is { Length: > 0 } label ? label : Path.GetFileName(run);
}

/// <summary>A finished study with the file of its summary.</summary>
/// <param name="Result">What it found.</param>
/// <param name="File">The full path of its summary.</param>
public sealed record StoredStudy(StudyResult Result, string File)
{
    /// <summary>The folder of the summary.</summary>
    public string Folder => Path.GetDirectoryName(File)!;

    /// <summary>Name of a figure's file: the chart's, after the summary's where that has a name of its own.</summary>
    public string NameOf(Chart chart) => Path.GetFileNameWithoutExtension(File) is var name && name == "summary" ? chart.Id : $"{name}-{chart.Id}";
}
