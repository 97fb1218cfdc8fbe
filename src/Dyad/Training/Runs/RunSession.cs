using System.Globalization;
using System.Text.Json.Nodes;
using Dyad.Core;

namespace Dyad.Training;

/// <summary>What <c>run.json</c> says of who computes.</summary>
/// <param name="Build">The build.</param>
/// <param name="Earlier">Builds that computed the part before.</param>
/// <param name="Machine">The machine.</param>
internal sealed record RunStamp(BuildIdentity Build, IReadOnlyList<BuildIdentity> Earlier, string Machine)
{
    /// <summary>What computes beside the processor; null for nothing.</summary>
    public string? Device { get; init; }
}

/// <summary>One owner's work on a run, from where it stands to its end or to a stop.</summary>
internal sealed class RunSession : IDisposable
{
    private readonly RunDirectory _directory;
    private readonly Run _run;
    private readonly IIterative _learner;
    private readonly RunPosition _position;
    private readonly CheckpointStore _store;
    private readonly RunLease _lease;
    private readonly TimeProvider _clock;
    private readonly RunStamp _stamp;
    private readonly MetricsLog _log;
    private readonly MetricsRow _row = new();
    private readonly string _config;
    private readonly string _startedAt;
    private readonly double _secondsBefore;
    private readonly double _processorBefore;
    private readonly double _processorStarted;
    private readonly long _started;
    private readonly StopRule.Watch? _watch;
    private long? _savedStep;
    private string? _endedBy;

    /// <summary>Opens the metrics where the position has them.</summary>
    public RunSession(
        RunDirectory directory, Run run, IIterative learner, RunPosition position, CheckpointStore store, RunLease lease, TimeProvider clock, RunStamp stamp)
    {
        (_directory, _run, _learner, _position, _store, _lease, _clock, _stamp) = (directory, run, learner, position, store, lease, clock, stamp);
        _config = run.Config.ToJson().ToJsonString();
        _secondsBefore = position.WallSeconds;
        _processorBefore = position.ProcessorSeconds;
        _processorStarted = ThreadTime.Seconds;
        _started = clock.GetTimestamp();
        JsonObject? status = directory.ReadStatus();
        _startedAt = (string?)status?["started"] ?? TimeOf(clock);
        _savedStep = (long?)status?["checkpoint_step"];
        _log = MetricsLog.Open(directory.MetricsPath, position.LogLength, position.LogChecksum);
        _watch = run.Stop?.Start();
        if (_watch is not null && position.LogLength > 0)
        {
            // What ends a run is read from its rows, those from before a stop too.
            foreach (IEnumerable<(string, double)> row in MetricsLog.Rows(directory.MetricsPath))
            {
                _endedBy = _watch.Take(row) ?? _endedBy;
            }
        }

        lease.Begin(learner.Step, run.Steps, position.WallSeconds);
    }

