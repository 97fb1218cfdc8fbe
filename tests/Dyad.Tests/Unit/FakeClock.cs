namespace Dyad.Tests.Unit;

/// <summary>A clock that a test moves on; its timers fire as it does.</summary>
public sealed class FakeClock : TimeProvider
{
    private readonly List<Timer> _timers = [];
    private long _ticks = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Whether timers fire; a process that is stopped has none.</summary>
    public bool HasTimers { get; set; } = true;

    public void Advance(TimeSpan time)
    {
        long until = _ticks + time.Ticks;
        while (HasTimers && Next() is { } timer && timer.Due <= until)
        {
            _ticks = timer.Due;
            timer.Fire();
        }

        _ticks = until;
    }

    public override long GetTimestamp() => _ticks;

    public override DateTimeOffset GetUtcNow() => new(_ticks, TimeSpan.Zero);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state), _ticks + dueTime.Ticks, period);
        lock (_timers)
        {
            _timers.Add(timer);
        }

        return timer;
    }

    private Timer? Next()
    {
        lock (_timers)
        {
            return _timers.MinBy(timer => timer.Due);
        }
    }

    private sealed class Timer(FakeClock clock, Action callback, long due, TimeSpan period) : ITimer
    {
        public long Due { get; private set; } = due;

        public void Fire()
        {
            Due += period.Ticks;
            callback();
        }

        public bool Change(TimeSpan dueTime, TimeSpan newPeriod) => throw new NotSupportedException();

        public void Dispose()
        {
            lock (clock._timers)
            {
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
