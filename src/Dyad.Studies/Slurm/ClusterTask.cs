using Dyad.Core;
using Dyad.Studies.Running;
using Dyad.Training;

namespace Dyad.Studies.Slurm;

/// <summary>One task of an array: some runs of a study, each on a thread of its own.</summary>
public static class ClusterTask
{
    // A moment longer than an owner on another node is waited for.
    private static readonly TimeSpan Patience = RunOwner.StaleAfter + TimeSpan.FromSeconds(30);

    private enum Ending
    {
        Done,
        Again,
        GivenUp,
    }

    /// <summary>Does what is left of the runs of a task.</summary>
    /// <param name="path">The plan.</param>
    /// <param name="number">The plan's task.</param>
    /// <param name="say">Receives sentences for the task's log; calls come one after the other.</param>
    /// <param name="cancellation">Stops the runs, which go on when the task is done again.</param>
    /// <returns>0 where all are done, 1 where one was given up, 75 where one is to be done again.</returns>
    /// <exception cref="UserError">There is no such plan or task, or the study's file has changed.</exception>
    public static int Do(string path, int number, Action<string> say, CancellationToken cancellation)
    {
        using IDisposable culture = InvariantCulture.Begin();
        var plan = ClusterPlan.Read(path);
        (Study study, StudyRequest request) = plan.Open();
        var store = new RunStore(request.Output);
        IReadOnlyList<PlannedRun?> planned = StudyRunner.Numbered(study, request, store);
        int[] indices = [.. RunsOf(plan, number)];
        var endings = new Ending[indices.Length];
        Lock gate = new();
        Thread[] threads = [.. indices.Select((index, i) => new Thread(() => endings[i] = One(index)) { Name = $"run {index}" })];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        return Code(endings);

        Ending One(int index)
        {
            // A line that no trial came to an end for has fewer runs than were planned.
            if (index >= planned.Count)
            {
                Say($"run {index}: there is none, since the search left a line out");
                return Ending.Done;
            }

            if (planned[index] is not { } run)
            {
                return Fail(plan, index, "the runs that select its options have not come to an end", Say);
            }

            string name = $"run {index}, {run.Variant.Label} on {run.Variant.Environment}, seed {run.Seed}";
            if (RunAttempts.Of(plan, index) is { } before && before.Failures >= plan.Attempts)
            {
                Say($"{name}: given up before, {before.Sentence}");
                return Ending.GivenUp;
            }

            try
            {
                WaitForOwner(run, cancellation);
                Say($"{name}: begins or goes on in {run.Directory.FullPath}");
                RunExecution.Do(run, store, _ => { }, sentence => Say($"{name}: {sentence}"), [], cancellation);
                RunAttempts.Clear(plan, index);
                Say($"{name}: done");
                return Ending.Done;
            }
            catch (OperationCanceledException)
            {
                Say($"{name}: stopped");
                return Ending.Again;
            }
            catch (UserError e) when (IsAnothers(run))
            {
                Say($"{name}: {e.Message}");
                return Ending.Again;
            }
            catch (Exception e)
            {
                return Fail(plan, index, RunSchedule.Sentence(e), sentence => Say($"{name}: {sentence}"));
            }
        }

        void Say(string sentence)
        {
            lock (gate)
            {
                say(sentence);
            }
        }
    }

    /// <summary>Counts a failure of the runs of a task whose process ended without a word.</summary>
    /// <param name="path">The plan.</param>
    /// <param name="number">The plan's task.</param>
    /// <param name="code">The exit code, as a shell has it.</param>
    /// <param name="say">Receives sentences for the task's log.</param>
    /// <returns>1 where all runs are done or given up, 75 where one is to be done again.</returns>
    public static int Died(string path, int number, int code, Action<string> say)
    {
        var plan = ClusterPlan.Read(path);
        (Study study, StudyRequest request) = plan.Open();
        IReadOnlyList<PlannedRun?> planned = StudyRunner.Numbered(study, request, new RunStore(request.Output));
        string sentence = $"the process of the task was killed (code {code}), perhaps for its memory";
        int ending = Code([.. RunsOf(plan, number).Select(index =>
            index < planned.Count && planned[index] is { } run && RunLoop.HasFinished(run.Directory, run.Variant.Run(run.Seed)) ? Ending.Done : Fail(plan, index, sentence, say))]);
        return ending == 0 ? 1 : ending;
    }

    private static IReadOnlyList<int> RunsOf(ClusterPlan plan, int number) => number >= 0 && number < plan.Tasks.Count
        ? plan.Tasks[number]
        : throw new UserError($"--number is {number}; '{plan.Path}' has the tasks 0 to {plan.Tasks.Count - 1}");

    private static int Code(Ending[] endings) => endings.Contains(Ending.Again) ? JobScript.Again : endings.Contains(Ending.GivenUp) ? 1 : 0;

    private static Ending Fail(ClusterPlan plan, int index, string sentence, Action<string> say)
    {
        var attempts = RunAttempts.Count(plan, index, sentence);
        bool isLast = attempts.Failures >= plan.Attempts;
        say($"{sentence}; {(isLast ? $"given up after {attempts.Failures}" : $"{attempts.Failures} of {plan.Attempts}")} failures");
        return isLast ? Ending.GivenUp : Ending.Again;
    }

    // After the loss of a node its runs have owners that are heard of no more.
    private static void WaitForOwner(PlannedRun run, CancellationToken cancellation)
    {
        for (long started = Environment.TickCount64; IsAnothers(run) && Environment.TickCount64 - started < Patience.TotalMilliseconds;)
        {
            cancellation.WaitHandle.WaitOne(TimeSpan.FromSeconds(1));
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private static bool IsAnothers(PlannedRun run) => RunOwner.Last(run.Directory.CheckpointPath) is { } owner
        && owner.Process != ProcessIdentity.Current && owner.IsAlive(ProcessIdentity.Current, TimeProvider.System.GetUtcNow());
}
