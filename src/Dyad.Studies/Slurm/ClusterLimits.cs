using System.Globalization;
using System.Text.RegularExpressions;

namespace Dyad.Studies.Slurm;

/// <summary>How many jobs a cluster takes.</summary>
/// <param name="ArraySize">Tasks of an array at most: numbered from 0, below <c>MaxArraySize</c>.</param>
/// <param name="Jobs">Jobs of the user at most at a time; a task counts as one.</param>
internal sealed partial record ClusterLimits(int ArraySize, int Jobs)
{
    /// <summary>What Slurm has unless it is told otherwise: for a script that is only shown.</summary>
    public static ClusterLimits Usual { get; } = new(1001, 10000);

    /// <summary>Reads <c>scontrol show config</c>, and the <c>MaxSubmitJobs</c> of the user's associations, a line each, empty where there is no limit.</summary>
    public static ClusterLimits Parse(string config, string associations)
    {
        int[] own = [.. associations.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Number).OfType<int>()];
        return new ClusterLimits(
            Number(ArraySizeLine().Match(config).Groups[1].Value) ?? Usual.ArraySize,
            Math.Min(own.DefaultIfEmpty(int.MaxValue).Max(), Number(JobCountLine().Match(config).Groups[1].Value) ?? Usual.Jobs));
    }

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    [GeneratedRegex(@"^MaxArraySize\s*=\s*(\d+)", RegexOptions.Multiline)]
    private static partial Regex ArraySizeLine();

    [GeneratedRegex(@"^MaxJobCount\s*=\s*(\d+)", RegexOptions.Multiline)]
    private static partial Regex JobCountLine();
}

/// <summary>Runs as tasks of arrays.</summary>
/// <param name="Tasks">The runs of each task.</param>
/// <param name="Arrays">First task and number of tasks of each array.</param>
/// <param name="RunsPerTask">Runs of a task.</param>
internal sealed record TaskSplit(IReadOnlyList<IReadOnlyList<int>> Tasks, IReadOnlyList<(int First, int Count)> Arrays, int RunsPerTask)
{
    /// <summary>Divides runs: as many to a task as are wanted, or as many more as the cluster's number of jobs asks for.</summary>
    /// <param name="runs">The runs, in their order.</param>
    /// <param name="wanted">Runs of a task.</param>
    /// <param name="limits">What the cluster takes.</param>
    /// <param name="others">The user's jobs that are there already, and those that are to come beside these.</param>
    public static TaskSplit Of(IReadOnlyList<int> runs, int wanted, ClusterLimits limits, int others)
    {
        int room = Math.Max(1, limits.Jobs - others), perTask = Math.Max(wanted, (runs.Count + room - 1) / room), size = Math.Max(1, limits.ArraySize);
        IReadOnlyList<int>[] tasks = [.. runs.Chunk(perTask)];
        return new TaskSplit(tasks, [.. Enumerable.Range(0, (tasks.Length + size - 1) / size).Select(i => (i * size, Math.Min(size, tasks.Length - (i * size))))], perTask);
    }
}
