using System.Globalization;
using System.Text;

namespace Dyad.Studies.Slurm;

/// <summary>The scripts that Slurm runs.</summary>
internal static class JobScript
{
    /// <summary>Exit code of a task that is to be done again: it was stopped, or failed with attempts left. EX_TEMPFAIL of sysexits.h.</summary>
    public const int Again = 75;

    // Seconds before the time limit in which a run writes its checkpoint.
    private const int Grace = 60;

    /// <summary>An array of tasks.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="settings">What is asked of Slurm.</param>
    /// <param name="program">The published program.</param>
    /// <param name="first">The plan's task that is the array's task 0.</param>
    /// <param name="count">Tasks.</param>
    public static string Array(ClusterPlan plan, SlurmSettings settings, string program, int first, int count)
    {
        string limit = settings.ArrayLimit is { } most ? string.Create(CultureInfo.InvariantCulture, $"%{most}") : "";
        return $$"""
            #!/bin/bash
            # Tasks of the study {{plan.Name}}: the runs that {{Path.GetFileName(plan.Path)}} gives each of them.
            {{Head(plan, $"--array=0-{count - 1}{limit}", "%A_%a", settings.Options(), $"--signal=TERM@{Grace}")}}
            #SBATCH --requeue
            {{Setup()}}
            task=({{Quoted(program)}} study task {{Quoted(plan.Path)}} --number "$(({{first}} + SLURM_ARRAY_TASK_ID))")

            # As a step, which Slurm tells to end before it takes the node away, or the time is over.
            srun --ntasks=1 --cpus-per-task="$SLURM_CPUS_PER_TASK" "${task[@]}"
            code=$?

            # Neither done (0), nor given up (1), nor to be done again ({{Again}}): it was killed, and its runs failed.
            if [ "$code" != 0 ] && [ "$code" != 1 ] && [ "$code" != {{Again}} ]; then
                "${task[@]}" --died "$code"
                code=$?
            fi

            # A job that was cancelled is not running any more, and stays cancelled.
            # By its place: the number of one task is that of the array too.
            job="${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}"
            if [ "$code" = {{Again}} ] && [ "$(squeue --noheader --jobs="$job" --format=%T)" = RUNNING ]; then
                scontrol requeue "$job" && sleep {{Grace}}
            fi
            exit "$code"

            """;
    }

    /// <summary>The job that makes summary and report when the arrays have ended.</summary>
    public static string Summary(ClusterPlan plan, SlurmSettings settings, string program) => $"""
        #!/bin/bash
        # Summary and report of the study {plan.Name}, from the runs that are there.
        {Head(plan, null, "summary-%j", (settings with { Cores = 1, Time = null, Memory = null }).Options(), null)}
        {Setup()}
        exec {Quoted(program)} study summary {Quoted(plan.Path)}

        """;

    /// <summary>A word of bash.</summary>
    public static string Quoted(string word) => "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    private static string Head(ClusterPlan plan, string? array, string log, IEnumerable<string> options, string? signal)
    {
        var text = new StringBuilder();
        string name = "dyad-" + plan.Name.Replace('/', '-');
        foreach (string? word in new[] { $"--job-name={(array is null ? name + "-summary" : name)}", array, "--open-mode=append", $"--output={Path.Combine(Path.GetDirectoryName(plan.Path)!, "log", log + ".txt")}", signal }.Concat(options))
        {
            // Words with spaces are in quotes, which sbatch reads.
            text.Append(word is null ? "" : $"#SBATCH {(word.Any(char.IsWhiteSpace) ? "\"" + word.Replace("\"", "\\\"", StringComparison.Ordinal) + "\"" : word)}\n");
        }

        return text.ToString().TrimEnd('\n');
    }

    // What a task finds on its own there, and would not find on a node.
    private static string Setup() => Environment.GetEnvironmentVariable("DYAD_MUJOCO") is { Length: > 0 } mujoco ? $"export DYAD_MUJOCO={Quoted(Path.GetFullPath(mujoco))}" : "";
}
