using System.Text.Json.Nodes;
using Dyad.Core;
using Dyad.Training;

namespace Dyad.Tests.Unit.Training;

/// <summary>The course of a run: what is measured, how it stops, ends and goes on.</summary>
[Trait("Category", "unit")]
public sealed class RunLoopTests : RunLoopHarness
{
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
}
