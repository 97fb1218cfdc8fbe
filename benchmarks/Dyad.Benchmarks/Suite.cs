using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Json;
using Dyad.Core;

namespace Dyad.Benchmarks;

/// <summary>
/// The benchmarks as a command: <c>kernels</c>, <c>updates</c>, <c>training</c>, <c>environments</c>, <c>processes</c>, <c>python</c>,
/// <c>everything</c>, <c>profile-NAME</c>, or the rows whose name contains a text.
/// </summary>
public static class Suite
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private const string ProfilePrefix = "profile-";

    /// <summary>The folder that holds <c>benchmarks/peers</c>.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>Measures and writes a table, or one JSON document.</summary>
    /// <param name="name">Which; null for kernels and updates.</param>
    /// <param name="json">Whether to write JSON.</param>
    /// <param name="output">Where to.</param>
    /// <param name="tell">Told in a sentence which peer is left out, and why.</param>
    /// <exception cref="UserError">Nothing has that name.</exception>
    public static void Run(string? name, bool json, TextWriter output, Action<string> tell)
    {
        if (name?.StartsWith(PythonBenchmark.Prefix, StringComparison.Ordinal) == true)
        {
            RunPython(json, output);
            return;
        }

        if (name?.StartsWith(ProfilePrefix, StringComparison.Ordinal) == true)
        {
            RunProfile(name[ProfilePrefix.Length..], json, output);
            return;
        }

        BenchmarkReport report = Measure(name, tell);
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(report, Json));
        }
        else
        {
            BenchmarkTables.Write(report, output);
        }
    }

    /// <summary>Reads a document that <c>--json</c> wrote.</summary>
    /// <exception cref="UserError">It is none.</exception>
    public static BenchmarkReport Read(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<BenchmarkReport>(text, Json) is { Machine: not null, Rows: not null } report ? report : throw new JsonException();
        }
        catch (JsonException)
        {
            throw new UserError("this is no document that 'dyad bench --json' wrote");
        }
    }

    // Two threads first: a process that is pinned to one core stays so.
    private static BenchmarkReport Measure(string? name, Action<string> tell)
    {
        string part = name ?? "";
        bool all = name == "everything";
        bool environments = all || name == "environments" || part.StartsWith(EnvironmentBenchmark.Prefix, StringComparison.Ordinal);
        string task = part.StartsWith(EnvironmentBenchmark.Prefix, StringComparison.Ordinal) ? part[EnvironmentBenchmark.Prefix.Length..] : "";
        List<BenchmarkRow> two = environments ? [.. EnvironmentBenchmark.MeasureTwoThreads(task)] : [];
        PinToLastCore();
        List<BenchmarkRow> rows = [];
        IReadOnlyList<BenchmarkCase> cases = environments && !all ? [] : Cases(name);
        if (cases.Count > 0)
        {
            IReadOnlyList<PeerProcess> peers = Peers.Start(tell);
            rows.AddRange(Harness.Measure(cases, peers));
            foreach (PeerProcess peer in peers)
            {
                peer.Dispose();
            }
        }

        if (environments)
        {
            rows.AddRange([.. EnvironmentBenchmark.Measure(task), .. two]);
        }

        if (all || name == "processes" || part.StartsWith(ProcessBenchmark.Prefix, StringComparison.Ordinal))
        {
            rows.AddRange(ProcessBenchmark.Measure(all || name == "processes" ? "" : part));
        }

        return rows.Count > 0 ? new BenchmarkReport(Machine(PeakProbe.Highest), rows) : throw new UserError(
            $"there is no benchmark '{name}'; there are kernels, updates, training, environments, processes, python, everything, profile-sac-256x256-b100, and rows such as sac-256x256-b100, train-sac-halfcheetah-b100 and env-HalfCheetah-v4");
    }

    private static IReadOnlyList<BenchmarkCase> Cases(string? name) => name switch
    {
        null => [.. KernelCases.Create(), .. UpdateCases.Create()],
        "kernels" => KernelCases.Create(),
        "updates" => UpdateCases.Create(),
        "training" => TrainingCases.Create(),
        "processes" => [],
        "everything" => [.. KernelCases.Create(), .. UpdateCases.Create(), .. TrainingCases.Create()],
        _ when name.StartsWith(ProcessBenchmark.Prefix, StringComparison.Ordinal) => [],
        _ when name.StartsWith(TrainingCases.Prefix, StringComparison.Ordinal) =>
            [.. TrainingCases.Create().Where(x => x.Name.Contains(name, StringComparison.Ordinal))],
        _ => [.. KernelCases.Create().Concat(UpdateCases.Create()).Where(x => x.Name.Contains(name, StringComparison.Ordinal))],
    };

    private static void RunProfile(string name, bool json, TextWriter output)
    {
        if (!UpdateCases.Agents().TryGetValue(name, out Func<AgentUpdate>? create))
        {
            throw new UserError($"there is no profile of '{name}'; there are {string.Join(", ", UpdateCases.Agents().Keys)}");
        }

        PinToLastCore();
        AgentUpdate update = create();
        IReadOnlyList<ProfileRow> rows = update.Profile();
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(new { machine = Machine(PeakProbe.Highest), rows }, Json));
            return;
        }

        output.WriteLine($"{"",-52} {"times",5} {"us",8} {"floor",8} {"above",8}");
        foreach (ProfileRow row in rows.Append(new ProfileRow("all", rows.Sum(x => x.Count), rows.Sum(x => x.Time), rows.Sum(x => x.Floor))))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{row.Label,-52} {row.Count,5} {row.Time,8:F2} {row.Floor,8:F2} {row.Time - row.Floor,8:F2}"));
        }
    }

    private static void RunPython(bool json, TextWriter output)
    {
        IReadOnlyList<BenchmarkRow> rows = PythonBenchmark.Measure();
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(new { machine = Machine(PeakProbe.Highest), rows }, Json));
            return;
        }

        output.WriteLine($"{"",-26} {"us a step",10} {"in Python",10} {"the way",10}");
        foreach (BenchmarkRow row in rows)
        {
            double alone = row.Peers.Values.First();
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{row.Name,-26} {row.Median,10:F2} {alone,10:F2} {row.Median - alone,10:F2}"));
        }
    }

    private static BenchmarkMachine Machine(double peak) => new(
        Processor.Name, Environment.ProcessorCount, Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128, peak / 1e9,
        RuntimeInformation.FrameworkDescription, RuntimeInformation.OSDescription);

    // This thread and the peer share a core; the compiler's threads stay free.
    private static void PinToLastCore()
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows())
        {
            Process.GetCurrentProcess().ProcessorAffinity = 1 << (Math.Min(Environment.ProcessorCount, 30) - 1);
        }
    }

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !Directory.Exists(Path.Combine(folder.FullName, "benchmarks", "peers")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? Environment.CurrentDirectory;
    }
}
