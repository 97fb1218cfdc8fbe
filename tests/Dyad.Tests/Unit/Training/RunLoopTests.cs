using System.Text.Json.Nodes;
using Dyad.Core;
using Dyad.Training;

namespace Dyad.Tests.Unit.Training;

[Trait("Category", "unit")]
public sealed class RunLoopTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly FakeClock _clock = new();
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
        Assert.Equal(
            "finished runs of another instruction set are shown as they are: they are of vectors of 256 bits, and this is vectors of 512 bits", Assert.Single(_warnings));
        _warnings.Clear();
        StopAt("wide", Count(30, 10), 17);
        Execute("wide", Count(30, 10), Build with { VectorWidth = 512 });
        Assert.StartsWith("runs of another instruction set went on with this one, to bits that need not be those of either", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_stopped_run_says_where_it_stands_and_goes_on()
    {
        StopAt("run", Count(30, 10), 17);
        JsonObject status = Directory("run").ReadStatus()!;
        Assert.Equal(RunStatus.Stopped, Directory("run").Status);
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
        Assert.Equal(RunStatus.Stopped, Directory("run").Status);
        Assert.False(RunLoop.Restore(Directory("none"), Count(30, 10).Create(), _warnings.Add));
        Assert.Empty(_warnings);

        DamageAll("run");
        Assert.Contains("no checkpoint of", Assert.Throws<UserError>(() => RunLoop.Restore(Directory("run"), learner, _warnings.Add)).Message, StringComparison.Ordinal);
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

    [Fact]
    public void Rows_behind_the_last_good_checkpoint_are_measured_again()
    {
        StopAt("run", Count(30, 5), 12);
        StopAt("run", Count(30, 5), 21);
        File.WriteAllText(Path.Combine(Directory("run").CheckpointPath, "even.bin"), "damaged");
        Execute("run", Count(30, 5));
        Assert.Contains("even.bin' is damaged and was passed over", Assert.Single(_warnings), StringComparison.Ordinal);
        Assert.Equal([0, 5, 10, 15, 20, 25, 30], Steps("run"));
    }

    [Fact]
    public void Without_a_whole_checkpoint_nothing_starts_anew_over_what_is_there()
    {
        StopAt("run", Count(30, 5), 12);
        StopAt("run", Count(30, 5), 21);
        DamageAll("run");
        AssertRefused("no checkpoint of ");

        // Nor where they have gone; a run that was killed before its first one has lost nothing.
        System.IO.Directory.GetFiles(Directory("run").CheckpointPath, "*.bin").ToList().ForEach(File.Delete);
        AssertRefused("has no checkpoint any more, where there was one at step 21");
        JsonObject status = Directory("run").ReadStatus()!;
        status["checkpoint_step"] = null;
        Directory("run").WriteStatus(status);
        Execute("run", Count(30, 5));
        Assert.Equal([0, 5, 10, 15, 20, 25, 30], Steps("run"));
    }

    [Fact]
    public void A_checkpoint_of_another_run_is_refused_with_what_differs()
    {
        StopAt("run", Count(30, 5), 21);
        Run other = Count(30, 5) with { Config = Count(30, 5).Config with { Training = new(7) } };
        StopAt("other", other, 12);
        foreach (string file in new[] { "odd.bin", "even.bin" }.Where(file => File.Exists(Path.Combine(Directory("other").CheckpointPath, file))))
        {
            File.Copy(Path.Combine(Directory("other").CheckpointPath, file), Path.Combine(Directory("run").CheckpointPath, file), overwrite: true);
        }

        AssertRefused("holds a checkpoint of another run ('seed' is 7 there and 0 here)");
    }

    [Theory]
    [InlineData("metrics.jsonl")]
    [InlineData("run.json")]
    [InlineData("checkpoint/odd.bin")]
    public void Results_without_their_configuration_are_refused(string left)
    {
        StopAt("run", Count(30, 5), 21);
        foreach (string file in new[] { "config.json", "metrics.jsonl", "run.json", "checkpoint/odd.bin" }.Where(file => file != left))
        {
            File.Delete(_folder.PathOf("run", file));
        }

        AssertRefused($"holds '{left}' and no config.json");
    }

    [Fact]
    public void Rows_that_have_changed_since_the_checkpoint_are_told_at_the_start()
    {
        StopAt("run", Count(30, 5), 21);
        string path = Directory("run").MetricsPath;
        byte[] whole = File.ReadAllBytes(path);
        for (int i = 0; i < whole.Length; i += 7)
        {
            byte[] damaged = [.. whole];
            damaged[i] ^= 1;
            File.WriteAllBytes(path, damaged);
            AssertRefused("metrics.jsonl' has changed in the first ");
        }

        File.WriteAllBytes(path, whole[..^1]);
        AssertRefused("bytes where the checkpoint knows of");

        // What lies behind is measured again.
        File.WriteAllBytes(path, [.. whole, .. "{\"step\":25,"u8]);
        Execute("run", Count(30, 5));
        Assert.Equal([0, 5, 10, 15, 20, 25, 30], Steps("run"));

        // Of a finished run all rows count.
        string text = File.ReadAllText(path);
        File.WriteAllText(path, text.Replace("\"count\":30", "\"count\":31", StringComparison.Ordinal));
        AssertRefused("metrics.jsonl' is not as the finished run left it");
        File.WriteAllText(path, text);
        Execute("run", Count(30, 5));
    }

    [Fact]
    public void No_sentence_gives_up_a_good_checkpoint()
    {
        StopAt("run", Count(30, 5), 21);
        File.WriteAllText(_folder.PathOf("run", "run.json"), "{");
        Assert.Contains("remove that file, and the run goes on from its checkpoint", AssertRefused("run.json' is damaged"), StringComparison.Ordinal);
        File.Delete(_folder.PathOf("run", "run.json"));
        Execute("run", Count(30, 5));
        Assert.Equal([0, 5, 10, 15, 20, 25, 30], Steps("run"));
        Assert.Contains("an unknown one", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_finished_run_keeps_one_checkpoint_and_goes_on_from_it()
    {
        StopAt("run", Count(30, 5), 12);
        StopAt("run", Count(30, 5), 21);
        Assert.Equal(2, System.IO.Directory.GetFiles(Directory("run").CheckpointPath, "*.bin").Length);
        Execute("run", Count(30, 5));
        Assert.Single(System.IO.Directory.GetFiles(Directory("run").CheckpointPath, "*.bin"));
        Execute("run", Count(50, 5));
        Execute("whole", Count(50, 5));
        Assert.Equal(MetricsLog.Read(Directory("whole").MetricsPath)["since"], MetricsLog.Read(Directory("run").MetricsPath)["since"]);
        Assert.Empty(_warnings);
    }

    [Fact]
    public void A_folder_that_disappears_is_noticed_at_the_next_checkpoint()
    {
        Run run = Count(5000, 4000) with
        {
            Create = () => new Counter(1, step =>
            {
                if (step == 1500)
                {
                    System.IO.Directory.Delete(_folder.PathOf("run"), recursive: true);
                }

                Assert.True(step <= 2000);
                return 0;
            }),
        };
        string sentence = Assert.Throws<UserError>(() => Execute("run", run)).Message;
        Assert.Equal($"the folder of the run '{_folder.PathOf("run")}' has gone while the run went on: what was done since its last checkpoint is lost", sentence);
        Assert.False(System.IO.Directory.Exists(_folder.PathOf("run")));
    }

    [Fact]
    public void A_run_that_was_taken_over_writes_nothing_more()
    {
        // It sleeps for two minutes, and a process on another machine takes it for dead and finishes.
        Run run = Count(30, 10);
        var other = new ProcessIdentity("elsewhere", "", 7, "");
        Run asleep = run with
        {
            Create = () => new Counter(1, step =>
            {
                if (step == 12)
                {
                    _clock.HasTimers = false;
                    _clock.Advance(TimeSpan.FromMinutes(2));
                    File.Delete(Path.Combine(Directory("run").CheckpointPath, "lock"));
                    Advance("run", run, CancellationToken.None, process: other);
                }

                return 0;
            }),
        };
        string sentence = Assert.Throws<UserError>(() => Execute("run", asleep)).Message;
        Assert.StartsWith($"the run '{_folder.PathOf("run")}' was taken over by process 7 on 'elsewhere'", sentence, StringComparison.Ordinal);
        Assert.StartsWith("runs go on here that process ", Assert.Single(_warnings), StringComparison.Ordinal);
        Assert.Equal([0, 10, 20, 30], Steps("run"));
        Assert.Equal(RunStatus.Done, Directory("run").Status);
        Execute("run", run);
    }

    [Theory]
    [InlineData("rows")]
    [InlineData("state")]
    [InlineData("status")]
    [InlineData("policy")]
    public void Whenever_a_run_is_taken_over_nothing_more_is_written(string next)
    {
        string[] Files() => [.. System.IO.Directory.GetFiles(_folder.PathOf("run"), "*", SearchOption.AllDirectories).Where(path => !path.Contains("owner-", StringComparison.Ordinal))
            .Order().Select(path => $"{path} {Convert.ToHexString(File.ReadAllBytes(path))}")];
        string[]? after = null;
        void TakeOver()
        {
            _clock.HasTimers = false;
            _clock.Advance(TimeSpan.FromMinutes(2));
            File.Delete(Path.Combine(Directory("run").CheckpointPath, "lock"));
            Advance("run", Count(30, 20), CancellationToken.None, process: new ProcessIdentity("elsewhere", "", 7, ""));
            after = Files();
        }

        // A checkpoint is due at step 12: rows, then the state, then the policy beside it, then the status. One more policy is kept at 15.
        void At(string moment, long step)
        {
            if (moment == "step" && step == 12 && next != "policy")
            {
                _clock.Advance(TimeSpan.FromSeconds(2000));
            }

            if (after is null && (moment, step) == (next switch { "rows" => "step", "state" => "rows", "status" => "export", _ => "step" }, next == "policy" ? 15 : 12))
            {
                TakeOver();
            }
        }

        Run run = Count(30, 20) with
        {
            Create = () => new Watched(new Counter(1), At),
            Export = (learner, _) => At("export", learner.Step),
            KeepPolicies = 2,
            KeepPolicy = (_, folder, name) => File.WriteAllText(Path.Combine(folder, name), "kept"),
        };
        string sentence = Assert.Throws<UserError>(() => new RunLoop(_clock, Build, "a machine", TimeSpan.FromSeconds(1000))
            .Execute(Directory("run"), run, _ => { }, _warnings.Add, CancellationToken.None)).Message;
        Assert.StartsWith($"the run '{_folder.PathOf("run")}' was taken over by process 7 on 'elsewhere'", sentence, StringComparison.Ordinal);
        Assert.Equal(after!, Files());
    }

    [Fact]
    public void How_far_a_run_is_can_be_read_every_few_seconds()
    {
        RunOwner? seen = null;
        Run run = Count(30, 100) with
        {
            Create = () => new Counter(1, step =>
            {
                seen = step == 18 ? RunOwner.Last(Directory("run").CheckpointPath) : seen;
                return 0;
            }),
        };
        Execute("run", run);
        Assert.Equal((14L, 30L, false), (seen!.Step, seen.Steps, seen.HasLeft));
        Assert.Equal(14 / 15.0, seen.StepsPerSecond, 1e-3);
        Assert.True(RunOwner.Last(Directory("run").CheckpointPath)!.HasLeft);
    }

    [Fact]
    public void Processor_time_is_summed_over_stops()
    {
        StopAt("run", Count(30, 10), 17);
        double before = (double)Directory("run").ReadStatus()!["cpu_s"]!;
        Assert.InRange(before, 0, 60);
        Run busy = Count(30, 10) with
        {
            Create = () => new Counter(1, step =>
            {
                for (double from = ThreadTime.Seconds; step == 25 && ThreadTime.Seconds < from + 0.05;)
                {
                }

                return 0;
            }),
        };
        Execute("run", busy);
        Assert.InRange((double)Directory("run").ReadStatus()!["cpu_s"]! - before, 0.05, 60);
        double[] rows = MetricsLog.Read(Directory("run").MetricsPath)["cpu_s"];
        Assert.Equal(rows.Order(), rows);
        Assert.True(rows[^1] > rows[^2] + 0.04);
    }

    [Theory]
    [InlineData("count>=17", null, null, 20, "count>=17")]
    [InlineData("count>=100", null, null, 50, null)]
    [InlineData(null, 2, null, 30, "no better eval/return in 2 rows")]
    [InlineData(null, null, 23.0, 23, "wall time of 23 s")]
    public void A_run_ends_before_its_last_step_and_says_why(string? until, int? patience, double? wall, long end, string? reason)
    {
        StopRule rule = (until is null ? new StopRule() : StopRule.Parse(until)) with { Patience = patience, WallSeconds = wall };
        Run run = Count(50, 10) with { Stop = rule };
        Execute("run", run);
        Assert.Equal(end, Steps("run")[^1]);
        JsonObject status = Directory("run").ReadStatus()!;
        Assert.Equal(("done", end, reason), ((string?)status["status"], (long?)status["step"], (string?)status["ended_by"]));

        // The same rule leaves it, without it it goes on, to the bits of a run that never ended; one that was stopped ends where it would have.
        Execute("run", run with { Create = () => throw new InvalidOperationException("must not be created") });
        StopAt("stopped", run, 13);
        StopAt("stopped", run, 19);
        Execute("stopped", run);
        Assert.Equal(MetricsLog.Read(Directory("run").MetricsPath)["since"], MetricsLog.Read(Directory("stopped").MetricsPath)["since"]);
        Execute("whole", Count(50, 10));
        Execute("run", Count(50, 10));
        Assert.Null(Directory("run").ReadStatus()!["ended_by"]);
        foreach (string metric in new[] { "step", "since" })
        {
            Assert.Equal(MetricsLog.Read(Directory("whole").MetricsPath)[metric], MetricsLog.Read(Directory("run").MetricsPath)[metric]);
        }
    }

    [Fact]
    public void What_was_pruned_says_so_where_it_is_needed()
    {
        Execute("run", Count(30, 5));
        Assert.NotEqual(0, RunPruning.Bytes(Directory("run")));
        RunPruning.Prune(Directory("run"), ProcessIdentity.Current, _clock);
        Assert.Equal(0, RunPruning.Bytes(Directory("run")));
        Execute("run", Count(30, 5));
        Assert.Contains("were taken away by 'prune'", Assert.Throws<UserError>(() => Execute("run", Count(50, 5))).Message, StringComparison.Ordinal);
        Assert.Contains(
            "were taken away by 'prune'", Assert.Throws<UserError>(() => RunLoop.Restore(Directory("run"), Count(30, 5).Create(), _warnings.Add)).Message, StringComparison.Ordinal);
        Assert.Equal([0, 5, 10, 15, 20, 25, 30], Steps("run"));
    }

    [Fact]
    public void Policies_are_kept_along_a_run_whether_it_is_stopped_or_not()
    {
        static Run Keeping(long steps) => Count(steps, 4) with { KeepPolicies = 5, KeepPolicy = (learner, folder, name) => File.WriteAllText(Path.Combine(folder, name), $"{learner.Step}") };
        Execute("run", Keeping(50));
        string[] names = ["step-10", "step-20", "step-30", "step-40", "step-50"];
        Assert.Equal(names.Select(name => _folder.PathOf("run", "policies", $"{name}.safetensors")), System.IO.Directory.GetFiles(_folder.PathOf("run", "policies")).Order());
        Assert.Equal("30", File.ReadAllText(_folder.PathOf("run", "policies", "step-30.safetensors")));
        StopAt("stopped", Keeping(50), 20);
        StopAt("stopped", Keeping(50), 33);
        Execute("stopped", Keeping(50));
        Assert.Equal(names, System.IO.Directory.GetFiles(_folder.PathOf("stopped", "policies")).Select(Path.GetFileNameWithoutExtension).Order());
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
        Assert.Equal($"{ProcessIdentity.Current} is at work on the run '{_folder.PathOf("run")}'; it was heard of 2 s ago", sentence);
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

    // Refused in one sentence, which has a part and advises to throw nothing away; the folder stays as it is.
    private string AssertRefused(string part)
    {
        string[] Files() => [.. System.IO.Directory.GetFiles(_folder.PathOf("run"), "*", SearchOption.AllDirectories).Where(path => !path.Contains("owner-", StringComparison.Ordinal))
            .Order().Select(path => $"{path} {Convert.ToHexString(File.ReadAllBytes(path))}")];
        string[] before = Files();
        string sentence = Assert.Throws<UserError>(() => Execute("run", Count(30, 5))).Message;
        Assert.Contains(part, sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("remove the run's folder", sentence, StringComparison.Ordinal);
        Assert.Equal(before, Files());
        return sentence;
    }

    private void DamageAll(string name)
    {
        foreach (string file in System.IO.Directory.GetFiles(Directory(name).CheckpointPath, "*.bin"))
        {
            File.WriteAllText(file, "damaged");
        }
    }

    private void Advance(string name, Run run, CancellationToken cancellation, BuildIdentity? build = null, ProcessIdentity? process = null) =>
        new RunLoop(_clock, build ?? Build, "a machine", TimeSpan.FromSeconds(1000), process)
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

    // Tells when it advances and when its rows are saved.
    private sealed class Watched(Counter inner, Action<string, long> at) : IIterative, IAppendOnlyState
    {
        public long Step => inner.Step;

        public void Advance()
        {
            inner.Advance();
            at("step", inner.Step);
        }

        public void Measure(IMetrics metrics) => inner.Measure(metrics);

        public void Serialize(StateArchive archive) => inner.Serialize(archive);

        public void SaveRows(string folder)
        {
            File.WriteAllText(Path.Combine(folder, "rows.bin"), $"{inner.Step}");
            at("rows", inner.Step);
        }

        public void LoadRows(string folder)
        {
        }
    }

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
            metrics.Record("eval/return", Math.Min(_step, 10));
            _since = 0;
        }

        public void Serialize(StateArchive archive)
        {
            archive.Value(field, ref _step);
            archive.Value("since", ref _since);
        }
    }
}
