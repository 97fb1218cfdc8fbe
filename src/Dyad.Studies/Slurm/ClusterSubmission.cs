using System.Globalization;
using Dyad.Core;
using Dyad.Studies.Running;
using Dyad.Training;

namespace Dyad.Studies.Slurm;

/// <summary>What a call submitted, or would.</summary>
/// <param name="Done">Runs that are done.</param>
/// <param name="Queued">Runs that jobs of before do, or will.</param>
/// <param name="Submitted">Runs that new jobs do.</param>
/// <param name="Folder">The folder of plans, scripts and logs.</param>
/// <param name="Scripts">The scripts, with their texts.</param>
/// <param name="Jobs">Numbers of the new arrays, then of the summary's job.</param>
/// <param name="Notes">What a user should know.</param>
public sealed record Submission(
    int Done, int Queued, int Submitted, string Folder, IReadOnlyList<(string Path, string Text)> Scripts, IReadOnlyList<long> Jobs, IReadOnlyList<string> Notes);

/// <summary>Gives the runs of a study to Slurm that are neither done nor queued.</summary>
public static class ClusterSubmission
{
    /// <summary>Submits.</summary>
    /// <param name="study">The study.</param>
    /// <param name="file">Its file; null for one of the build.</param>
    /// <param name="request">What is wanted of it.</param>
    /// <param name="settings">What is asked of Slurm.</param>
    /// <param name="isDry">Whether scripts are made and nothing is written or submitted.</param>
    /// <exception cref="UserError">Slurm refuses, or nothing can be written.</exception>
    public static Submission Submit(Study study, string? file, StudyRequest request, SlurmSettings settings, bool isDry)
    {
        ArgumentNullException.ThrowIfNull(study);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(settings);
        var store = new RunStore(request.Output);
        string folder = ClusterPlan.FolderOf(study, request);
        IReadOnlyList<ClusterPlan> before = ClusterPlan.All(folder);
        IReadOnlyList<QueuedTask> queue = [.. SlurmCommands.Queue().Where(task => task.IsOpen)];
        ClusterLimits limits = SlurmCommands.Limits();

        HashSet<int> queued = [.. before.SelectMany(plan => queue.Select(plan.TaskOf).OfType<int>().SelectMany(task => plan.Tasks[task]))];
        IReadOnlyList<PlannedRun?> planned = StudyRunner.Numbered(study, request, store);
        int trials = study.Tuning(request.Scale) is { } tuning ? tuning.Variants(request).Count * tuning.Seeds.Count : 0;
        bool[] done = [.. planned.Select(run => run is not null && RunLoop.HasFinished(run.Directory, run.Variant.Run(run.Seed)))];
        int[] left = [.. Enumerable.Range(0, planned.Count).Where(i => !done[i] && !queued.Contains(i))];
        var notes = new List<string>();
        string? unknown = left.Any(i => i < trials) || queued.Any(i => i < trials) ? "the runs that are reported wait for the search that selects their options" : null;
        notes.AddRange(unknown is null || !left.Any(i => i >= trials) ? [] : [unknown]);

        // Those that select come first, and the others wait for them; a summary waits for all.
        TaskSplit[] stages = [.. new[] { left.Where(i => i < trials).ToArray(), left.Where(i => i >= trials).ToArray() }.Where(stage => stage.Length > 0)
            .Select(stage => TaskSplit.Of(stage, settings.RunsPerTask, limits, queue.Count + 1 + left.Length - stage.Length))];
        if (stages.Length == 0)
        {
            return new Submission(done.Count(x => x), queued.Count, 0, folder, [], [], notes);
        }

        notes.AddRange(stages.Where(stage => stage.RunsPerTask > settings.RunsPerTask).Take(1).Select(stage =>
            $"the cluster takes {limits.Jobs} jobs at a time, and {queue.Count} are there: {stage.RunsPerTask} runs are a task, instead of {settings.RunsPerTask}"));
        notes.AddRange(stages.Where(stage => stage.Arrays.Count > 1).Take(1).Select(stage =>
            $"an array has {limits.ArraySize} tasks at most here: {stage.Tasks.Count} tasks are {stage.Arrays.Count} arrays"));
        notes.AddRange(KindsOfNodes(settings));
        settings = settings with { RunsPerTask = stages.Max(stage => stage.RunsPerTask) };
        var plan = new ClusterPlan(
            file is null ? null : Path.GetFullPath(file), study.Name, study.Fingerprint, request.ScaleName, request.Seeds, request.Steps, request.Only is null ? null : [.. request.Only],
            Path.GetFullPath(request.Output), request.Command, settings.Attempts,
            [.. left.Select(i => planned[i] is { } run ? new PlannedJob(i, run.Directory.FullPath, run.Variant.Label, run.Variant.Environment, run.Seed) : new PlannedJob(i, null, "", "", 0))],
            [.. stages.SelectMany(stage => stage.Tasks)])
        {
            Path = ClusterPlan.NextPath(folder),
        };
        string program = isDry ? Path.Combine(plan.Output, ".dyad", "build", "dyad") : PublishedBuild.Copy(plan.Output);
        var scripts = new List<(string, string)>();
        var waiting = new List<List<(int First, int Count, string Path)>>();
        int offset = 0;
        foreach (TaskSplit stage in stages)
        {
            waiting.Add([.. stage.Arrays.Select((array, i) => (offset + array.First, array.Count, Script(plan, $"array{scripts.Count + i + 1}")))]);
            scripts.AddRange(waiting[^1].Select(array => (array.Path, JobScript.Array(plan, settings, program, array.First, array.Count))));
            offset += stage.Tasks.Count;
        }

        string summary = Script(plan, "summary");
        scripts.Add((summary, JobScript.Summary(plan, settings, program)));
        return new Submission(
            done.Count(x => x), queued.Count, left.Length, folder, scripts, isDry ? [] : Send(plan, scripts, waiting, summary, trials > 0, before, queue), notes);
    }

