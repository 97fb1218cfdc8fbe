using Dyad.Core;
using Dyad.Training;

namespace Dyad.Studies.Slurm;

/// <summary>A run of a plan that is not done, as queue and folder have it.</summary>
/// <param name="Folder">Its folder; null where that hangs on what trials select.</param>
/// <param name="Name">Its line, task and seed, or its number.</param>
/// <param name="Job">"12_4 running on node-3, 1 requeue"; null where no job does it any more.</param>
/// <param name="IsOpen">Whether a job does it, or will.</param>
/// <param name="IsRunning">Whether its task is on a node.</param>
/// <param name="Failure">Why it was given up, or what it failed with last; null where it has not.</param>
/// <param name="IsGivenUp">Whether it was given up.</param>
public sealed record ClusterRun(string? Folder, string Name, string? Job, bool IsOpen, bool IsRunning, string? Failure, bool IsGivenUp);

/// <summary>Where the jobs of a study stand.</summary>
/// <param name="Runs">Runs that are not done.</param>
/// <param name="Done">Runs of the plans that are.</param>
/// <param name="IsSummaryOpen">Whether a job that makes the summary is there.</param>
public sealed record ClusterState(IReadOnlyList<ClusterRun> Runs, int Done, bool IsSummaryOpen)
{
    /// <summary>Whether no job of the study is left.</summary>
    public bool IsOver => !IsSummaryOpen && !Runs.Any(run => run.IsOpen);

    /// <summary>"6 of 8 runs done, 1 on a node, 1 waiting".</summary>
    public string Words
    {
        get
        {
            int running = Runs.Count(run => run.IsRunning), waiting = Runs.Count(run => run.IsOpen && !run.IsRunning), failed = Runs.Count(run => run.IsGivenUp && !run.IsOpen), lost = Runs.Count - running - waiting - failed;
            return $"{Done} of {Done + Runs.Count} runs done, {running} on a node, {waiting} waiting"
                + (failed > 0 ? $", {failed} failed" : "") + (lost > 0 ? $", {lost} without a job: the same command submits them" : "")
                + (IsSummaryOpen && running + waiting == 0 ? ", the summary to come" : "");
        }
    }

    /// <summary>Whether a folder holds plans.</summary>
    public static bool IsThere(string folder) => Directory.Exists(folder) && Directory.EnumerateFiles(folder, "plan-*.json").Any();

    /// <summary>Joins the queue with what the runs themselves have left.</summary>
    /// <param name="folder">A study's folder of plans, <c>DIR/STUDY/slurm</c>.</param>
    /// <exception cref="UserError">Slurm does not answer, or a plan cannot be read.</exception>
    public static ClusterState Of(string folder) => Of(folder, SlurmCommands.Queue());

    internal static ClusterState Of(string folder, IReadOnlyList<QueuedTask> queue)
    {
        IReadOnlyList<ClusterPlan> plans = ClusterPlan.All(folder);

        // Of a run that several plans had, the last one counts.
        var latest = new Dictionary<int, (ClusterPlan Plan, PlannedJob Run)>();
        foreach (ClusterPlan plan in plans)
        {
            foreach (PlannedJob run in plan.Runs)
            {
                latest[run.Index] = (plan, run);
            }
        }

        ILookup<(string, int), QueuedTask> tasks = plans.SelectMany(plan => queue.Where(task => plan.TaskOf(task) is not null).Select(task => (plan, task)))
            .ToLookup(x => (x.plan.Path, x.plan.TaskOf(x.task)!.Value), x => x.task);
        var lost = new Lazy<IReadOnlyDictionary<(long, int), string>>(() => SlurmCommands.Ended(plans.SelectMany(plan => plan.Arrays).Select(array => array.Job)));
        var runs = new List<ClusterRun>();
        int done = 0;
        foreach ((int index, (ClusterPlan plan, PlannedJob run)) in latest.OrderBy(x => x.Key))
        {
            int number = Enumerable.Range(0, plan.Tasks.Count).FirstOrDefault(i => plan.Tasks[i].Contains(index), -1);

            // A requeued task has a row of its run before, until the controller forgets it.
            QueuedTask? task = tasks[(plan.Path, number)].OrderByDescending(x => x.IsOpen).ThenByDescending(x => x.Requeues).FirstOrDefault();
            if (IsDone(run) || (run.Folder is null && task is { State: "COMPLETED" }))
            {
                done++;
                continue;
            }

            RunAttempts attempts = RunAttempts.Of(plan, index);
            SubmittedArray? array = plan.Arrays.FirstOrDefault(x => number >= x.First && number < x.First + x.Count);
            string? job = array is null ? null : task is not null ? $"{array.Job}_{number - array.First} {task.Words}"
                : lost.Value.TryGetValue((array.Job, number - array.First), out string? state) ? $"{array.Job}_{number - array.First} {state.ToLowerInvariant()}" : null;
            runs.Add(new ClusterRun(
                run.Folder, run.Label.Length == 0 ? $"run {index}" : $"{run.Label}, {run.Environment}, seed {run.Seed}", job, task?.IsOpen == true, task is { IsOpen: true, State: not "PENDING" },
                attempts.Failures == 0 ? null : attempts.Sentence, attempts.Failures >= plan.Attempts));
        }

        return new ClusterState(runs, done, plans.Any(plan => queue.Any(task => task.IsOpen && task.Job == plan.Summary)));
    }

    private static bool IsDone(PlannedJob run)
    {
        try
        {
            return run.Folder is not null && RunPointer.Follow(run.Folder).Status == RunStatus.Done;
        }
        catch (UserError)
        {
            return false;
        }
    }
}
