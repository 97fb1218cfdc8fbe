using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dyad.Core;
using Dyad.Training;

namespace Dyad.Studies.Running;

/// <summary>
/// Finished runs as small files: <c>FOLDER/LABEL/ENVIRONMENT/seed-N.zip</c> with configuration, rows and status, and without
/// checkpoints. The seeds of a study add up in it over days and machines, and its summary is made of them.
/// </summary>
internal static class KeptSeeds
{
    // Rows of a long run with every metric: tens of megabytes.
    private const long Largest = 1L << 30;

    private const string Mend = "take that file away, and the run is done anew";

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Unpacks what a study asks for, is kept, and has no folder yet.</summary>
    /// <param name="study">The study.</param>
    /// <param name="request">What is wanted of it, with the folder of kept seeds.</param>
    /// <exception cref="UserError">A kept run is of another configuration or device, or damaged, or a folder cannot be written.</exception>
    public static void Bring(Study study, StudyRequest request)
    {
        if (request.Kept is not { } kept)
        {
            return;
        }

        if (File.Exists(kept))
        {
            throw new UserError($"--kept is '{kept}', which is a file; it must be a folder");
        }

        bool isWhole = true;
        IReadOnlyList<int> seeds = study.Seeds(request.Scale, request.Seeds);
        foreach (Variant variant in StudyPlan.Lines(study, request))
        {
            foreach (int seed in variant.IsDeterministic ? seeds.Take(1) : seeds)
            {
                string file = FileOf(kept, variant, seed), folder = StudyPlan.PathOf(study, request, variant, seed);
                isWhole &= File.Exists(file);
                if (File.Exists(file) && !File.Exists(Path.Combine(folder, "config.json")) && !File.Exists(Path.Combine(folder, RunPointer.FileName)))
                {
                    Unpack(file, folder, variant, seed, request);
                }
            }
        }

        if (!isWhole && !request.ReadsOnly)
        {
            WritableFolder.Require(kept, $"cannot keep runs in '{kept}'");
        }
    }

    /// <summary>Puts a finished run beside the others, where it is not there yet, or shorter.</summary>
    /// <exception cref="UserError">A run of another configuration is there, or the folder cannot be written.</exception>
    public static void Keep(string kept, PlannedRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        string file = FileOf(kept, run.Variant, run.Seed);
        try
        {
            if (File.Exists(file) && StepOf(Read(file, run.Variant, run.Seed).Status) >= StepOf(run.Directory.ReadStatus()!))
            {
                return;
            }

            JsonObject status = run.Directory.ReadStatus()!;
            status["pruned"] = true;
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            DurableFile.Write(file, stream =>
            {
                using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
                TextZip.Add(zip, "config.json", File.ReadAllText(Path.Combine(run.Directory.FullPath, "config.json")));
                TextZip.Add(zip, "run.json", status.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
                TextZip.Add(zip, "metrics.jsonl", File.ReadAllText(run.Directory.MetricsPath));
            });
        }
        catch (Exception e) when (IoSentence.Tells(e))
        {
            throw new UserError($"cannot keep the run in '{file}': {IoSentence.Of(e)}", e);
        }
    }

    private static void Unpack(string file, string folder, Variant variant, int seed, StudyRequest request)
    {
        (string config, JsonObject status, string metrics) = Read(file, variant, seed);
        if (!request.ReadsOnly)
        {
            RunLoop.RequireDevice((string?)status["device"], request.Device?.Name, $"the run in '{file}'", "--kept");
        }

        // A shorter one could not go on.
        if (StepOf(status) < variant.Steps && status["ended_by"] is null)
        {
            return;
        }

        try
        {
            // The configuration comes last: without it there is no run.
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, "metrics.jsonl"), metrics, Utf8);
            var directory = new RunDirectory(folder);
            directory.WriteStatus(status);
            DurableFile.Write(Path.Combine(folder, "config.json"), stream => stream.Write(Utf8.GetBytes(config)));
        }
        catch (Exception e) when (IoSentence.Tells(e))
        {
            throw new UserError($"cannot write the run '{folder}': {IoSentence.Of(e)}", e);
        }
    }

    private static (string Config, JsonObject Status, string Metrics) Read(string file, Variant variant, int seed)
    {
        try
        {
            using ZipArchive zip = TextZip.Open(file, "kept run");
            string Text(string name) => TextZip.Read(zip, name, file, "kept run", Largest);
            string text = Text("config.json");
            var config = RunConfig.FromJson(Object(text, file), file);
            Variant asked = variant.KeepsInterval ? variant with { MeasureEvery = config.Measuring.Every } : variant;
            if (config.Difference(asked.Config(seed)) is { } difference)
            {
                throw new UserError($"'{file}' holds a run with another configuration ({difference}): give another --kept, or move that file");
            }

            JsonObject status = RunDirectory.ParseStatus(Text("run.json"), file, Mend);
            string metrics = Text("metrics.jsonl");
            return (string?)status["status"] != "done" ? throw new UserError($"'{file}' is damaged: its run is not done; {Mend}")
                : (string?)status["metrics_sha256"] != Convert.ToHexStringLower(SHA256.HashData(Utf8.GetBytes(metrics))) ? throw new UserError($"'{file}' is damaged: its metrics are not as the finished run left them; {Mend}")
                : (text, status, metrics);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new UserError($"'{file}' is no kept run, or is damaged: {JsonSentence.Of(e)}; {Mend}", e);
        }
        catch (Exception e) when (IoSentence.Tells(e))
        {
            throw new UserError($"cannot read '{file}': {IoSentence.Of(e)}", e);
        }
    }

    private static JsonObject Object(string text, string file) => StrictJson.Parse(text) as JsonObject ?? throw new UserError($"'{file}' is damaged: it holds no JSON object");

    private static long StepOf(JsonObject status) => (long?)status["step"] ?? 0;

    private static string FileOf(string kept, Variant variant, int seed) => Path.Combine(Path.GetFullPath(kept), variant.Place, $"seed-{seed}.zip");
}
