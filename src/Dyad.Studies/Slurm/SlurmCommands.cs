using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Dyad.Core;

namespace Dyad.Studies.Slurm;

/// <summary>Calls of Slurm's commands, as they are on the PATH.</summary>
internal static class SlurmCommands
{
    private const int FieldWidth = 64;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly string[] Fields = ["ArrayJobID", "ArrayTaskID", "JobID", "State", "NodeList", "RestartCnt", "Reason"];

    /// <summary>Submits a script.</summary>
    /// <param name="words">Words beside the script, as a dependency.</param>
    /// <param name="script">Its path.</param>
    /// <returns>The job's number.</returns>
    /// <exception cref="UserError">Slurm refuses it.</exception>
    public static long Submit(IEnumerable<string> words, string script)
    {
        string answer = Require("sbatch", [.. words, "--parsable", script]);
        return long.TryParse(answer.Trim().Split(';')[0], CultureInfo.InvariantCulture, out long job) ? job : throw new UserError($"sbatch answered '{OneLine.Of(answer.Trim(), 100)}' where the number of a job was expected");
    }

    /// <summary>The user's jobs that are in the queue, a task of an array a row.</summary>
    /// <exception cref="UserError">Slurm does not answer.</exception>
    public static IReadOnlyList<QueuedTask> Queue() => QueuedTask.Parse(
        Require("squeue", ["--noheader", "--array", $"--user={Environment.UserName}", "--states=all", "--Format=" + string.Join(',', Fields.Select(field => $"{field}:{FieldWidth}"))]), FieldWidth);

    /// <summary>What the cluster allows.</summary>
    /// <exception cref="UserError">Slurm does not answer.</exception>
    public static ClusterLimits Limits()
    {
        // Limits of accounts are known where there is accounting.
        (int code, string associations, _) = Call("sacctmgr", ["--noheader", "--parsable2", "show", "association", "where", $"user={Environment.UserName}", "format=MaxSubmitJobs"]);
        return ClusterLimits.Parse(Require("scontrol", ["show", "config"]), code == 0 ? associations : "");
    }

    /// <summary>States of jobs that ended, by accounting; empty where there is none.</summary>
    /// <param name="jobs">Numbers of arrays.</param>
    public static IReadOnlyDictionary<(long Job, int Task), string> Ended(IEnumerable<long> jobs)
    {
        string list = string.Join(',', jobs);
        (int code, string answer, _) = list.Length == 0 ? (1, "", "") : Call("sacct", ["--allocations", "--noheader", "--parsable2", "--format=JobID,State", $"--jobs={list}"]);
        return code == 0 ? QueuedTask.ParseEnded(answer) : new Dictionary<(long, int), string>();
    }

    /// <summary>Kinds of nodes, by their features.</summary>
    /// <param name="partition">A partition; the default one if null.</param>
    public static IReadOnlyList<string> Features(string? partition)
    {
        (int code, string answer, _) = Call("sinfo", ["--noheader", "--format=%f", .. partition is null ? Array.Empty<string>() : [$"--partition={partition}"]]);
        return code != 0 ? [] : [.. answer.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct()];
    }

    private static string Require(string program, IReadOnlyList<string> arguments)
    {
        (int code, string output, string error) = Call(program, arguments);
        string first = error.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() ?? $"it ended with code {code}";
        return code == 0 ? output : throw new UserError(code == int.MinValue
            ? $"there is no '{program}' on the PATH: --on slurm is for a machine that submits to a cluster"
            : $"Slurm refuses '{program}': {OneLine.Of(first.Replace($"{program}: error: ", "", StringComparison.Ordinal), 200)}");
    }

    // The code is the least of all where there is no such program.
    private static (int Code, string Output, string Error) Call(string program, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };

        // Answers in the form that is read; what a user has set for sbatch stays.
        start.Environment["LC_ALL"] = "C";
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("SQUEUE_", StringComparison.Ordinal) || name.StartsWith("SINFO_", StringComparison.Ordinal) || name.StartsWith("SACCT_", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(name);
        }

        try
        {
            using Process process = Process.Start(start)!;
            process.StandardInput.Close();
            Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(Patience))
            {
                process.Kill();
                throw new UserError($"'{program}' has not answered within {Patience.TotalSeconds:0} s: is the cluster's controller there?");
            }

            return (process.ExitCode, output.Result, error.Result);
        }
        catch (Win32Exception)
        {
            return (int.MinValue, "", "");
        }
    }
}
