using System.Text.Json.Nodes;
using Dyad.Core;

namespace Dyad.Training;

/// <summary>One run: what advances, how far, and how often it is measured and saved.</summary>
/// <param name="Config">Everything that determines the run; written to <c>config.json</c>.</param>
/// <param name="Create">Makes the learner at its start.</param>
/// <param name="Steps">Steps to do.</param>
/// <param name="MeasureEvery">Steps between two rows of metrics; the start and the end are measured as well.</param>
/// <param name="Export">Writes what others read from the run's folder, a policy for example; called with every checkpoint.</param>
/// <param name="Lengthens">Whether a run of fewer steps, and else the same, that the folder holds goes on to as many.</param>
public sealed record Run(
    JsonObject Config, Func<IIterative> Create, long Steps, long MeasureEvery, Action<IIterative, string>? Export = null, bool Lengthens = false);

/// <summary>How far a run is, told after each row of metrics.</summary>
/// <param name="Step">Steps done, at most those to do.</param>
/// <param name="Steps">Steps to do.</param>
/// <param name="WallSeconds">Seconds of computing so far, stops left out.</param>
/// <param name="Row">The row of metrics; empty for a run that was finished before.</param>
public sealed record RunProgress(long Step, long Steps, double WallSeconds, IReadOnlyList<(string Name, double Value)> Row);

/// <summary>
/// Advances a run in its folder from wherever it stands to its last step. A finished run is left alone; a stopped one goes on
/// from its newest checkpoint, to the same bits as a run never stopped. A run that is lengthened goes on from
/// its end; where that was on the grid of measurements, it becomes the same as a run that was longer from the start.
/// </summary>
public sealed class RunLoop
{
    private readonly TimeProvider _clock;
    private readonly JsonObject _origin;
    private readonly TimeSpan _checkpointInterval;

    /// <summary>A loop.</summary>
    /// <param name="clock">Tells wall times, which go to metrics and status and influence nothing else.</param>
    /// <param name="origin">Version and machine, written to <c>run.json</c>.</param>
    /// <param name="checkpointInterval">Wall time between two checkpoints.</param>
    public RunLoop(TimeProvider clock, JsonObject origin, TimeSpan checkpointInterval)
    {
        _clock = clock;
        _origin = origin;
        _checkpointInterval = checkpointInterval;
    }

    /// <summary>Does what is left of a run.</summary>
    /// <param name="directory">The run's folder.</param>
    /// <param name="run">The run.</param>
    /// <param name="progress">Is told after each row of metrics.</param>
    /// <param name="warn">Receives a sentence about each thing that was passed over.</param>
    /// <param name="cancellation">Stops the run at the next step, after a checkpoint.</param>
    /// <exception cref="OperationCanceledException">The run was stopped and can go on.</exception>
    /// <exception cref="UserError">The folder holds another run, or cannot be written; or the run's numbers overflowed.</exception>
    public void Execute(RunDirectory directory, Run run, Action<RunProgress> progress, Action<string> warn, CancellationToken cancellation)
    {
        try
        {
            directory.Claim(run.Config, run.Lengthens);
            if (directory.Status == RunStatus.Done && (long?)directory.ReadStatus()!["step"] >= run.Steps)
            {
                progress(new RunProgress(run.Steps, run.Steps, 0, []));
                return;
            }

            using IDisposable mine = directory.Lock();
            Advance(directory, run, progress, warn, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"cannot write the run '{directory.FullPath}': {e.Message}", e);
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
            throw new UserError($"cannot read the run '{directory.FullPath}': {e.Message}", e);
        }
        catch (InvalidDataException e)
        {
            throw new UserError($"the checkpoint of '{directory.FullPath}' is of another version ({e.Message})", e);
        }
    }

    private void Advance(RunDirectory directory, Run run, Action<RunProgress> progress, Action<string> warn, CancellationToken cancellation)
    {
        var store = new CheckpointStore(directory.CheckpointPath);
        IIterative learner = run.Create();
        var position = new Position();
        using var owned = learner as IDisposable;
        Load(store, directory, learner, position, warn);
        double secondsBefore = position.WallSeconds;
        long started = _clock.GetTimestamp();
        long lastSaved = started;
        string startedAt = (string?)directory.ReadStatus()?["started"] ?? Now();
        WriteStatus(directory, "running", startedAt, position, learner.Step);

        using var log = MetricsLog.Open(directory.MetricsPath, position.LogLength);
        var row = new MetricsRow();
        try
        {
            while (true)
            {
                if (learner.Step >= Math.Min(position.NextMeasure, run.Steps) && learner.Step > position.LastMeasure)
                {
                    row.Clear();
                    learner.Measure(row);
                    position.LogLength = log.Append(learner.Step, position.WallSeconds, row.Values);
                    position.LastMeasure = learner.Step;
                    position.NextMeasure += learner.Step >= position.NextMeasure ? run.MeasureEvery : 0;
                    progress(new RunProgress(Math.Min(learner.Step, run.Steps), run.Steps, position.WallSeconds, [.. row.Values]));
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
                    lastSaved = _clock.GetTimestamp();
                }
            }

            Save(store, directory, run, log, learner, position);
            WriteStatus(directory, "done", startedAt, position, learner.Step);
        }
        catch (OperationCanceledException)
        {
            Save(store, directory, run, log, learner, position);
            WriteStatus(directory, "running", startedAt, position, learner.Step);
            throw;
        }
        catch (Exception e) when (e is not (IOException or UnauthorizedAccessException))
        {
            WriteStatus(directory, "failed", startedAt, position, learner.Step, e.Message);
            if (e is ArithmeticException)
            {
                // Numbers that overflow come from the task or the options, which are the user's.
                throw new UserError($"the run '{directory.FullPath}' failed at step {learner.Step}: {e.Message}", e);
            }

            throw;
        }
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

    private void WriteStatus(
        RunDirectory directory, string status, string startedAt, Position position, long step, string? error = null)
    {
        var content = new JsonObject
        {
            ["status"] = status,
            ["step"] = step,
            ["started"] = startedAt,
            ["updated"] = Now(),
            ["wall_s"] = Math.Round(position.WallSeconds, 3),
        };
        if (error is not null)
        {
            content["error"] = error;
        }

        foreach ((string key, JsonNode? value) in _origin)
        {
            content[key] = value?.DeepClone();
        }

        directory.WriteStatus(content);
    }

    private string Now() => _clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null);

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
