using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Dyad.Core;
using Dyad.Studies.Results;
using Dyad.Studies.Running;
using Dyad.Studies.Tuning;
using Dyad.Training;

namespace Dyad.Studies;

/// <summary>What came of a study.</summary>
/// <param name="Result">The result; it names the runs that failed.</param>
/// <param name="Folder">The folder of its <c>summary.json</c>.</param>
/// <param name="Mistake">What a run failed with that is nobody's input: a mistake in Dyad; null where there is none.</param>
public sealed record StudyOutcome(StudyResult Result, string Folder, Exception? Mistake);

/// <summary>
/// Runs a study: every variant and seed in a folder of its own, several at a time, each a pure function of configuration and
/// seed, so that neither order nor number of jobs matters. Finished runs are kept; stopped ones go on; one that fails leaves the
/// others alone.
/// </summary>
public static class StudyRunner
{
    /// <summary>The build, as far as runs depend on it.</summary>
    public static BuildIdentity Build { get; } = BuildIdentity.Of(typeof(StudyRunner).Assembly);

    /// <summary>The version of Dyad.</summary>
    public static string Version { get; } = Build.Version;

    /// <summary>Processor, number of cores and operating system.</summary>
    public static string Machine { get; } =
        $"{Processor.Name}, {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}";

    /// <summary>Does something with the result of a study as it is in its folder, while no other call changes it.</summary>
    /// <exception cref="UserError">There is none, or it is damaged.</exception>
    public static void WithSummary(string folder, Action<StudyResult> use)
    {
        ArgumentNullException.ThrowIfNull(use);
        using IDisposable? held = SummaryLock.Hold(folder);
        use(SummaryFile.Read(folder));
    }

    /// <summary>Does what is left of a study and writes its <c>summary.json</c>.</summary>
    /// <param name="study">The study.</param>
    /// <param name="request">What is wanted.</param>
    /// <param name="progress">Is told after each row of metrics; calls come one after the other, from several threads.</param>
    /// <param name="warn">Receives sentences about what was passed over.</param>
    /// <param name="cancellation">Stops the runs, which can go on later.</param>
    /// <exception cref="OperationCanceledException">The runs were stopped.</exception>
    /// <exception cref="UserError">No run is left to be summarised, or the summary cannot be written, or finished runs could not be kept, after the summary was written.</exception>
    public static StudyOutcome Execute(
        Study study, StudyRequest request, Action<StudyProgress> progress, Action<string> warn, CancellationToken cancellation)
    {
        using IDisposable culture = InvariantCulture.Begin();
        var store = new RunStore(request.Output);
        var unkept = new ConcurrentQueue<UserError>();

        // What holds for many runs is said once; what was said of finished runs holds for the summary.
        var said = new ConcurrentDictionary<string, bool>();
        var saidOfFinished = new ConcurrentDictionary<string, bool>();
        if (study.Tuning(request.Scale) is { } tuning)
        {
            (study, progress) = Tune(study, tuning, request, store, (run, report) => RunExecution.Do(run, store, report, Say, saidOfFinished, cancellation, request), progress, cancellation);
        }

        KeptSeeds.Bring(study, request);
        IReadOnlyList<PlannedRun> planned = StudyPlan.Of(study, request, store);
        string folder = Path.Combine(Path.GetFullPath(request.Output), study.ResultFolder);

        // Runs beside those of the call are in no stamp.
        string? stamp = study.AddsUp ? null : SummaryStamp.Of(study, request, planned, Build);
        if (SummaryStamp.Read(folder, stamp, warn) is { } stored)
        {
            planned.ToList().ForEach(run => Keep(run, wasFinished: true));
            RequireKept();
            PlannedRun last = planned[^1];
            progress(new StudyProgress(1, last.Variant.Label, last.Seed, new RunProgress(last.Variant.Steps, last.Variant.Steps, 0, []))
            {
                Environment = last.Variant.Environment,
                Done = planned.Count,
                Runs = planned.Count,
                Left = TimeSpan.Zero,
            });
            return new StudyOutcome(stored, folder, null);
        }

        RequireDevice(planned, request);
        RunOutcome[] outcomes = [.. RunSchedule.Execute(
            planned, JobsOf(planned, request), (run, report) => Keep(run, RunExecution.Do(run, store, report, Say, saidOfFinished, cancellation, request, Alike(planned, run))), progress, cancellation)];

        // From here on one call after the other: the last of several at once finds all runs done.
        using IDisposable? held = outcomes.Any(outcome => outcome.Failure is null) ? SummaryLock.Hold(folder) : null;
        outcomes = [.. outcomes.Select(outcome => LookAgain(outcome, store, saidOfFinished, request))];
        foreach (RunOutcome shared in outcomes.Where(outcome => outcome is { Failure: null, Run.Pointer: not null }))
        {
            RunPointer.Write(shared.Run.Pointer!, shared.Run.Directory);
        }

        IReadOnlyList<PlannedRun> beside = study.AddsUp ? StudyPlan.Beside(planned, Say, request.Device is not null) : [];
        RunOutcome[] all = [.. outcomes.Concat(beside.Select(run => new RunOutcome(run, null, null, WasFinished: true)))
            .OrderBy(outcome => beside.Count == 0 ? 0 : outcome.Run.Seed)];
        IReadOnlyList<FinishedRun> finished = RunReader.Read(all, request.Jobs);
        RunOutcome[] failed = [.. all.Where(outcome => outcome.Failure is not null)];
        if (finished.Count == 0)
        {
            throw AllFailed(failed);
        }

        string[] notes = beside.Count == 0 ? [] :
            [$"With {Wording.Seeds(beside.Count)} of other calls, whose runs were in the folder: {string.Join(", ", beside.Select(run => run.Seed).Order())}."];
        StudyResult result = Summary.Of(study, request, new StudyRuns(request.Scale, finished), all, notes);
        SummaryFile.Write(folder, result);
        SummaryStamp.Write(
            folder, study.AddsUp || failed.Length > 0 ? null : SummaryStamp.Of(study, request, planned, Build), saidOfFinished.Keys);
        RequireKept();
        return new StudyOutcome(result, folder, failed.Concat((study as TunedStudy)?.Trials ?? []).Select(outcome => outcome.Cause).FirstOrDefault(cause => cause is not (null or UserError or OutOfMemoryException)));

        // As soon as it is done: the machine may be gone tomorrow.
        bool Keep(PlannedRun run, bool wasFinished)
        {
            try
            {
                if (request.Kept is { } kept)
                {
                    KeptSeeds.Keep(kept, run);
                }
            }
            catch (UserError e)
            {
                // The run is done all the same.
                unkept.Enqueue(e);
            }

            return wasFinished;
        }

        void RequireKept()
        {
            if (unkept.TryPeek(out UserError? first))
            {
                throw unkept.Count == 1 ? first : new UserError($"{first.Message} (and so {unkept.Count - 1} more); the runs are done, and stand in their folders", first);
            }
        }

        void Say(string sentence)
        {
            if (said.TryAdd(sentence, true))
            {
                warn(sentence);
            }
        }
    }

