using Dyad.Core;
using Dyad.Training;

namespace Dyad.Tests.Unit.Cli;

/// <summary>What options of <c>train</c>, <c>prune</c> and <c>diff</c> do to runs.</summary>
[Trait("Category", "unit")]
[Collection(InProcess.Name)]
public sealed class RunOptionsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("eval/return>=-5000", "--until", "eval/return>=-5000")]
    [InlineData("no better eval/return in 1 rows", "--patience", "1")]
    [InlineData("wall time of 0.001 s", "--wall-time", "0.001s")]
    public void A_run_ends_by_what_was_asked_for(string reason, string option, string value)
    {
        InProcess.Run("train", "q-learning", "FourRoom", "--steps", "30000", "--out", _folder.FullPath, option, value).Succeeded();
        Assert.Equal(reason, (string?)Run(0).ReadStatus()!["ended_by"]);
        Assert.NotEqual(30_000, (long?)Run(0).ReadStatus()!["step"]);
    }

    [Fact]
    public void Policies_are_kept_along_a_run()
    {
        InProcess.Run(
            "train", "sac", "Pendulum-v1", "--steps", "60", "--evaluation-episodes", "1", "--set", "hidden_width=4", "--keep-policies", "3", "--out", _folder.FullPath).Succeeded();
        Assert.Equal(
            ["step-20.safetensors", "step-40.safetensors", "step-60.safetensors"],
            Directory.GetFiles(_folder.FullPath, "step-*", SearchOption.AllDirectories).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Checkpoints_of_unfinished_runs_stay_unless_all_are_asked_for()
    {
        InProcess.Run("train", "q-learning", "FourRoom", "--steps", "300", "--seeds", "2", "--out", _folder.FullPath).Succeeded();
        System.Text.Json.Nodes.JsonObject status = Run(1).ReadStatus()!;
        status["status"] = "stopped";
        Run(1).WriteStatus(status);
        Assert.Contains("Those of 1 unfinished runs stay", InProcess.Run("prune", _folder.FullPath).Succeeded().Output, StringComparison.Ordinal);
        Assert.Equal(0, RunPruning.Bytes(Run(0)));
        Assert.NotEqual(0, RunPruning.Bytes(Run(1)));

        // One that a process is at work on is nobody's to prune.
        using (RunLease.Acquire(Run(1).FullPath, Run(1).CheckpointPath, ProcessIdentity.Current, TimeProvider.System, _ => { }))
        {
            Assert.Equal(2, InProcess.Run("prune", _folder.FullPath, "--all").ExitCode);
            Assert.NotEqual(0, RunPruning.Bytes(Run(1)));
        }

        InProcess.Run("prune", _folder.FullPath, "--all").Succeeded();
        Assert.Equal(0, RunPruning.Bytes(Run(1)));
        Assert.Contains("holds no runs", InProcess.Run("prune", _folder.PathOf("train", "q-learning", "FourRoom", "seed-0", "checkpoint")).Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_that_are_the_same_or_not_end_with_0_or_1_and_what_is_no_run_with_2()
    {
        InProcess.Run("train", "q-learning", "FourRoom", "--steps", "300", "--seeds", "2", "--out", _folder.FullPath).Succeeded();
        Assert.Equal(0, InProcess.Run("diff", Run(0).FullPath, Run(0).FullPath).ExitCode);
        Assert.Equal(1, InProcess.Run("diff", Run(0).FullPath, Run(1).FullPath).ExitCode);
        Assert.Equal(2, InProcess.Run("diff", Run(0).FullPath, _folder.FullPath).ExitCode);
    }

    private RunDirectory Run(int seed) => new(_folder.PathOf("train", "q-learning", "FourRoom", $"seed-{seed}"));
}
