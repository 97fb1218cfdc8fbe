using Dyad.Core;
using Dyad.Training;

namespace Dyad.Studies.Running;

/// <summary>
/// Does the runs of a study, each on a thread of its own, as many at a time as there are jobs. A free thread takes the run that is
/// expected to take longest, by what a step of its variant took so far; of a variant of which nothing is known, one is tried first.
/// A run that fails leaves the others alone.
/// </summary>
internal sealed class RunSchedule
{
    private readonly IReadOnlyList<PlannedRun> _runs;
    private readonly Action<StudyProgress> _progress;
    private readonly Lock _lock = new();
    private readonly RunOutcome?[] _outcomes;
    private readonly long[] _steps;
    private readonly bool[] _taken;
    private readonly Dictionary<(string, string), double> _secondsPerStep = [];
    private readonly double _total;
    private readonly int _jobs;

    private RunSchedule(IReadOnlyList<PlannedRun> runs, int jobs, Action<StudyProgress> progress)
    {
        (_runs, _progress) = (runs, progress);
        _jobs = Math.Clamp(jobs, 1, runs.Count);
        _outcomes = new RunOutcome?[runs.Count];
        _steps = new long[runs.Count];
        _taken = new bool[runs.Count];
        _total = Math.Max(1, runs.Sum(run => (double)run.Variant.Steps));
        for (int i = 0; i < runs.Count; i++)
        {
            Look(i);
        }
    }

    /// <summary>Does what is left of runs.</summary>
    /// <param name="runs">The runs; several may share a folder, and are done once.</param>
    /// <param name="jobs">Runs at the same time.</param>
    /// <param name="execute">Does one run, and says whether it was finished before.</param>
    /// <param name="progress">Is told after each row of metrics; calls come one after the other, from several threads.</param>
    /// <param name="cancellation">Stops the runs.</param>
    /// <returns>How each ended, in the order of the runs.</returns>
    /// <exception cref="OperationCanceledException">They were stopped.</exception>
    public static IReadOnlyList<RunOutcome> Execute(
        IReadOnlyList<PlannedRun> runs, int jobs, Func<PlannedRun, Action<RunProgress>, bool> execute, Action<StudyProgress> progress, CancellationToken cancellation)
    {
        PlannedRun[] once = [.. runs.GroupBy(run => run.Directory.FullPath).Select(same => same.MaxBy(run => run.Variant.Steps)!)];
        var schedule = new RunSchedule(once, jobs, progress);
        Thread[] threads = [.. Enumerable.Range(0, schedule._jobs).Select(i => new Thread(() => schedule.Work(execute, cancellation)) { Name = $"run {i}" })];
        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        cancellation.ThrowIfCancellationRequested();
        var byFolder = schedule._outcomes.ToDictionary(outcome => outcome!.Run.Directory.FullPath, outcome => outcome!);
        return [.. runs.Select(run => byFolder[run.Directory.FullPath] with { Run = run })];
    }

    private void Work(Func<PlannedRun, Action<RunProgress>, bool> execute, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested && Take() is int index)
        {
            PlannedRun run = _runs[index];
            try
            {
                bool wasFinished = execute(run, progressed => Report(index, progressed));
                _outcomes[index] = new RunOutcome(run, null, null, wasFinished);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                _outcomes[index] = new RunOutcome(run, Sentence(e), e, WasFinished: false);
                Report(index, null);
            }
        }
    }

    /// <summary>What an exception says to a user.</summary>
    internal static string Sentence(Exception e) => e switch
    {
        UserError => e.Message,
        OutOfMemoryException => "out of memory: this needs more than the process may have",
        _ => $"a mistake in Dyad, {e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}",
    };

    private int? Take()
    {
        lock (_lock)
        {
            int best = -1;
            double longest = double.NegativeInfinity;
            for (int i = 0; i < _runs.Count; i++)
            {
                if (!_taken[i] && Expected(i) > longest)
                {
                    (best, longest) = (i, Expected(i));
                }
            }

            if (best < 0)
            {
                return null;
            }

            _taken[best] = true;

            // Others of a variant that is being tried wait for what it tells.
            _secondsPerStep.TryAdd(KeyOf(best), double.Epsilon);
            return best;
        }
    }

    // Seconds that a run will take; that of a variant of which nothing is known may be long.
    private double Expected(int index)
    {
        double left = Math.Max(0, _runs[index].Variant.Steps - _steps[index]);
        return left == 0 ? 0 : _secondsPerStep.TryGetValue(KeyOf(index), out double seconds) ? left * seconds : double.MaxValue * (left / (left + 1e12));
    }

    private (string Label, string Environment) KeyOf(int index) => (_runs[index].Variant.Label, _runs[index].Variant.Environment);

    // What is there already, and how long it took.
    private void Look(int index)
    {
        try
        {
            if (_runs[index].Directory.ReadStatus() is { } status)
            {
                _steps[index] = Math.Min((long?)status["step"] ?? 0, _runs[index].Variant.Steps);
                Learn(index, (long?)status["step"] ?? 0, (double?)status["wall_s"] ?? 0);
            }
        }
        catch (UserError)
        {
            // The run itself tells.
        }
    }

    private void Learn(int index, long step, double seconds)
    {
        if (step > 0 && seconds > 0)
        {
            _secondsPerStep[KeyOf(index)] = seconds / step;
        }
    }

    private void Report(int index, RunProgress? run)
    {
        lock (_lock)
        {
            PlannedRun planned = _runs[index];

            // A run that failed takes no more time.
            _steps[index] = run is null ? planned.Variant.Steps : Math.Max(_steps[index], run.Step);
            if (run is { Row.Count: > 0 })
            {
                Learn(index, run.Step, run.WallSeconds);
            }

            _progress(new StudyProgress(
                _steps.Sum(step => (double)step) / _total, planned.Variant.Label, planned.Seed, run ?? new RunProgress(planned.Variant.Steps, planned.Variant.Steps, 0, []))
            {
                Environment = planned.Variant.Environment,
                Folder = planned.Directory.FullPath,
                Done = Enumerable.Range(0, _runs.Count).Count(i => _steps[i] >= _runs[i].Variant.Steps),
                Runs = _runs.Count,
                Left = Left(),
                Failure = run is null ? _outcomes[index]?.Failure : null,
            });
        }
    }

    // By what a step takes in each variant, in the mean where that is not known.
    private TimeSpan? Left()
    {
        double[] known = [.. _secondsPerStep.Values.Where(seconds => seconds > double.Epsilon)];
        if (known.Length == 0)
        {
            return null;
        }

        double typical = known.Average(), sum = 0, longest = 0;
        for (int i = 0; i < _runs.Count; i++)
        {
            double seconds = _secondsPerStep.GetValueOrDefault(KeyOf(i));
            double left = (_runs[i].Variant.Steps - _steps[i]) * (seconds > double.Epsilon ? seconds : typical);
            sum += left;
            longest = Math.Max(longest, left);
        }

        return TimeSpan.FromSeconds(Math.Min(1e9, Math.Max(sum / _jobs, longest)));
    }
}
