using System.Globalization;
using System.Text.Json.Nodes;
using Dyad.Core;

namespace Dyad.Training;

/// <summary>One run: what advances, and how far.</summary>
/// <param name="Config">Everything that determines the run but its length; written to <c>config.json</c>.</param>
/// <param name="Create">Makes the learner at its start.</param>
/// <param name="Steps">Steps to do; a run that did fewer goes on, one that did more has them.</param>
/// <param name="Export">Writes what others read from the run's folder, a policy for example; called with every checkpoint.</param>
public sealed record Run(RunConfig Config, Func<IIterative> Create, long Steps, Action<IIterative, string>? Export = null)
{
    /// <summary>Steps between two rows of metrics; the start and the end are measured as well.</summary>
    public long MeasureEvery => Config.Measuring.Every;
}

/// <summary>How far a run is, told after each row of metrics.</summary>
/// <param name="Step">Steps done, at most those to do.</param>
/// <param name="Steps">Steps to do.</param>
/// <param name="WallSeconds">Seconds of computing so far, stops left out.</param>
/// <param name="Row">The row of metrics; empty for a run that was finished before.</param>
public sealed record RunProgress(long Step, long Steps, double WallSeconds, IReadOnlyList<(string Name, double Value)> Row);

/// <summary>
/// Advances a run in its folder from wherever it stands to its last step. A finished run is left alone; a stopped one goes on
/// from its newest checkpoint, to the same bits as a run never stopped. A run that is lengthened goes on from its end, to the same
/// bits as a run that was longer from the start: a last row off the grid of measurements is no part of the checkpoint.
/// </summary>
public sealed class RunLoop
{
    private readonly TimeProvider _clock;
    private readonly BuildIdentity _build;
    private readonly string _machine;
    private readonly TimeSpan _checkpointInterval;

    /// <summary>A loop.</summary>
    /// <param name="clock">Tells wall times, which go to metrics and status and influence nothing else.</param>
    /// <param name="build">The build that computes, written to <c>run.json</c>.</param>
    /// <param name="machine">The machine, likewise.</param>
    /// <param name="checkpointInterval">Wall time between two checkpoints.</param>
    public RunLoop(TimeProvider clock, BuildIdentity build, string machine, TimeSpan checkpointInterval)
    {
        _clock = clock;
        _build = build;
        _machine = machine;
        _checkpointInterval = checkpointInterval;
    }

    /// <summary>Does what is left of a run.</summary>
    /// <param name="directory">The run's folder.</param>
    /// <param name="run">The run.</param>
    /// <param name="progress">Is told after each row of metrics.</param>
    /// <param name="warn">Receives a sentence about each thing that was passed over, and where another build computed what is there.</param>
    /// <param name="cancellation">Stops the run at the next step, after a checkpoint.</param>
    /// <exception cref="OperationCanceledException">The run was stopped and can go on.</exception>
    /// <exception cref="UserError">The folder holds another run, or cannot be written; or the run's numbers overflowed.</exception>
    public void Execute(RunDirectory directory, Run run, Action<RunProgress> progress, Action<string> warn, CancellationToken cancellation)
    {
        using IDisposable culture = InvariantCulture.Begin();
        try
        {
            directory.Claim(run.Config);
            if (directory.Status == RunStatus.Done && (long?)directory.ReadStatus()!["step"] >= run.Steps)
            {
                if (Others(directory) is { Length: > 0 } others)
                {
                    warn($"finished runs of another build are shown as they are: they are of {others}, and this is {_build}");
                }

                progress(new RunProgress(run.Steps, run.Steps, 0, []));
                return;
            }

            using IDisposable mine = directory.Lock();
            Advance(directory, run, progress, warn, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"cannot write the run '{directory.FullPath}': {IoSentence.Of(e)}", e);
        }
        catch (InvalidDataException e)
        {
            throw new UserError(
                $"the checkpoint of '{directory.FullPath}' is of another version ({e.Message}): remove that folder to start it anew", e);
        }
    }

