using System.Text.Json.Nodes;
using Dyad.Core;
using Dyad.Training;

namespace Dyad.Tests.Unit.Training;

[Trait("Category", "unit")]
public sealed class RunLoopTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Clock _clock = new();
    private readonly List<string> _warnings = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_start_every_interval_and_the_end_are_measured()
    {
        Execute("run", Count(steps: 25, measureEvery: 10));
        Assert.Equal([0, 10, 20, 25], Steps("run"));
        Execute("strides", Count(steps: 25, measureEvery: 10, stride: 4));
        Assert.Equal([0, 12, 20, 28], Steps("strides"));
        Execute("nothing", Count(steps: 0, measureEvery: 10));
        Assert.Equal([0], Steps("nothing"));
    }

    [Fact]
    public void A_finished_run_is_left_alone()
    {
        Execute("run", Count(20, 10));
        Execute("run", Count(20, 10) with { Create = () => throw new InvalidOperationException("must not be created") });
        Assert.Equal(RunStatus.Done, Directory("run").Status);
        Assert.Empty(_warnings);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(25)]
    [InlineData(1)]
    public void A_finished_run_is_lengthened_to_what_a_longer_one_is(long steps)
    {
        Execute("whole", Count(50, 10));
        Execute("run", Count(steps, 10));
        Assert.Equal(steps, Steps("run")[^1]);
        Assert.Equal(steps, (long?)Directory("run").ReadStatus()!["steps"]);
        StopAt("run", Count(50, 10), 37);
        Execute("run", Count(50, 10));
        Assert.Equal([0, 10, 20, 30, 40, 50], Steps("run"));
        foreach (string metric in new[] { "count", "since" })
        {
            Assert.Equal(MetricsLog.Read(Directory("whole").MetricsPath)[metric], MetricsLog.Read(Directory("run").MetricsPath)[metric]);
        }
    }

    [Fact]
    public void A_longer_run_has_the_steps_of_a_shorter_one()
    {
        Execute("run", Count(50, 10));
        Execute("run", Count(20, 10) with { Create = () => throw new InvalidOperationException("must not be created") });
        Assert.Equal([0, 10, 20, 30, 40, 50], Steps("run"));
        Assert.Equal([0, 10, 20], MetricsLog.Read(Directory("run").MetricsPath, 20)["step"]);
        Assert.Equal([0, 10, 20, 30], MetricsLog.Read(Directory("run").MetricsPath, 25)["step"]);

        // A stopped one too, and the rows that it has stay as they are.
        StopAt("stopped", Count(50, 10), 37);
        Execute("stopped", Count(25, 10));
        Assert.Equal([0, 10, 20, 30], Steps("stopped"));
        Assert.Equal(RunStatus.Done, Directory("stopped").Status);
    }

    [Fact]
    public void Another_build_is_told_whether_runs_go_on_or_are_shown()
    {
        StopAt("run", Count(30, 10), 17);
        Execute("run", Count(30, 10), Build with { Commit = "other" });
        Assert.Empty(_warnings);
        StopAt("again", Count(30, 10), 17);
        Execute("again", Count(30, 10), Build with { Sources = "2222222222222222" });
        Assert.Equal(
            "runs of another build went on with this one, to bits that need not be those of either: they are of 0.0.0, commit abc, sources 11111111, "
            + "vectors of 256 bits, and this is 0.0.0, commit abc, sources 22222222, vectors of 256 bits", Assert.Single(_warnings));
        Assert.Equal(["1111111111111111", "2222222222222222"], Directory("again").ReadBuilds().Select(build => build.Sources));

        // A mixture stays one.
        _warnings.Clear();
        Execute("again", Count(30, 10), Build with { Sources = "2222222222222222" });
        Assert.StartsWith("finished runs of another build are shown as they are", Assert.Single(_warnings), StringComparison.Ordinal);
        _warnings.Clear();
        Execute("run", Count(30, 10), Build with { VectorWidth = 512 });
        Assert.Contains("vectors of 512 bits", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_stopped_run_says_where_it_stands_and_goes_on()
    {
        StopAt("run", Count(30, 10), 17);
        JsonObject status = Directory("run").ReadStatus()!;
        Assert.Equal("running", (string?)status["status"]);
        Assert.Equal(17, (int?)status["step"]);
        string? started = (string?)status["started"];
        Execute("run", Count(30, 10));
        Assert.Equal([0, 10, 20, 30], Steps("run"));
        Assert.Equal(started, (string?)Directory("run").ReadStatus()!["started"]);
        Assert.Equal("a machine", (string?)Directory("run").ReadStatus()!["machine"]);
        Assert.Equal(Build, Assert.Single(Directory("run").ReadBuilds()));
    }

    [Fact]
    public void A_run_can_be_looked_at_where_it_stands()
    {
        StopAt("run", Count(30, 10), 17);
        IIterative learner = Count(30, 10).Create();
        Assert.True(RunLoop.Restore(Directory("run"), learner, _warnings.Add));
        Assert.Equal(17, learner.Step);
        Assert.Equal(RunStatus.Running, Directory("run").Status);
        Assert.False(RunLoop.Restore(Directory("none"), Count(30, 10).Create(), _warnings.Add));
        Assert.Empty(_warnings);

        // Damaged checkpoints are passed over.
        foreach (string file in System.IO.Directory.GetFiles(Directory("run").CheckpointPath, "*.bin"))
        {
            File.WriteAllText(file, "damaged");
        }

        Assert.False(RunLoop.Restore(Directory("run"), learner, _warnings.Add));
        Assert.NotEmpty(_warnings);
    }

    [Fact]
    public void Wall_time_is_summed_over_stops()
    {
        StopAt("run", Count(30, 10), 17);
        _clock.Advance(TimeSpan.FromHours(1));
        Execute("run", Count(30, 10));
        Assert.Equal(30, (double?)Directory("run").ReadStatus()!["wall_s"]);
        Assert.Equal([0, 10, 20, 30], MetricsLog.Read(Directory("run").MetricsPath)["wall_s"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Rows_behind_the_last_good_checkpoint_are_measured_again(bool newestOnly)
    {
        StopAt("run", Count(30, 5), 12);
        StopAt("run", Count(30, 5), 21);
        File.WriteAllText(Path.Combine(Directory("run").CheckpointPath, "even.bin"), "damaged");
        if (!newestOnly)
        {
            File.WriteAllText(Path.Combine(Directory("run").CheckpointPath, "odd.bin"), "damaged");
        }

        Execute("run", Count(30, 5));
        Assert.Equal(newestOnly ? 1 : 2, _warnings.Count);
        Assert.Equal([0, 5, 10, 15, 20, 25, 30], Steps("run"));
    }

    [Fact]
    public void A_run_that_diverges_is_written_down_and_told()
    {
        Run failing = Count(30, 10) with { Create = () => new Counter(1, step => step == 12 ? throw new ArithmeticException("diverged") : 0) };
        string sentence = Assert.Throws<UserError>(() => Execute("run", failing)).Message;
        Assert.Equal($"the run '{_folder.PathOf("run")}' failed at step 12: diverged", sentence);
        Assert.Equal(RunStatus.Failed, Directory("run").Status);
        Assert.Equal("diverged", (string?)Directory("run").ReadStatus()!["error"]);
        Assert.Equal(12, (int?)Directory("run").ReadStatus()!["step"]);
    }

    [Fact]
    public void A_mistake_in_the_learner_is_written_down_and_not_called_the_users()
    {
        Run failing = Count(30, 10) with { Create = () => new Counter(1, step => step == 12 ? throw new InvalidOperationException("a bug") : 0) };
        Assert.Throws<InvalidOperationException>(() => Execute("run", failing));
        Assert.Equal(RunStatus.Failed, Directory("run").Status);
    }

    [Fact]
    public void A_run_is_advanced_by_one_at_a_time()
    {
        string sentence = "";
        Run run = Count(30, 10);
        Run disturbed = run with
        {
            Create = () => new Counter(1, step =>
            {
                if (step == 12)
                {
                    sentence = Assert.Throws<UserError>(() => Execute("run", run)).Message;
                }

                return 0;
            }),
        };
        Execute("run", disturbed);
        Assert.Contains("used by another process", sentence, StringComparison.Ordinal);
        Assert.Contains(_folder.PathOf("run"), sentence, StringComparison.Ordinal);
        Assert.Equal([0, 10, 20, 30], Steps("run"));
    }

    [Fact]
    public void A_checkpoint_of_another_learner_is_told()
    {
        StopAt("run", Count(30, 10), 17);
        Run other = Count(30, 10) with { Create = () => new Counter(1, field: "pace") };
        string sentence = Assert.Throws<UserError>(() => Execute("run", other)).Message;
        Assert.Contains("'pace'", sentence, StringComparison.Ordinal);
        Assert.Contains(_folder.PathOf("run"), sentence, StringComparison.Ordinal);
    }

    private static Run Count(long steps, long measureEvery, int stride = 1) =>
        new(new RunConfig(new("counter", []), new("line"), new(0), new(measureEvery)), () => new Counter(stride), steps);

    private RunDirectory Directory(string name) => new(_folder.PathOf(name));

    private double[] Steps(string name)
    {
        IReadOnlyDictionary<string, double[]> columns = MetricsLog.Read(Directory(name).MetricsPath);
        Assert.Equal(columns["step"], columns["count"]);
        return columns["step"];
    }

    private static BuildIdentity Build { get; } = new("0.0.0", "abc", "1111111111111111", 256);

    private void Execute(string name, Run run, BuildIdentity? build = null) => Advance(name, run, CancellationToken.None, build);

    private void Advance(string name, Run run, CancellationToken cancellation, BuildIdentity? build = null) =>
        new RunLoop(_clock, build ?? Build, "a machine", TimeSpan.FromSeconds(1000))
            .Execute(Directory(name), Ticking(run), _ => { }, _warnings.Add, cancellation);

    private void StopAt(string name, Run run, long step)
    {
        using var stop = new CancellationTokenSource();
        Run stopping = run with
        {
            Create = () => new Counter(1, now =>
            {
                if (now == step)
                {
                    stop.Cancel();
                }

                return 0;
            }),
        };
        Assert.Throws<OperationCanceledException>(() => Advance(name, stopping, stop.Token));
    }

    // A step takes a second.
    private Run Ticking(Run run) => run with
    {
        Create = () =>
        {
            var learner = (Counter)run.Create();
            learner.Advanced += () => _clock.Advance(TimeSpan.FromSeconds(1));
            return learner;
        },
    };

    private sealed class Counter(int stride, Func<long, int>? onStep = null, string field = "step") : IIterative
    {
        private long _step;
        private long _since;

        public event Action? Advanced;

        public long Step => _step;

        public void Advance()
        {
            _step += stride;
            _since += stride;
            Advanced?.Invoke();
            onStep?.Invoke(_step);
        }

        public void Measure(IMetrics metrics)
        {
            metrics.Record("count", _step);
            metrics.Record("since", _since);
            _since = 0;
        }

        public void Serialize(StateArchive archive)
        {
            archive.Value(field, ref _step);
            archive.Value("since", ref _since);
        }
    }

    private sealed class Clock : TimeProvider
    {
        private long _ticks = TimeSpan.TicksPerDay;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan time) => _ticks += time.Ticks;

        public override long GetTimestamp() => _ticks;

        public override DateTimeOffset GetUtcNow() => new(_ticks, TimeSpan.Zero);
    }
}
