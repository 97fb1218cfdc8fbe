using System.Globalization;
using Dyad.Core;
using Dyad.Studies;
using Dyad.Training;

namespace Dyad.Export;

/// <summary>
/// TensorBoard's event files of runs that are under way: each row is there as soon as it is in the run's <c>metrics.jsonl</c>. Who
/// takes up a run, after a stop too, writes a file with all its rows, whose first record tells a reader to forget what it had, and
/// takes the one from before away: what was cut back after a crash is nowhere.
/// </summary>
/// <param name="folder">Where STUDY/LABEL/ENVIRONMENT/seed-N goes.</param>
/// <param name="study">The study's name.</param>
/// <param name="clock">Names files by when they were begun, so that a later one comes later.</param>
/// <param name="warn">Receives the sentence where a file cannot be written; from then on none is.</param>
public sealed class LiveEvents(string folder, string study, TimeProvider clock, Action<string> warn) : IDisposable
{
    private const string Prefix = "events.out.tfevents.", Extension = ".dyad";

    private readonly Dictionary<string, Run> _runs = [];
    private bool _isBroken;

    /// <summary>Whether no run had anything to write.</summary>
    public bool IsEmpty => _runs.Count == 0;

    /// <summary>Writes what a run has come to; calls come one after the other.</summary>
    public void Take(StudyProgress progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        if (_isBroken || progress.Folder.Length == 0 || progress.Failure is not null)
        {
            return;
        }

        try
        {
            if (!_runs.TryGetValue(progress.Folder, out Run? run))
            {
                string target = Path.Combine(folder, study, progress.Label, progress.Environment, string.Create(CultureInfo.InvariantCulture, $"seed-{progress.Seed}"));

                // One that was finished before has its file, or gets it now.
                if (progress.Run.Row.Count == 0 && Directory.Exists(target) && Directory.EnumerateFiles(target, Prefix + "*").Any())
                {
                    return;
                }

                _runs[progress.Folder] = run = Run.Open(new RunDirectory(progress.Folder), target, clock);
            }

            run.Write();
            if (progress.Run.Step >= progress.Run.Steps)
            {
                run.Dispose();
            }
        }
        catch (Exception e) when (IoSentence.Tells(e))
        {
            _isBroken = true;
            warn($"event files under '{folder}' cannot be written, and are left as they are: {IoSentence.Of(e)}");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Run run in _runs.Values)
        {
            run.Dispose();
        }
    }

    /// <summary>The file of one run.</summary>
    private sealed class Run : IDisposable
    {
        private readonly MetricsTail _metrics;
        private readonly EventFile _file;
        private readonly double _started;
        private int _beginnings;
        private int _written;
        private bool _isClosed;

        private Run(string metrics, EventFile file, double started) => (_metrics, _file, _started) = (new MetricsTail(metrics), file, started);

        public static Run Open(RunDirectory directory, string target, TimeProvider clock)
        {
            Directory.CreateDirectory(target);
            string[] before = Directory.GetFiles(target, $"{Prefix}*{Extension}");
            long last = before.Select(path => long.TryParse(Path.GetFileName(path)[Prefix.Length..^Extension.Length], CultureInfo.InvariantCulture, out long time) ? time : 0).DefaultIfEmpty(0).Max();
            long now = Math.Max(clock.GetUtcNow().ToUnixTimeSeconds(), last + 1);
            double started = EventFile.Started(directory);
            string path = Path.Combine(target, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{now:0000000000}{Extension}"));
            var file = new EventFile(new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete), started);
            file.WriteStart(started, 0);
            var run = new Run(directory.MetricsPath, file, started);
            run.Write();
            Array.ForEach(before, File.Delete);
            return run;
        }

        // The whole rows that have come since.
        public void Write()
        {
            if (_isClosed)
            {
                return;
            }

            while (_metrics.Read())
            {
                if (_metrics.Beginnings != _beginnings)
                {
                    (_beginnings, _written) = (_metrics.Beginnings, 0);
                    _file.WriteStart(_started, 0);
                }

                for (; _written < _metrics.Table.Rows; _written++)
                {
                    (string Name, double Value)[] values = [.. _metrics.Table.Row(_written)];
                    _file.WriteScalars(
                        _started + values.FirstOrDefault(value => value.Name == "wall_s").Value, (long)values.FirstOrDefault(value => value.Name == "step").Value,
                        values.Where(value => value.Name != "step").OrderBy(value => value.Name, StringComparer.Ordinal));
                }
            }

            _file.Flush();
        }

        public void Dispose()
        {
            _isClosed = true;
            _file.Dispose();
        }
    }
}
