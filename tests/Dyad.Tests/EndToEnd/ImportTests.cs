namespace Dyad.Tests.EndToEnd;

/// <summary>Networks out in PyTorch's layout, and a policy in from it.</summary>
[Trait("Category", "e2e")]
public sealed class ImportTests
{
    [Fact]
    public async Task The_networks_of_a_run_leave_and_its_actor_comes_back()
    {
        using var dyad = new CommandLine();
        const string run = "runs/train/mine/Pendulum-v1/seed-0";
        (await dyad.RunAsync("train", "td3", "Pendulum-v1", "--steps", "300", "--label", "mine", "--set", "hidden_width=16", "--set", "random_steps=50",
            "--set", "update_after=50", "--set", "batch_size=16", "--evaluation-episodes", "1")).Succeeded();
        (await dyad.RunAsync("export", run, "--safetensors", "all.safetensors")).Succeeded();
        Assert.Contains("is there already", await dyad.RefuseAsync("export", run, "--safetensors", "all.safetensors"), StringComparison.Ordinal);

        // One of several networks has to be named.
        string several = await dyad.RefuseAsync("import", "all.safetensors", "Pendulum-v1");
        Assert.Contains("'target_critic.q2'", several, StringComparison.Ordinal);
        string other = await dyad.RefuseAsync("import", "all.safetensors", "CartPole-v1", "--network", "actor.policy");
        Assert.Contains("3 x 16 x 16 x 1", other, StringComparison.Ordinal);
        Assert.Contains("squashed-gaussian", await dyad.RefuseAsync("import", "all.safetensors", "Pendulum-v1", "--kind", "mean"), StringComparison.Ordinal);
        Assert.Contains("finitely many", await dyad.RefuseAsync("import", "all.safetensors", "CartPole-v1", "--kind", "gaussian"), StringComparison.Ordinal);

        (await dyad.RunAsync("import", "all.safetensors", "Pendulum-v1", "--network", "actor.policy", "-o", "back.safetensors")).Succeeded();
        Outcome back = await dyad.RunAsync("evaluate", "back.safetensors", "--episodes", "2", "--json");
        Outcome own = await dyad.RunAsync("evaluate", $"{run}/policy.safetensors", "--episodes", "2", "--json");
        Assert.Equal(own.Json().GetProperty("returns").ToString(), back.Json().GetProperty("returns").ToString());

        // Without a checkpoint there is the policy alone.
        (await dyad.RunAsync("prune", "runs")).Succeeded();
        Assert.Contains("the checkpoints of", await dyad.RefuseAsync("export", run, "--safetensors", "again.safetensors"), StringComparison.Ordinal);
    }
}
