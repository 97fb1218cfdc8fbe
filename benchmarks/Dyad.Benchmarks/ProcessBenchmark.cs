using System.Diagnostics;
using System.Reflection;
using Dyad.Core;

namespace Dyad.Benchmarks;

/// <summary>
/// Whole commands from their start to their end, on one core: start-up, and short runs in which the compiler still warms up; with
/// the most memory that the process held.
/// </summary>
public static class ProcessBenchmark
{
    /// <summary>Prefix of the rows' names.</summary>
    public const string Prefix = "process-";

    private static readonly (string Name, string[] Arguments, int Samples)[] Commands =
    [
        ("version", ["--version"], 15),
        ("list", ["list", "algorithms"], 15),
        ("train-sac-pendulum-64x64-b100-20000", Train("sac"), 5),
        ("train-ddpg-pendulum-64x64-b100-20000", Train("ddpg"), 5),
    ];

    /// <summary>Rows of commands whose name contains a text: milliseconds of elapsed time, and mebibytes.</summary>
    /// <exception cref="UserError">A command failed.</exception>
    public static IReadOnlyList<BenchmarkRow> Measure(string part) => [.. Commands
        .Where(command => (Prefix + command.Name).Contains(part, StringComparison.Ordinal))
        .SelectMany(command => Measure(command.Name, command.Arguments, command.Samples))];

    // An update a step, measured once at its end.
    private static string[] Train(string method) =>
    [
        "train", method, "Pendulum-v1", "--steps", "20000", "--measure-every", "20000", "--evaluation-episodes", "1",
        "--set", "hidden_width=64", "--set", "batch_size=100", "--set", "random_steps=100", "--set", "update_after=100",
    ];

    private static IEnumerable<BenchmarkRow> Measure(string name, string[] arguments, int samples)
    {
        var times = new List<double>();
        var memory = new List<double>();
        for (int i = -1; i < samples; i++)
        {
            (double milliseconds, double mebibytes) = Run(arguments);
            if (i >= 0)
            {
                times.Add(milliseconds);
                memory.Add(mebibytes);
            }
        }

        yield return Row(name, "ms", times);
        yield return Row($"{name}-memory", "MiB", memory);
    }

    private static BenchmarkRow Row(string name, string unit, List<double> values) =>
        new(Prefix + name, unit, Harness.Median(values), 0, new Dictionary<string, double>());

    private static (double Milliseconds, double Mebibytes) Run(string[] arguments)
    {
        string folder = Directory.CreateTempSubdirectory("dyad-bench").FullName;
        try
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
            if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            {
                start.ArgumentList.Add(Assembly.GetEntryAssembly()!.Location);
            }

            foreach (string argument in arguments)
            {
                start.ArgumentList.Add(argument);
            }

            long begun = Stopwatch.GetTimestamp();
            using Process process = Process.Start(start)!;
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            long peak = 0;
            do
            {
                process.Refresh();
                peak = Math.Max(peak, Peak(process));
            }
            while (!process.WaitForExit(5));

            double milliseconds = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
            return process.ExitCode == 0 ? (milliseconds, peak / 1048576.0) : throw new UserError($"'{string.Join(' ', arguments)}' ended with {process.ExitCode}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static long Peak(Process process)
    {
        try
        {
            return process.PeakWorkingSet64;
        }
        catch (InvalidOperationException)
        {
            // It has ended between the two lines.
            return 0;
        }
    }
}