    /// <summary>A time as it stands in files.</summary>
    public static string TimeOf(TimeProvider clock) => clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Does what is left.</summary>
    public void Advance(TimeSpan checkpointInterval, Action<RunProgress> progress, CancellationToken cancellation)
    {
        WriteStatus("running");
        long lastSaved = _started;
        try
        {
            while (true)
            {
                if (_learner.Step >= _position.NextMeasure && _learner.Step > _position.LastMeasure)
                {
                    Measure(progress, cancellation);
                    _position.NextMeasure += _run.MeasureEvery;
                }

                if (_learner.Step >= _run.Steps || (_endedBy ??= _run.Stop?.TimeOver(_position.WallSeconds)) is not null)
                {
                    break;
                }

                cancellation.ThrowIfCancellationRequested();
                long before = _learner.Step;
                _learner.Advance();
                KeepPolicy(before);
                _position.WallSeconds = _secondsBefore + _clock.GetElapsedTime(_started).TotalSeconds;
                _lease.Report(_learner.Step, _position.WallSeconds);
                if (_clock.GetElapsedTime(lastSaved) >= checkpointInterval)
                {
                    Save();
                    WriteStatus("running");
                    lastSaved = _clock.GetTimestamp();
                }
            }

            Save(last: true);
            if (_position.LastMeasure < _learner.Step && (_position.LastMeasure < _run.Steps || _endedBy is not null))
            {
                // Behind the checkpoint: a run that goes on from here knows nothing of this row.
                Measure(progress, cancellation);
                _log.Flush();
                _run.Export?.Invoke(_learner, _directory.FullPath);
            }

            WriteStatus("done");
            _store.KeepNewest();
        }
        catch (OperationCanceledException)
        {
            Save();
            WriteStatus("stopped");
            throw;
        }
        catch (Exception e) when (e is not (IOException or UnauthorizedAccessException) && !_lease.IsLost)
        {
            WriteStatus("failed", e.Message);

            // The best policy so far is the user's, also where there was no checkpoint yet.
            _run.Export?.Invoke(_learner, _directory.FullPath);
            if (e is ArithmeticException)
            {
                // Numbers that overflow come from the task or the options, which are the user's.
                throw new UserError($"the run '{_directory.FullPath}' failed at step {_learner.Step}: {e.Message}", e);
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _log.Dispose();

    private void Measure(Action<RunProgress> progress, CancellationToken cancellation)
    {
        _row.Clear();
        _learner.Measure(_row, cancellation);
        _lease.Require();
        TakeProcessorTime();
        _position.LogLength = _log.Append(_learner.Step, _position.WallSeconds, _position.ProcessorSeconds, _row.Values);
        _position.LastMeasure = _learner.Step;
        _endedBy ??= _watch?.Take(_row.Values);
        progress(new RunProgress(Math.Min(_learner.Step, _run.Steps), _run.Steps, _position.WallSeconds, [.. _row.Values]));
    }

    // At the end of each equal part of the steps, as near to it as a step comes.
    private void KeepPolicy(long before)
    {
        long parts = _run.KeepPolicies;
        if (parts > 0 && _run.KeepPolicy is not null && _learner.Step * parts / _run.Steps is var part && part > before * parts / _run.Steps && part <= parts)
        {
            _lease.Require();
            Directory.CreateDirectory(Path.Combine(_directory.FullPath, "policies"));
            _run.KeepPolicy(_learner, _directory.FullPath, string.Create(CultureInfo.InvariantCulture, $"policies/step-{_learner.Step}.safetensors"));
        }
    }

    private void Save(bool last = false)
    {
        _lease.Require();
        _log.Flush();
        _position.LogChecksum = _log.Checksum;
        TakeProcessorTime();

        // Rows first: a checkpoint may only know of what is on disk.
        (_learner as IAppendOnlyState)?.SaveRows(_directory.CheckpointPath);
        byte[] state = StateArchive.Save(archive =>
        {
            _position.Serialize(archive);
            _learner.Serialize(archive);
        });
        _lease.Require();
        _store.Save(state, _config, _lease.Number, pack: last);
        _savedStep = _learner.Step;
        _run.Export?.Invoke(_learner, _directory.FullPath);
    }

    // A run computes on one thread.
    private void TakeProcessorTime() => _position.ProcessorSeconds = _processorBefore + ThreadTime.Seconds - _processorStarted;

    private void WriteStatus(string status, string? error = null)
    {
        _lease.Require();
        TakeProcessorTime();
        var content = new JsonObject
        {
            ["status"] = status,
            ["step"] = _learner.Step,
            ["steps"] = _run.Steps,
            ["checkpoint_step"] = _savedStep,
            ["started"] = _startedAt,
            ["updated"] = TimeOf(_clock),
            ["wall_s"] = Math.Round(_position.WallSeconds, 3),
            ["cpu_s"] = double.IsFinite(_position.ProcessorSeconds) ? Math.Round(_position.ProcessorSeconds, 3) : null,
            ["steps_per_s"] = _position.WallSeconds > 0 ? Math.Round(_learner.Step / _position.WallSeconds, 1) : null,
            ["build"] = _stamp.Build.ToJson(),
            ["machine"] = _stamp.Machine,
        };
        if (_stamp.Device is not null)
        {
            content["device"] = _stamp.Device;
        }

        if (_stamp.Earlier.Count > 0)
        {
            content["earlier_builds"] = new JsonArray([.. _stamp.Earlier.Select(build => build.ToJson())]);
        }

        if (_run.Origin is not null)
        {
            content["from"] = _run.Origin;
        }

        if (RunNotes.Of(_run.Config, _run.Steps) is { Count: > 0 } notes)
        {
            content["notes"] = new JsonArray([.. notes.Select(note => (JsonNode?)note)]);
        }

        if (_learner is IRunFacts facts)
        {
            if (facts.Software.Length > 0)
            {
                content["software"] = facts.Software;
            }

            if (facts.Facts.ToArray() is { Length: > 0 } told)
            {
                content["facts"] = new JsonArray([.. told.Select(fact => (JsonNode?)fact)]);
            }
        }

        if (status == "done")
        {
            content["metrics_sha256"] = Convert.ToHexStringLower(_log.Checksum);
            if (_endedBy is not null && _learner.Step < _run.Steps)
            {
                content["ended_by"] = _endedBy;
            }
        }

        if (error is not null)
        {
            content["error"] = error;
        }

        _directory.WriteStatus(content);
    }

    private sealed class MetricsRow : IMetrics
    {
        private readonly List<(string Name, double Value)> _values = [];

        public IEnumerable<(string Name, double Value)> Values => _values;

        public void Record(string name, double value) => _values.Add((name, value));

        public void Clear() => _values.Clear();
    }
}
