using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Dyad.Core;

namespace Dyad.Studies.Slurm;

/// <summary>How often a run of a plan has failed: <c>slurm/failed/INDEX.json</c>. One task at a time does a run, and writes it.</summary>
/// <param name="Failures">Failures so far.</param>
/// <param name="Sentence">What the last one said.</param>
internal sealed record RunAttempts(int Failures, string Sentence)
{
    /// <summary>What is known of a run; no failures where there is no file.</summary>
    public static RunAttempts Of(ClusterPlan plan, int index)
    {
        try
        {
            return File.Exists(PathOf(plan, index)) && StrictJson.Parse(TextFile.Read(PathOf(plan, index), TextFile.Small)) is JsonObject file
                ? new RunAttempts((int?)file["failures"] ?? 0, (string?)file["sentence"] ?? "")
                : new RunAttempts(0, "");
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or InvalidOperationException or FormatException)
        {
            throw new UserError($"'{PathOf(plan, index)}' is damaged: remove it, and the run is tried anew", e);
        }
    }

    /// <summary>Counts another failure.</summary>
    public static RunAttempts Count(ClusterPlan plan, int index, string sentence)
    {
        RunAttempts attempts = new(Of(plan, index).Failures + 1, sentence);
        string path = PathOf(plan, index);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        DurableFile.Write(path, file => file.Write(Encoding.UTF8.GetBytes(
            new JsonObject { ["failures"] = attempts.Failures, ["sentence"] = attempts.Sentence }.ToJsonString() + "\n")));
        return attempts;
    }

    /// <summary>Forgets the failures of a run.</summary>
    public static void Clear(ClusterPlan plan, int index)
    {
        if (File.Exists(PathOf(plan, index)))
        {
            File.Delete(PathOf(plan, index));
        }
    }

    private static string PathOf(ClusterPlan plan, int index) =>
        Path.Combine(Path.GetDirectoryName(plan.Path)!, "failed", string.Create(CultureInfo.InvariantCulture, $"{index}.json"));
}
