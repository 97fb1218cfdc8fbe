using System.Reflection;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Dyad.Core;

/// <summary>Which build computes: what a run's bits depend on beside its configuration.</summary>
/// <param name="Version">Version of Dyad.</param>
/// <param name="Commit">Commit that it was built at; empty for a checkout without git.</param>
/// <param name="Sources">Hash of the sources, as 16 hexadecimal digits; empty where none is known.</param>
/// <param name="VectorWidth">Bits of the vectors that loops run over.</param>
public sealed record BuildIdentity(string Version, string Commit, string Sources, int VectorWidth)
{
    /// <summary>The identity of this process, as far as the named assemblies go.</summary>
    /// <param name="assemblies">Those that compute runs and were built here, beside the library.</param>
    public static BuildIdentity Of(params IEnumerable<Assembly> assemblies)
    {
        Assembly library = typeof(BuildIdentity).Assembly;
        string informational = library.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
        int plus = informational.IndexOf('+', StringComparison.Ordinal);
        Assembly[] all = [library, .. assemblies.Where(assembly => assembly != library).OrderBy(assembly => assembly.GetName().Name, StringComparer.Ordinal)];
        return new BuildIdentity(
            library.GetName().Version?.ToString(3) ?? "unknown", plus < 0 ? "" : informational[(plus + 1)..], HashOf(all.Select(SourcesOf)), Width);
    }

    /// <summary>Whether the same configuration gives the same bits: sources and vectors are the same.</summary>
    public bool ComputesLike(BuildIdentity other) => Sources.Length > 0 && Sources == other.Sources && VectorWidth == other.VectorWidth;

    /// <summary>As it stands in <c>run.json</c>.</summary>
    public JsonObject ToJson() => new()
    {
        ["version"] = Version,
        ["commit"] = Commit,
        ["sources"] = Sources,
        ["vector_width"] = VectorWidth,
    };

    /// <inheritdoc/>
    public override string ToString() => Sources.Length == 0 && Commit.Length == 0
        ? $"{Version}, sources unknown"
        : $"{Version}{(Commit.Length > 0 ? $", commit {Commit[..Math.Min(8, Commit.Length)]}" : "")}, sources {Sources[..Math.Min(8, Sources.Length)]}, vectors of {VectorWidth} bits";

    private static int Width => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

    // Lines "FILE HASH", in any order.
    internal static string HashOf(IEnumerable<IReadOnlyList<string>> sources)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        bool any = false;
        foreach (IReadOnlyList<string> lines in sources)
        {
            if (lines.Count == 0)
            {
                return "";
            }

            any = true;
            foreach (string line in lines.Select(line => line.Replace('\\', '/')).Order(StringComparer.Ordinal))
            {
                hash.AppendData(Encoding.UTF8.GetBytes(line + "\n"));
            }
        }

        return any ? Convert.ToHexStringLower(hash.GetHashAndReset())[..16] : "";
    }

    private static List<string> SourcesOf(Assembly assembly)
    {
        var lines = new List<string>();
        using Stream? stream = assembly.GetManifestResourceStream("sources.txt");
        if (stream is not null)
        {
            using var reader = new StreamReader(stream);
            while (reader.ReadLine() is string line)
            {
                lines.Add(line);
            }
        }

        return lines;
    }
}
