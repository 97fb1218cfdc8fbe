using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dyad.Core;
using Dyad.Studies;
using Dyad.Studies.Results;

namespace Dyad.Export;

/// <summary>
/// A paper's supplement: a zip with the summaries of studies, from which a report is drawn again, and of each run the configuration, the
/// rows and the status with its build; no checkpoints and no policies.
/// </summary>
public static class Bundle
{
    /// <summary>The format that is written, and the newest that is read.</summary>
    public const int Format = 1;

    private const string Index = "bundle.json";

    // A summary holds the data of figures: tens of megabytes at most.
    private const long LargestSummary = 1L << 30;

    private static readonly string[] RunFiles = ["config.json", "run.json", "metrics.jsonl"];

    /// <summary>Writes a bundle.</summary>
    /// <param name="target">Where.</param>
    /// <param name="name">Name of the file there.</param>
    /// <param name="studies">The studies; at least one.</param>
    /// <param name="runs">Their runs, which may be gone.</param>
    /// <returns>The file.</returns>
    /// <exception cref="UserError">The file is there, or cannot be written.</exception>
    public static string Write(
        TargetFolder target, string name, IReadOnlyList<StoredStudy> studies, IReadOnlyList<ExportedRun> runs) => target.Write(name, path =>
        {
            using ZipArchive zip = ZipFile.Open(path, ZipArchiveMode.Create);
            var index = new JsonObject
            {
                ["format"] = Format,
                ["build"] = StudyRunner.Build.ToJson(),
                ["studies"] = new JsonArray([.. studies.Select((study, i) => (JsonNode)new JsonObject
                {
                    ["study"] = study.Result.Study,
                    ["summary"] = SummaryName(i),
                    ["command"] = study.Result.Command,
                })]),
                ["runs"] = new JsonArray([.. runs.Select(run => (JsonNode)run.RelativePath.Replace('\\', '/'))]),
            };
            TextZip.Add(zip, Index, index.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
            for (int i = 0; i < studies.Count; i++)
            {
                TextZip.Add(zip, SummaryName(i), File.ReadAllText(studies[i].File));
            }

            foreach (ExportedRun run in runs)
            {
                foreach (string file in RunFiles.Where(file => File.Exists(Path.Combine(run.Folder.FullPath, file))))
                {
                    TextZip.Add(zip, $"runs/{run.RelativePath.Replace('\\', '/')}/{file}", File.ReadAllText(Path.Combine(run.Folder.FullPath, file)));
                }
            }

            TextZip.Add(zip, "README.txt", Readme(studies));
        });

    /// <summary>The studies of a bundle.</summary>
    /// <exception cref="UserError">The file cannot be read, is no bundle, or is damaged.</exception>
    public static IReadOnlyList<StudyResult> Read(string path)
    {
        try
        {
            using ZipArchive zip = TextZip.Open(path, "bundle");
            JsonObject index = JsonNode.Parse(TextZip.Read(zip, Index, path, "bundle", LargestSummary)) as JsonObject ?? throw new UserError($"'{path}' is damaged: its {Index} is no object");
            if (index["format"] is not JsonValue number || !number.TryGetValue(out int format) || format is < 1 or > Format)
            {
                throw new UserError($"'{path}' is a bundle of another format, and this release of Dyad reads {Format}");
            }

            // Summaries are read by their place in the list, not by names of the file's own.
            int count = (index["studies"] as JsonArray)?.Count ?? 0;
            var results = new List<StudyResult>();
            for (int i = 0; i < count; i++)
            {
                results.Add(Parse(TextZip.Read(zip, SummaryName(i), path, "bundle", LargestSummary), path));
            }

            return results.Count > 0 ? results : throw new UserError($"'{path}' holds no study");
        }
        catch (JsonException e)
        {
            throw new UserError($"'{path}' is no bundle, or is damaged: {JsonSentence.Of(e)}", e);
        }
        catch (Exception e) when (IoSentence.Tells(e))
        {
            throw new UserError($"cannot read '{path}': {IoSentence.Of(e)}", e);
        }
    }

    private static StudyResult Parse(string text, string path)
    {
        try
        {
            return SummaryFile.Parse(text, "its summary.json");
        }
        catch (UserError e)
        {
            throw new UserError($"'{path}' is damaged: {e.Message}", e);
        }
    }

    private static string SummaryName(int study) => $"summaries/{study}/summary.json";

    private static string Readme(IReadOnlyList<StoredStudy> studies) =>
        "Runs and summaries of Dyad. The page with the figures, from this file alone:\n\n    dyad report THIS_FILE\n\n"
        + "The commands that repeat the runs:\n\n"
        + string.Concat(studies.Select(study => $"    {study.Result.Command}\n"))
        + "\nbundle.json: format, build, what is here. summaries/N/summary.json: findings, tables and the data of the figures.\n"
        + "runs/STUDY/LABEL/ENVIRONMENT/seed-N: config.json (what determines the run), metrics.jsonl (its rows), run.json (status, build, machine).\n";
}
