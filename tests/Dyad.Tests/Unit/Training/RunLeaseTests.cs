using Dyad.Core;
using Dyad.Training;

namespace Dyad.Tests.Unit.Training;

/// <summary>Whose a run is, on file systems with and without locks, seen from the same machine and from another one.</summary>
[Trait("Category", "unit")]
public sealed class RunLeaseTests : IDisposable
{
    private static readonly ProcessIdentity Here = ProcessIdentity.Current;
    private static readonly ProcessIdentity Elsewhere = new("node7", "boot", 12, "34");

    private readonly TempFolder _folder = new();
    private readonly FakeClock _clock = new();
    private readonly List<string> _told = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Owners_follow_each_other_and_leave()
    {
        for (int number = 1; number <= 3; number++)
        {
            using RunLease lease = Acquire(number == 2 ? Elsewhere : Here);
            Assert.Equal(number, lease.Number);
            lease.Require();
            Assert.False(RunOwner.Last(_folder.FullPath)!.HasLeft);
        }

        Assert.True(RunOwner.Last(_folder.FullPath)!.HasLeft);
        Assert.Equal([_folder.PathOf("lock"), _folder.PathOf("owner-3.json")], Directory.GetFiles(_folder.FullPath).Order());
        Assert.Empty(_told);
    }

