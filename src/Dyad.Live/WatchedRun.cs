using Dyad.Core;
using Dyad.Environments.Locating;
using Dyad.Studies;
using Dyad.Training;

namespace Dyad.Live;

/// <summary>A run under the watched folder: where it stands, and its metrics so far.</summary>
internal sealed class WatchedRun
{
    private readonly RunDirectory _directory;
    private readonly MetricsTail _tail;
    private readonly TimeProvider _clock;
    private DateTime _statusWritten;
    private long _looked;

    private WatchedRun(RunDirectory directory, RunConfig config, string label, string study, TimeProvider clock)
    {
        (_directory, _clock, Config, Label, Study) = (directory, clock, config, label, study);
        _tail = new MetricsTail(directory.MetricsPath);
    }

    /// <summary>What it is.</summary>
    public RunConfig Config { get; }

    /// <summary>Its folder's label.</summary>
    public string Label { get; }

    /// <summary>The folder of its study, relative to the watched one; empty for that one itself.</summary>
    public string Study { get; }

    /// <summary>Its task, as a name.</summary>
    public string Environment => TaskLocator.NameOf(Config.Task.Name);

    /// <summary>Its seed.</summary>
    public int Seed => (int)Config.Training.Seed;

    /// <summary>Where it stands; null before it was looked at.</summary>
    public RunStanding? Standing { get; private set; }

    /// <summary>What cannot be read of it.</summary>
    public string? Fault { get; private set; }

    /// <summary>What tells of trouble.</summary>
    public IReadOnlyList<string> Warnings { get; private set; } = [];

    /// <summary>Its metrics.</summary>
    public IReadOnlyDictionary<string, List<double>> Metrics => _tail.Table.ByName;

    /// <summary>Rows of metrics.</summary>
    public int Rows => _tail.Table.Rows;

    /// <summary>Counts changes of its metrics.</summary>
    public long Revision { get; private set; }

    /// <summary>The run of a folder; null where it has no configuration yet, or one that this release cannot read.</summary>
    /// <param name="root">The watched folder.</param>
    /// <param name="path">The run's folder, under it: <c>.../LABEL/ENVIRONMENT/seed-N</c>.</param>
    /// <param name="clock">Tells who is alive.</param>
    public static WatchedRun? Open(string root, string path, TimeProvider clock)
    {
        try
        {
            var directory = new RunDirectory(path);
            if (directory.ReadConfig() is not { } config)
            {
                return null;
            }

            string[] parts = Path.GetRelativePath(root, path).Split(Path.DirectorySeparatorChar);
            string label = parts.Length >= 3 ? parts[^3] : config.Method.Name;
            return new WatchedRun(directory, config, label, string.Join('/', parts.SkipLast(3)), clock);
        }
        catch (Exception e) when (e is UserError || IoSentence.Tells(e))
        {
            return null;
        }
    }

    /// <summary>Looks at it again: at its metrics each time, at its status where that may have changed.</summary>
    /// <returns>Whether anything has changed.</returns>
    public bool Look()
    {
        // What is done stays as it is, unless somebody begins it anew.
        if (Standing?.Status == "done" && Newest() == _statusWritten)
        {
            return false;
        }

        bool rows = _tail.Read();
        if (rows)
        {
            Revision++;
            Warnings = RunWarnings.Of(_tail.Table.ByName);
        }

        return LookAtStatus(rows) || rows;
    }

    /// <summary>Its steps and a metric as the studies take them; one that it lacks is without values.</summary>
    public FinishedRun ToRun(string metric) => FinishedRun.Stored(Label, Config, new Dictionary<string, double[]>
    {
        ["step"] = [.. Metrics["step"]],
        [metric] = Metrics.TryGetValue(metric, out List<double>? values) ? [.. values] : [.. Metrics["step"].Select(_ => double.NaN)],
    });

    private bool LookAtStatus(bool rows)
    {
        // A run that goes on tells its step by a file that changes under the same name; one that does not is done or was left.
        bool mayChange = Standing?.Status == "running" && _clock.GetElapsedTime(_looked).TotalSeconds >= 2;
        DateTime written = Newest();
        if (Standing is not null && !rows && !mayChange && written == _statusWritten)
        {
            return false;
        }

        _statusWritten = written;
        _looked = _clock.GetTimestamp();
        RunStanding? before = Standing;
        string? fault = Fault;
        try
        {
            (Standing, Fault) = (RunStanding.Of(_directory, _clock), null);
        }
        catch (Exception e) when (e is UserError || IoSentence.Tells(e))
        {
            Fault = e is UserError ? e.Message : IoSentence.Of(e);
        }

        return Standing != before || Fault != fault;
    }

    // A new owner is a new file in the folder of checkpoints.
    private DateTime Newest()
    {
        DateTime status = File.GetLastWriteTimeUtc(Path.Combine(_directory.FullPath, "run.json")), owner = Directory.GetLastWriteTimeUtc(_directory.CheckpointPath);
        return status > owner ? status : owner;
    }
}