    /// <summary>Brings a learner to where the newest checkpoint of a run has it, to be looked at.</summary>
    /// <param name="directory">The run's folder.</param>
    /// <param name="learner">The run's learner at its start.</param>
    /// <param name="warn">Receives a sentence about each thing that was passed over.</param>
    /// <returns>Whether there is a checkpoint.</returns>
    /// <exception cref="UserError">The checkpoint cannot be read, or is of another version.</exception>
    public static bool Restore(RunDirectory directory, IIterative learner, Action<string> warn)
    {
        try
        {
            return Load(new CheckpointStore(directory.CheckpointPath), directory, learner, new Position(), warn);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"cannot read the run '{directory.FullPath}': {IoSentence.Of(e)}", e);
        }
        catch (InvalidDataException e)
        {
            throw new UserError($"the checkpoint of '{directory.FullPath}' is of another version ({e.Message})", e);
        }
    }

    private void Advance(RunDirectory directory, Run run, Action<RunProgress> progress, Action<string> warn, CancellationToken cancellation)
    {
        var store = new CheckpointStore(directory.CheckpointPath);
        IIterative learner = Start(directory, run);
        var position = new Position();
        using var owned = learner as IDisposable;
        bool goesOn = Load(store, directory, learner, position, warn);
        if (goesOn && Others(directory) is { Length: > 0 } others)
        {
            warn($"runs of another build went on with this one, to bits that need not be those of either: they are of {others}, and this is {_build}");
        }

        double secondsBefore = position.WallSeconds;
        long started = _clock.GetTimestamp();
        long lastSaved = started;
        string startedAt = (string?)directory.ReadStatus()?["started"] ?? Now();
        BuildIdentity[] earlier = goesOn ? [.. directory.ReadBuilds().Where(build => build != _build).Distinct()] : [];
        WriteStatus("running");

        using var log = MetricsLog.Open(directory.MetricsPath, position.LogLength);
        var row = new MetricsRow();
        try
        {
            while (true)
            {
                if (learner.Step >= position.NextMeasure && learner.Step > position.LastMeasure)
                {
                    Measure();
                    position.NextMeasure += run.MeasureEvery;
                }

                if (learner.Step >= run.Steps)
                {
                    break;
                }

                cancellation.ThrowIfCancellationRequested();
                learner.Advance();
                position.WallSeconds = secondsBefore + _clock.GetElapsedTime(started).TotalSeconds;
                if (_clock.GetElapsedTime(lastSaved) >= _checkpointInterval)
                {
                    Save(store, directory, run, log, learner, position);
                    WriteStatus("running");
                    lastSaved = _clock.GetTimestamp();
                }
            }

            Save(store, directory, run, log, learner, position);
            if (position.LastMeasure < run.Steps && position.LastMeasure < learner.Step)
            {
                // Behind the checkpoint: a run that goes on from here knows nothing of this row.
                Measure();
                run.Export?.Invoke(learner, directory.FullPath);
            }

            WriteStatus("done");
        }
        catch (OperationCanceledException)
        {
            Save(store, directory, run, log, learner, position);
            WriteStatus("running");
            throw;
        }
        catch (Exception e) when (e is not (IOException or UnauthorizedAccessException))
        {
            WriteStatus("failed", e.Message);

            // The best policy so far is the user's, also where there was no checkpoint yet.
            run.Export?.Invoke(learner, directory.FullPath);
            if (e is ArithmeticException)
            {
                // Numbers that overflow come from the task or the options, which are the user's.
                throw new UserError($"the run '{directory.FullPath}' failed at step {learner.Step}: {e.Message}", e);
            }

            throw;
        }

        void Measure()
        {
            row.Clear();
            learner.Measure(row, cancellation);
            position.LogLength = log.Append(learner.Step, position.WallSeconds, row.Values);
            position.LastMeasure = learner.Step;
            progress(new RunProgress(Math.Min(learner.Step, run.Steps), run.Steps, position.WallSeconds, [.. row.Values]));
        }

        void WriteStatus(string status, string? error = null)
        {
            var content = new JsonObject
            {
                ["status"] = status,
                ["step"] = learner.Step,
                ["steps"] = run.Steps,
                ["started"] = startedAt,
                ["updated"] = Now(),
                ["wall_s"] = Math.Round(position.WallSeconds, 3),
                ["steps_per_s"] = position.WallSeconds > 0 ? Math.Round(learner.Step / position.WallSeconds, 1) : null,
                ["build"] = _build.ToJson(),
                ["machine"] = _machine,
            };
            if (earlier.Length > 0)
            {
                content["earlier_builds"] = new JsonArray([.. earlier.Select(build => build.ToJson())]);
            }

            if (error is not null)
            {
                content["error"] = error;
            }

            directory.WriteStatus(content);
        }
    }

    // A learner at its start; where its task cannot be made or started, the run has failed.
    private IIterative Start(RunDirectory directory, Run run)
    {
        try
        {
            return run.Create();
        }
        catch (Exception e) when (e is not (IOException or UnauthorizedAccessException))
        {
            JsonObject content = directory.ReadStatus() ?? new JsonObject
            {
                ["step"] = 0,
                ["steps"] = run.Steps,
                ["started"] = Now(),
                ["wall_s"] = 0.0,
                ["build"] = _build.ToJson(),
                ["machine"] = _machine,
            };
            content["status"] = "failed";
            content["updated"] = Now();
            content["error"] = e.Message;
            directory.WriteStatus(content);
            throw;
        }
    }

    // The builds that computed what is there and may give other bits than this one, as text; empty where there are none.
    private string Others(RunDirectory directory)
    {
        IReadOnlyList<BuildIdentity> builds = directory.ReadBuilds();
        return builds.Count == 0 ? "an unknown one"
            : string.Join(" and ", builds.Where(build => !build.ComputesLike(_build)).Select(build => build.ToString()).Distinct());
    }

    private static void Save(
        CheckpointStore store, RunDirectory directory, Run run, MetricsLog log, IIterative learner, Position position)
    {
        log.Flush();

        // Rows first: a checkpoint may only know of what is on disk.
        (learner as IAppendOnlyState)?.SaveRows(directory.CheckpointPath);
        store.Save(StateArchive.Save(archive =>
        {
            position.Serialize(archive);
            learner.Serialize(archive);
        }));
        run.Export?.Invoke(learner, directory.FullPath);
    }

    private static bool Load(
        CheckpointStore store, RunDirectory directory, IIterative learner, Position position, Action<string> warn)
    {
        var damaged = new List<string>();
        byte[]? state = store.LoadNewest(damaged);
        damaged.ForEach(warn);
        if (state is not null)
        {
            StateArchive.Load(state, archive =>
            {
                position.Serialize(archive);
                learner.Serialize(archive);
            });
            (learner as IAppendOnlyState)?.LoadRows(directory.CheckpointPath);
        }

        return state is not null;
    }

    private string Now() => _clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    // Where the loop itself stands; part of a checkpoint.
    private sealed class Position
    {
        public long NextMeasure;
        public long LastMeasure = -1;
        public long LogLength;
        public double WallSeconds;

        public void Serialize(StateArchive archive)
        {
            archive.Value("loop/next_measure", ref NextMeasure);
            archive.Value("loop/last_measure", ref LastMeasure);
            archive.Value("loop/log_length", ref LogLength);
            archive.Value("loop/wall_s", ref WallSeconds);
        }
    }

    private sealed class MetricsRow : IMetrics
    {
        private readonly List<(string Name, double Value)> _values = [];

        public IEnumerable<(string Name, double Value)> Values => _values;

        public void Record(string name, double value) => _values.Add((name, value));

        public void Clear() => _values.Clear();
    }
}