    /// <summary>Does one run of a study, by its place among all.</summary>
    /// <param name="study">The study.</param>
    /// <param name="request">What is wanted of the study.</param>
    /// <param name="index">The run, from 0: by variant and then by seed.</param>
    /// <param name="progress">Is told after each row of metrics.</param>
    /// <param name="warn">Receives sentences about what was passed over.</param>
    /// <param name="cancellation">Stops the run, which can go on later.</param>
    /// <returns>Label, task and seed of the run, and its folder.</returns>
    /// <exception cref="UserError">There is no such run, or it failed.</exception>
    public static (string Label, string Environment, int Seed, string Folder) ExecuteOne(
        Study study, StudyRequest request, int index, Action<RunProgress> progress, Action<string> warn, CancellationToken cancellation)
    {
        var store = new RunStore(request.Output);
        KeptSeeds.Bring(study, request);
        IReadOnlyList<PlannedRun?> planned = Numbered(study, request, store);
        if (index < 0 || index >= planned.Count)
        {
            throw new UserError($"--index is {index}; the study {study.Name} has the runs 0 to {planned.Count - 1}");
        }

        PlannedRun run = planned[index] ?? throw NotSelected(study, request, store, planned);
        RequireDevice([run], request);
        RunExecution.Do(run, store, progress, warn, [], cancellation, request);
        if (request.Kept is { } kept)
        {
            KeptSeeds.Keep(kept, run);
        }

        return (run.Variant.Label, run.Variant.Environment, run.Seed, run.Directory.FullPath);
    }