    [Fact]
    public async Task Whoever_looks_while_an_owner_comes_sees_who_it_is()
    {
        using var done = new CancellationTokenSource();
        using var looks = new ManualResetEventSlim();
        Task looking = Task.Factory.StartNew(
            () =>
            {
                while (!done.IsCancellationRequested)
                {
                    Assert.NotNull((RunOwner.Last(_folder.FullPath) ?? new RunOwner(0, Here, default)).Process);
                    looks.Set();
                }
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        looks.Wait(TestContext.Current.CancellationToken);
        for (int number = 1; number <= 300; number++)
        {
            Acquire(Here).Dispose();
        }

        await done.CancelAsync();
        await looking;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void While_an_owner_is_heard_of_nobody_else_comes(bool hasLocks)
    {
        using RunLease mine = Acquire(Elsewhere);
        mine.Begin(0, 10, 0);
        for (int i = 0; i < 40; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(3));
            Assert.Equal($"process 12 on 'node7' is at work on the run 'a run'; it was heard of {(i * 3 + 3) % 5} s ago", Refused(Here, hasLocks));
        }

        mine.Require();
    }

    [Fact]
    public void An_owner_elsewhere_that_was_not_heard_of_for_a_minute_is_followed()
    {
        using RunLease mine = Acquire(Elsewhere);
        _clock.HasTimers = false;
        _clock.Advance(TimeSpan.FromSeconds(60));
        Refused(Here, hasLocks: false);
        _clock.Advance(TimeSpan.FromSeconds(1));
        File.Delete(_folder.PathOf("lock"));
        using RunLease theirs = Acquire(Here);
        Assert.Equal("runs go on here that process 12 on 'node7' left without an end: killed, or lost with its machine", Assert.Single(_told));
        Assert.Equal(2, theirs.Number);

        // When it wakes it writes nothing, and what it says changes nothing.
        mine.Beat();
        string sentence = Assert.Throws<UserError>(mine.Require).Message;
        Assert.Equal($"the run 'a run' was taken over by {Here}, to which this process, process 12 on 'node7', seemed dead: it goes on there", sentence);
        Assert.True(mine.IsLost);
        theirs.Require();
        Assert.Equal(2, RunOwner.Last(_folder.FullPath)!.Number);
    }

    [Fact]
    public void Of_processes_on_this_machine_the_system_knows()
    {
        // One that is there and has another start had its number from one that has gone.
        foreach (ProcessIdentity gone in new[] { Here with { Started = "1" }, Here with { Id = int.MaxValue } })
        {
            _told.Clear();
            RunLease left = Acquire(gone);
            File.Delete(_folder.PathOf("lock"));
            using RunLease mine = Acquire(Here);
            Assert.Equal($"runs go on here that {gone} left without an end: killed, or lost with its machine", Assert.Single(_told));
            left.Dispose();
        }

        // One that sleeps will wake.
        using RunLease sleeps = Acquire(Here);
        _clock.HasTimers = false;
        _clock.Advance(TimeSpan.FromHours(9));
        Assert.Contains("it was heard of 32400 s ago", Refused(Here with { Id = 1 }, hasLocks: false), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_many_that_come_at_once_one_owns_the_run()
    {
        // Without locks of the file system, each on a machine of its own; the owner before was not heard of.
        for (int round = 0; round < 200; round++)
        {
            _clock.Advance(TimeSpan.FromMinutes(2));
            _clock.HasTimers = false;
            var owners = new List<RunLease>();
            using var start = new Barrier(4);
            Thread[] threads = [.. Enumerable.Range(0, 4).Select(i => new Thread(() =>
            {
                start.SignalAndWait();
                try
                {
                    RunLease lease = RunLease.AcquireUnlocked("a run", _folder.FullPath, Elsewhere with { Host = $"node-{i}" }, _clock, _ => { });
                    lock (owners)
                    {
                        owners.Add(lease);
                    }
                }
                catch (UserError)
                {
                }
            }))];
            Array.ForEach(threads, thread => thread.Start());
            Array.ForEach(threads, thread => thread.Join());
            Assert.Equal(round + 1, Assert.Single(owners).Number);
            owners[0].Require();
        }
    }

    [Fact]
    public void Whoever_looked_long_ago_finds_that_others_came_and_went()
    {
        RunLease Unlocked(ProcessIdentity process, TimeProvider clock) => RunLease.AcquireUnlocked("a run", _folder.FullPath, process, clock, _ => { });
        Directory.CreateDirectory(_folder.FullPath);
        Unlocked(Elsewhere, _clock).Dispose();

        // Between its look at the first owner and its own coming, a second one leaves and a third one stays: the number 2 is free again.
        RunLease? third = null;
        var slow = new SlowClock(_clock, () =>
        {
            Unlocked(Elsewhere, _clock).Dispose();
            third = Unlocked(Elsewhere, _clock);
        });
        Assert.Contains("is at work", Assert.Throws<UserError>(() => Unlocked(Here, slow)).Message, StringComparison.Ordinal);
        Assert.Equal([_folder.PathOf("owner-3.json")], Directory.GetFiles(_folder.FullPath));
        third!.Require();
        third.Dispose();
    }

    [Fact]
    public void An_owner_that_says_nothing_is_alive_for_a_minute()
    {
        Directory.CreateDirectory(_folder.FullPath);
        File.WriteAllText(_folder.PathOf("owner-4.json"), "");
        File.SetLastWriteTimeUtc(_folder.PathOf("owner-4.json"), _clock.GetUtcNow().UtcDateTime);
        Assert.StartsWith("another process is at work on the run 'a run'", Refused(Here, hasLocks: true), StringComparison.Ordinal);
        _clock.Advance(TimeSpan.FromSeconds(61));
        using RunLease lease = Acquire(Here);
        Assert.Equal(5, lease.Number);
    }

    [Fact]
    public void A_folder_that_has_gone_is_told_and_does_not_come_back()
    {
        string folder = _folder.PathOf("checkpoint");
        RunLease lease = RunLease.Acquire("a run", folder, Here, _clock, _told.Add);
        Directory.Delete(folder, recursive: true);
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.StartsWith("the folder of the run 'a run' has gone", Assert.Throws<UserError>(lease.Require).Message, StringComparison.Ordinal);
        lease.Dispose();
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public void Speed_is_that_of_the_last_minute()
    {
        using RunLease lease = Acquire(Here);
        lease.Begin(1000, 5000, 3);
        for (int i = 1; i <= 100; i++)
        {
            lease.Report(1000 + (i <= 50 ? 100 * i : 5000 + (10 * (i - 50))), i);
            _clock.Advance(TimeSpan.FromSeconds(5));
        }

        RunOwner owner = RunOwner.Last(_folder.FullPath)!;
        Assert.Equal((6500L, 5000L, 100.0, 2.0), (owner.Step, owner.Steps, owner.WallSeconds, owner.StepsPerSecond));
        Assert.Equal(Here, owner.Process);
    }

    private RunLease Acquire(ProcessIdentity process) => RunLease.Acquire("a run", _folder.FullPath, process, _clock, _told.Add);

    private string Refused(ProcessIdentity process, bool hasLocks)
    {
        if (!hasLocks)
        {
            File.Delete(_folder.PathOf("lock"));
        }

        return Assert.Throws<UserError>(() => Acquire(process)).Message;
    }

    // Something happens before the first time that it tells.
    private sealed class SlowClock(TimeProvider clock, Action meanwhile) : TimeProvider
    {
        private Action? _meanwhile = meanwhile;

        public override DateTimeOffset GetUtcNow()
        {
            Interlocked.Exchange(ref _meanwhile, null)?.Invoke();
            return clock.GetUtcNow();
        }
    }
}
