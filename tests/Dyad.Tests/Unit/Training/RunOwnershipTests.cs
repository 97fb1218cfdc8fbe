using Dyad.Core;
using Dyad.Training;

namespace Dyad.Tests.Unit.Training;

/// <summary>A run is one process's at a time.</summary>
[Trait("Category", "unit")]
public sealed class RunOwnershipTests : RunLoopHarness
{
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
}
