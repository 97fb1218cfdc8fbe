using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dyad.Core;
using Dyad.Studies.Results;

namespace Dyad.Studies.Running;

/// <summary>
/// What a <c>summary.json</c> was made from: study, build, runs and the state of their files. Where all of that is as it was, the
/// summary is read and not made again.
/// </summary>
internal static class SummaryStamp
{
    private const string Name = "summary.stamp";

    /// <summary>The stamp of a study with its runs as they are now; null where one of them is not there.</summary>
    public static string? Of(Study study, StudyRequest request, IReadOnlyList<PlannedRun> runs, BuildIdentity build)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add($"{build} {study.Name} {study.Fingerprint} {request.ScaleName} {request.Command}{(request.Device is null ? "" : " on a device")}");
        foreach (PlannedRun run in runs)
        {
            Add($"{run.Identity} {run.Variant.Steps} {run.Variant.Label} {run.Directory.FullPath}");
            foreach (string name in new[] { "run.json", "metrics.jsonl", "config.json" })
            {
                var file = new FileInfo(Path.Combine(run.Directory.FullPath, name));
                if (!file.Exists)
                {
                    return null;
                }

                Add(string.Create(CultureInfo.InvariantCulture, $"{file.Length} {file.LastWriteTimeUtc.Ticks}"));
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());

        void Add(string text) => hash.AppendData(Encoding.UTF8.GetBytes(text + "\n"));
    }

    /// <summary>The summary of a folder, where its stamp is the one given; null otherwise.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="stamp">The stamp.</param>
    /// <param name="warn">Receives what was said of the runs when the summary was made.</param>
    public static StudyResult? Read(string folder, string? stamp, Action<string> warn)
    {
        string path = Path.Combine(folder, Name);
        try
        {
            if (stamp is null || !File.Exists(path) || JsonSerializer.Deserialize<string[]>(File.ReadAllText(path)) is not [string stored, .. string[] said] || stored != stamp)
            {
                return null;
            }

            StudyResult result = SummaryFile.Read(folder);
            Array.ForEach(said, warn);
            return result;
        }
        catch (Exception e) when (e is UserError or IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Leaves the stamp beside a summary.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="stamp">The stamp; null takes away what is there.</param>
    /// <param name="said">What was said of finished runs.</param>
    public static void Write(string folder, string? stamp, IEnumerable<string> said)
    {
        string path = Path.Combine(folder, Name);
        if (stamp is null)
        {
            File.Delete(path);
            return;
        }

        OutputFile.Write(path, file => JsonSerializer.Serialize<string[]>(file, [stamp, .. said]));
    }
}
