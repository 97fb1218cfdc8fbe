using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Json;
using Dyad.Core;

namespace Dyad.Benchmarks;

/// <summary>
/// The benchmarks as a command: <c>kernels</c>, <c>updates</c>, <c>training</c>, <c>environments</c>, <c>python</c>, or the rows whose name contains a text.
/// </summary>
public static class Suite
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private const string ProfilePrefix = "profile-";

    /// <summary>The folder that holds <c>benchmarks/peers</c>.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>Measures and writes a table, or one JSON document.</summary>
    /// <param name="name">Which; null for all.</param>
    /// <param name="json">Whether to write JSON.</param>
    /// <param name="output">Where to.</param>
    /// <exception cref="UserError">Nothing has that name.</exception>
    public static void Run(string? name, bool json, TextWriter output)
    {
        if (name == "environments" || name?.StartsWith(EnvironmentBenchmark.Prefix, StringComparison.Ordinal) == true)
        {
            RunEnvironments(name == "environments" ? "" : name[EnvironmentBenchmark.Prefix.Length..], json, output);
            return;
        }

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

        IReadOnlyList<BenchmarkCase> cases = name switch
        {
            null => [.. KernelCases.Create(), .. UpdateCases.Create()],
            "kernels" => KernelCases.Create(),
            "updates" => UpdateCases.Create(),
            "training" => TrainingCases.Create(),
            _ when name.StartsWith(TrainingCases.Prefix, StringComparison.Ordinal) =>
                [.. TrainingCases.Create().Where(x => x.Name.Contains(name, StringComparison.Ordinal))],
            _ => [.. KernelCases.Create().Concat(UpdateCases.Create()).Where(x => x.Name.Contains(name, StringComparison.Ordinal))],
        };
        if (cases.Count == 0)
        {
            throw new UserError($"there is no benchmark '{name}'; there are kernels, updates, training, environments, python, and rows such as sac-256x256-b100, train-sac-halfcheetah-b100 and env-HalfCheetah-v4");
        }

        PinToLastCore();
        using TorchPeer? peer = TorchPeer.Start();
        double peak = PeakProbe.Measure();
        IReadOnlyList<BenchmarkRow> rows = Harness.Measure(cases, peer);
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(new { machine = Machine(peak), rows }, Json));
            return;
        }

        output.WriteLine($"{"",-26} {"median us",10} {"floor us",10} {"floor/median",13} {peer?.Name ?? "no peer",16} {"ratio",6}");
        foreach (BenchmarkRow row in rows)
        {
            double other = row.Peers.Values.FirstOrDefault();
            string compared = other > 0 ? $"{other,16:F2} {other / row.Median,6:F2}" : "";
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{row.Name,-26} {row.Median,10:F2} {row.Floor,10:F2} {row.Floor / row.Median,13:P0} {compared}"));
        }
    }

    // Two threads first: a process that is pinned to one core stays so.
    private static void RunEnvironments(string part, bool json, TextWriter output)
    {
        IReadOnlyList<BenchmarkRow> two = EnvironmentBenchmark.MeasureTwoThreads(part);
        if (two.Count == 0)
        {
            throw new UserError($"there is no benchmark 'env-{part}'; the rows are env-NAME with a task such as HalfCheetah-v4");
        }

        PinToLastCore();
        IReadOnlyList<BenchmarkRow> one = EnvironmentBenchmark.Measure(part);
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(new { machine = Machine(PeakProbe.Measure()), rows = one.Concat(two) }, Json));
            return;
        }

        output.WriteLine($"{"",-30} {"steps/s",10} {"bare mj_step",13} {"share",6} {"2 threads",11} {"ratio",6}");
        foreach ((BenchmarkRow single, BenchmarkRow pair) in one.Zip(two))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{single.Name,-30} {single.Median,10:F0} {(single.Floor > 0 ? $"{single.Floor:F0}" : "-"),13} {(single.Floor > 0 ? $"{single.Median / single.Floor:P0}" : "-"),6} {pair.Median,11:F0} {pair.Median / pair.Floor,6:F2}"));
        }
    }

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
            output.WriteLine(JsonSerializer.Serialize(new { machine = Machine(PeakProbe.Measure()), rows }, Json));
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
            output.WriteLine(JsonSerializer.Serialize(new { machine = Machine(PeakProbe.Measure()), rows }, Json));
            return;
        }

        output.WriteLine($"{"",-26} {"us a step",10} {"in Python",10} {"the way",10}");
        foreach (BenchmarkRow row in rows)
        {
            double alone = row.Peers.Values.First();
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{row.Name,-26} {row.Median,10:F2} {alone,10:F2} {row.Median - alone,10:F2}"));
        }
    }

    private static Dictionary<string, object> Machine(double peak) => new()
    {
        ["processor"] = Processor.Name,
        ["cores"] = Environment.ProcessorCount,
        ["vectorBits"] = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128,
        ["peakGflops"] = peak / 1e9,
        ["runtime"] = RuntimeInformation.FrameworkDescription,
        ["system"] = RuntimeInformation.OSDescription,
    };

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
