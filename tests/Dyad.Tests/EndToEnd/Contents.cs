using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Dyad.Tests.EndToEnd;

/// <summary>What a folder holds, to be compared with what it, or another one, holds at another time.</summary>
public static partial class Contents
{
    /// <summary>Each file and folder with its bytes and the time of its last change.</summary>
    public static IReadOnlyList<string> Of(string folder) =>
    [
        .. from path in Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
           let file = new FileInfo(path)
           select file.Exists
               ? $"{path} {file.LastWriteTimeUtc.Ticks} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)))}"
               : path,
    ];

    /// <summary>The metrics of all runs by their path under the folder, without wall and processor times.</summary>
    public static SortedDictionary<string, string> Metrics(string folder)
    {
        var metrics = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string path in Directory.EnumerateFiles(folder, "metrics.jsonl", SearchOption.AllDirectories))
        {
            metrics[Path.GetRelativePath(folder, path)] = WallTime().Replace(File.ReadAllText(path), "");
        }

        Assert.NotEmpty(metrics);
        return metrics;
    }

    /// <summary>The summary of a study, without its wall time and the command that made it.</summary>
    public static string Figures(string studyFolder)
    {
        JsonObject summary = JsonNode.Parse(File.ReadAllText(Path.Combine(studyFolder, "summary.json")))!.AsObject();
        Assert.True(summary.Remove("wall_seconds") && summary.Remove("cpu_seconds"));
        Assert.True(summary.Remove("command"));
        return summary.ToJsonString();
    }

    /// <summary>The summary of a study, without what tells of times: charts over wall time, and tables of seconds a run.</summary>
    public static string FiguresButTimes(string studyFolder)
    {
        JsonObject summary = JsonNode.Parse(Figures(studyFolder))!.AsObject();
        Assert.NotEqual(0, Remove("charts", chart => ((string?)chart["id"])?.StartsWith("wall-time", StringComparison.Ordinal) == false));
        Remove("tables", table => !table["columns"]!.ToJsonString().Contains("seconds", StringComparison.Ordinal));
        return summary.ToJsonString();

        // How many stay.
        int Remove(string kind, Func<JsonNode, bool> stays)
        {
            JsonNode[] left = [.. summary[kind]!.AsArray().Select(entry => entry!.DeepClone()).Where(stays)];
            summary[kind] = new JsonArray(left);
            return left.Length;
        }
    }

    [GeneratedRegex("\"(wall|cpu)_s\":[0-9.eE+-]+,")]
    private static partial Regex WallTime();
}
