namespace Dyad.Live;

/// <summary>
/// All runs under a folder. Links are not followed: they may lead out of it. Nothing is read while nobody looks; while somebody does, a
/// look of many runs is followed by a longer pause, so that runs beside it keep their processor.
/// </summary>
internal sealed class RunWatch
{
    // A new row is to show within two seconds.
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(600), Longest = TimeSpan.FromMilliseconds(1400);

    private const int Rest = 50;

    private static readonly EnumerationOptions Inside = new()
    {
        RecurseSubdirectories = true,
        IgnoreInaccessible = true,
        AttributesToSkip = FileAttributes.ReparsePoint,
        MatchType = MatchType.Simple,
    };

    private readonly string _folder;
    private readonly TimeProvider _clock;
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, WatchedRun> _runs = new(StringComparer.Ordinal);
    private long _next;

    public RunWatch(string folder, TimeProvider clock) => (_folder, _clock) = (folder, clock);

    /// <summary>Counts changes of anything.</summary>
    public long Version { get; private set; }

    /// <summary>Looks again where it is time to; callers may be many.</summary>
    /// <returns>The version from here on.</returns>
    public long Look()
    {
        lock (_lock)
        {
            long now = _clock.GetTimestamp();
            if (now < _next)
            {
                return Version;
            }

            bool changed = Find();
            foreach (WatchedRun run in _runs.Values)
            {
                changed |= run.Look();
            }

            if (changed)
            {
                Version++;
            }

            double pause = Math.Clamp(Rest * _clock.GetElapsedTime(now).TotalSeconds, Shortest.TotalSeconds, Longest.TotalSeconds);
            _next = _clock.GetTimestamp() + (long)(pause * _clock.TimestampFrequency);
            return Version;
        }
    }

    /// <summary>Does something with the runs, by study and task, while they stay as they are.</summary>
    public T Read<T>(Func<IReadOnlyList<RunGroup>, T> read)
    {
        lock (_lock)
        {
            return read([.. _runs.Values.GroupBy(run => (run.Study, run.Environment)).Select(group => new RunGroup(group.Key.Study, group.Key.Environment, [.. group]))]);
        }
    }

    private bool Find()
    {
        bool changed = false;
        var there = new HashSet<string>(StringComparer.Ordinal);
        foreach (string path in Directory.Exists(_folder) ? Directory.EnumerateFiles(_folder, "run.json", Inside) : [])
        {
            string run = Path.GetDirectoryName(path)!;
            there.Add(run);
            if (!_runs.ContainsKey(run) && WatchedRun.Open(_folder, run, _clock) is { } opened)
            {
                _runs[run] = opened;
                changed = true;
            }
        }

        foreach (string gone in _runs.Keys.Where(run => !there.Contains(run)).ToArray())
        {
            changed |= _runs.Remove(gone);
        }

        return changed;
    }
}