    /// <summary>
    /// All runs of a study by their numbers: those that select options first. A run is null where it has options that trials have yet
    /// to select.
    /// </summary>
    internal static IReadOnlyList<PlannedRun?> Numbered(Study study, StudyRequest request, RunStore store)
    {
        if (study.Tuning(request.Scale) is not { } tuning)
        {
            return StudyPlan.Of(study, request, store);
        }

        IReadOnlyList<PlannedRun> trials = Tuner.Plan(study, tuning, request, store);
        return Tuner.Unended(trials) is null
            ? [.. trials, .. StudyPlan.Of(Tuner.Select(study, tuning, request, Tuner.Ended(trials)), request, store)]
            : [.. trials, .. Enumerable.Repeat<PlannedRun?>(null, (StudyPlan.Lines(study, request).Count + tuning.Chosen(request).Count(line => line.Untuned is not null)) * study.Seeds(request.Scale, request.Seeds).Count)];
    }

    private static UserError NotSelected(Study study, StudyRequest request, RunStore store, IReadOnlyList<PlannedRun?> planned)
    {
        IReadOnlyList<PlannedRun> trials = Tuner.Plan(study, study.Tuning(request.Scale)!, request, store);
        return new UserError($"the runs of {study.Name} from {trials.Count} to {planned.Count - 1} have the options that the runs 0 to {trials.Count - 1} select, and run {Tuner.Unended(trials)} has yet to be done");
    }

    // The study with the options that its trials select, and progress of what is left of the whole.
    private static (Study Study, Action<StudyProgress> Progress) Tune(
        Study study, TuningPlan tuning, StudyRequest request, RunStore store, Func<PlannedRun, Action<RunProgress>, bool> execute, Action<StudyProgress> progress, CancellationToken cancellation)
    {
        IReadOnlyList<PlannedRun> trials = Tuner.Plan(study, tuning, request, store);
        Variant[] lines = [.. StudyPlan.Lines(study, request), .. tuning.Chosen(request).Select(line => line.Untuned).OfType<Variant>()];
        int seeds = study.Seeds(request.Scale, request.Seeds).Count, runs = trials.Count + (lines.Length * seeds);
        double steps = trials.Sum(run => (double)run.Variant.Steps), share = steps / (steps + (seeds * lines.Sum(line => (double)line.Steps)));
        RequireDevice(trials, request);
        RunOutcome[] outcomes = [.. RunSchedule.Execute(trials, JobsOf(trials, request), execute, Tuner.Part(progress, 0, share, 0, runs), cancellation)];
        return (Tuner.Select(study, tuning, request, outcomes), Tuner.Part(progress, share, 1 - share, trials.Count, runs));
    }

    // All runs at once on a device, which waits for all of a kind.
    private static int JobsOf(IReadOnlyList<PlannedRun> planned, StudyRequest request) => request.Device is null ? request.Jobs : planned.Count;

    private static int Alike(IReadOnlyList<PlannedRun> planned, PlannedRun run) =>
        planned.Count(other => other.Variant.Label == run.Variant.Label && other.Variant.Environment == run.Variant.Environment);

    // What a device cannot do is told before anything is written.
    private static void RequireDevice(IReadOnlyList<PlannedRun> planned, StudyRequest request)
    {
        if (request.Device is not { } device)
        {
            return;
        }

        foreach (PlannedRun run in planned.DistinctBy(run => (run.Variant.Label, run.Variant.Environment)))
        {
            IIterative learner = run.Variant.Create(run.Seed);
            using var owned = learner as IDisposable;
            device.Require(learner);
        }
    }

    // A run that another call was at work on may be done by now.
    private static RunOutcome LookAgain(RunOutcome outcome, RunStore store, ConcurrentDictionary<string, bool> saidOfFinished, StudyRequest request)
    {
        try
        {
            if (outcome.Cause is UserError && RunLoop.HasFinished(outcome.Run.Directory, outcome.Run.Variant.Run(outcome.Run.Seed)))
            {
                RunExecution.Do(outcome.Run, store, _ => { }, _ => { }, saidOfFinished, CancellationToken.None, request);
                return new RunOutcome(outcome.Run, null, null, WasFinished: true);
            }
        }
        catch (UserError)
        {
            // It was told already.
        }

        return outcome;
    }

    private static Exception AllFailed(RunOutcome[] failed)
    {
        Exception first = failed[0].Cause!;
        return failed.Length == 1 || first is not UserError ? first
            : failed.Select(outcome => outcome.Failure).Distinct().Count() == 1 ? first
            : new UserError($"all {failed.Length} runs failed, the first so: {failed[0].Failure}", first);
    }
}