    // All of them or what was accepted: the plan knows of each job that is there.
    private static IReadOnlyList<long> Send(
        ClusterPlan plan, IReadOnlyList<(string Path, string Text)> scripts, List<List<(int First, int Count, string Path)>> stages, string summary, bool isTuned, IReadOnlyList<ClusterPlan> before, IReadOnlyList<QueuedTask> queue)
    {
        try
        {
            Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(plan.Path)!, "log"));
            foreach ((string path, string text) in scripts)
            {
                File.WriteAllText(path, text.ReplaceLineEndings("\n"));
            }
        }
        catch (Exception e) when (IoSentence.Tells(e))
        {
            throw new UserError($"cannot write under '{Path.GetDirectoryName(plan.Path)}': {IoSentence.Of(e)}", e);
        }

        // What failed before is tried anew.
        foreach (PlannedJob run in plan.Runs)
        {
            RunAttempts.Clear(plan, run.Index);
        }

        plan.Write();
        long[] earlier = [.. before.SelectMany(other => other.Arrays).Select(array => array.Job).Where(job => queue.Any(task => task.Array == job)).Distinct()];
        var sent = new List<SubmittedArray>();
        IReadOnlyList<long> search = isTuned ? earlier : [];
        foreach (List<(int First, int Count, string Path)> stage in stages)
        {
            int from = sent.Count;
            foreach ((int first, int count, string path) in stage)
            {
                try
                {
                    sent.Add(new SubmittedArray(SlurmCommands.Submit(After(search), path), first, count));
                }
                catch (UserError) when (sent.Count == 0)
                {
                    // Nothing is there that a plan would have to know of.
                    scripts.Select(script => script.Path).Append(plan.Path).ToList().ForEach(File.Delete);
                    throw;
                }

                (plan with { Arrays = sent }).Write();
            }

            search = [.. search, .. sent.Skip(from).Select(array => array.Job)];
        }

        long last = SlurmCommands.Submit(After([.. earlier, .. sent.Select(array => array.Job)]), summary);
        (plan with { Arrays = sent, Summary = last }).Write();
        return [.. sent.Select(array => array.Job), last];
    }

    private static IEnumerable<string> After(IReadOnlyList<long> jobs) => jobs.Count == 0 ? [] : [$"--dependency=afterany:{string.Join(':', jobs.Distinct())}"];

    private static string Script(ClusterPlan plan, string name) =>
        Path.ChangeExtension(plan.Path, null) + string.Create(CultureInfo.InvariantCulture, $"-{name}.sh");

    // Bits are those of an instruction set.
    private static IEnumerable<string> KindsOfNodes(SlurmSettings settings) => settings.Constraint is null && SlurmCommands.Features(settings.Partition) is { Count: > 1 } kinds
        ? [$"nodes have different features ({string.Join("; ", kinds.Take(4))}): runs are the same to the bit on one instruction set only, and --constraint keeps them to one"]
        : [];
}
