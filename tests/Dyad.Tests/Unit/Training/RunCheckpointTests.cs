using System.Text.Json.Nodes;
using Dyad.Core;
using Dyad.Training;

namespace Dyad.Tests.Unit.Training;

/// <summary>What a run goes on from, and what it refuses to go on from.</summary>
[Trait("Category", "unit")]
public sealed class RunCheckpointTests : RunLoopHarness
{
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
    public void A_checkpoint_of_another_learner_is_told()
    {
        StopAt("run", Count(30, 10), 17);
        Run other = Count(30, 10) with { Create = () => new Counter(1, field: "pace") };
        string sentence = Assert.Throws<UserError>(() => Execute("run", other)).Message;
        Assert.Contains("'pace'", sentence, StringComparison.Ordinal);
        Assert.Contains(_folder.PathOf("run"), sentence, StringComparison.Ordinal);
    }
}
