using System.Text;
using Dyad.Core;

namespace Dyad.Training;

/// <summary>
/// A run is one process's at a time. Owners are counted: whoever creates <c>checkpoint/owner-N.json</c>, which only one can, owns
/// the run until it leaves or an owner N + 1 comes, which does so only where owner N has left, has ended, or, being on another
/// machine, was not heard of for a minute. A timer renews the file every few seconds. An owner that was taken for dead and is not
/// writes nothing more: it looks for another one before each write, and its number in a checkpoint (<see cref="CheckpointStore"/>)
/// outranks nothing. None of this needs locks of the file system; where there are some, one is held as well.
/// </summary>
internal sealed class RunLease : IDisposable
{
    // Speed is told over so many heartbeats.
    private const int Remembered = 12;

    private readonly string _run;
    private readonly string _folder;
    private readonly ProcessIdentity _process;
    private readonly TimeProvider _clock;
    private readonly FileStream? _lock;
    private readonly Lock _gate = new();
    private readonly Queue<(long Step, long Time)> _beats = new();
    private ITimer? _timer;
    private bool _isClosed;
    private long _step;
    private long _steps;
    private double _wallSeconds;

    private RunLease(string run, string folder, long number, ProcessIdentity process, TimeProvider clock, FileStream? held)
    {
        (_run, _folder, Number, _process, _clock, _lock) = (run, folder, number, process, clock, held);
    }

    /// <summary>Which owner of the run this is: 1 for the first.</summary>
    public long Number { get; }

    /// <summary>Whether the run is no more this owner's: nothing of it may be written.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Makes a run this process's.</summary>
    /// <param name="run">The run's folder, for sentences.</param>
    /// <param name="folder">The folder of its checkpoints, which is created.</param>
    /// <param name="process">This process.</param>
    /// <param name="clock">Tells when an owner was last heard of, and makes the timer.</param>
    /// <param name="warn">Receives a sentence where the owner before did not leave.</param>
    /// <exception cref="UserError">Another process is at work on it.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static RunLease Acquire(string run, string folder, ProcessIdentity process, TimeProvider clock, Action<string> warn)
    {
        Directory.CreateDirectory(folder);
        FileStream held = FileLock.TryTake(Path.Combine(folder, "lock")) ?? throw AtWork(run, RunOwner.Last(folder), clock);
        try
        {
            return AcquireUnlocked(run, folder, process, clock, warn, held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    // What decides where the file system has no locks.
    internal static RunLease AcquireUnlocked(string run, string folder, ProcessIdentity process, TimeProvider clock, Action<string> warn, FileStream? held = null)
    {
        while (true)
        {
            RunOwner? before = RunOwner.Last(folder);
            if (before is not null && before.IsAlive(process, clock.GetUtcNow()))
            {
                throw AtWork(run, before, clock);
            }

            var lease = new RunLease(run, folder, (before?.Number ?? 0) + 1, process, clock, held);
            if (!lease.TryCreate())
            {
                continue;
            }

            if (before is { HasLeft: false })
            {
                warn($"runs go on here that {before} left without an end: killed, or lost with its machine");
            }

            lease._timer = clock.CreateTimer(_ => lease.Beat(), null, RunOwner.BeatsEvery, RunOwner.BeatsEvery);
            return lease;
        }
    }

    /// <summary>Says where the run stands as it begins or goes on; its speed is counted from here.</summary>
    public void Begin(long step, long steps, double wallSeconds)
    {
        Report(step, wallSeconds);
        lock (_gate)
        {
            _steps = steps;
            _beats.Enqueue((step, _clock.GetTimestamp()));
        }

        Beat();
    }

    /// <summary>Says how far the run is, for the next heartbeat.</summary>
    public void Report(long step, double wallSeconds)
    {
        Volatile.Write(ref _step, step);
        Volatile.Write(ref _wallSeconds, wallSeconds);
    }

    /// <summary>Holds before each write that the run is still this owner's.</summary>
    /// <exception cref="UserError">Its folder has gone, or another owner has come.</exception>
    public void Require()
    {
        if (File.Exists(RunOwner.PathOf(_folder, Number)) && !File.Exists(RunOwner.PathOf(_folder, Number + 1)))
        {
            return;
        }

        IsLost = true;
        RunOwner? other = RunOwner.Last(_folder);
        throw new UserError(other is not null && other.Number > Number
            ? $"the run '{_run}' was taken over by {other}, to which this process, {_process}, seemed dead: it goes on there"
            : $"the folder of the run '{_run}' has gone while the run went on: what was done since its last checkpoint is lost");
    }

    /// <summary>Renews the heartbeat.</summary>
    public void Beat() => Write(hasLeft: false);

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer?.Dispose();
        Write(hasLeft: true);
        _lock?.Dispose();
    }

    // Of all that try, the file system lets one create the file.
    private bool TryCreate()
    {
        string path = RunOwner.PathOf(_folder, Number);
        if (!ExclusiveFile.TryCreate(path, Text(hasLeft: false)))
        {
            return false;
        }

        // Whoever looked long ago comes with a number that others had and left behind.
        if (RunOwner.Numbers(_folder).Any(number => number > Number))
        {
            File.Delete(path);
            return false;
        }

        foreach (long older in RunOwner.Numbers(_folder).Where(number => number < Number).ToArray())
        {
            File.Delete(RunOwner.PathOf(_folder, older));
        }

        return true;
    }

    private void Write(bool hasLeft)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            _isClosed = hasLeft;
            try
            {
                if (File.Exists(RunOwner.PathOf(_folder, Number)))
                {
                    byte[] text = Text(hasLeft);
                    DurableFile.Write(RunOwner.PathOf(_folder, Number), file => file.Write(text), flush: false);
                }
            }
            catch (Exception e) when (IoSentence.Tells(e))
            {
                // A disk that is full, or a folder that has gone, is told where the run itself is written.
            }
        }
    }

    private byte[] Text(bool hasLeft)
    {
        long step = Volatile.Read(ref _step), now = _clock.GetTimestamp();
        double speed = 0;
        if (_beats.TryPeek(out (long Step, long Time) first))
        {
            double seconds = _clock.GetElapsedTime(first.Time, now).TotalSeconds;
            speed = seconds > 0 ? (step - first.Step) / seconds : 0;
            _beats.Enqueue((step, now));
        }

        if (_beats.Count > Remembered)
        {
            _beats.Dequeue();
        }

        return Encoding.UTF8.GetBytes(new RunOwner(
            Number, _process, _clock.GetUtcNow(), hasLeft, step, _steps, Volatile.Read(ref _wallSeconds), speed).ToText());
    }

    private static UserError AtWork(string run, RunOwner? owner, TimeProvider clock) => new(owner is null
        ? $"another process is at work on the run '{run}'"
        : $"{owner} is at work on the run '{run}'; it was heard of {Math.Max(0, (clock.GetUtcNow() - owner.Heartbeat).TotalSeconds):0} s ago");
}
