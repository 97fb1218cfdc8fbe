using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.Wrappers;
using Dyad.Numerics;
using Dyad.Training;

namespace Dyad.Tests.Unit.Algorithms;

[Trait("Category", "unit")]
public sealed class AgentPolicyTests
{
    [Theory]
    [InlineData("sac")]
    [InlineData("dqn")]
    [InlineData("ac")]
    public void Many_threads_get_what_one_gets(string method)
    {
        const int Threads = 4, Count = 20_000;
        AgentTask task = method == "dqn" ? AgentTask.FiniteActions(3, 5) : AgentTask.RealActions(3, 2);
        var policy = new AgentPolicy(MethodCatalog.Agent(method).With([("hidden_width", "16")]).Create(task, new RandomStream(1)));
        double[][] expected = Act(), others = new double[Threads][];
        var threads = Enumerable.Range(0, Threads).Select(i => new Thread(() => others[i] = [.. Act().SelectMany(row => row)])).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        double[] flat = [.. expected.SelectMany(row => row)];
        Assert.All(others, actions => Assert.Equal(flat, actions));

        double[][] Act()
        {
            var stream = new RandomStream(2);
            double[][] actions = new double[Count][];
            for (int i = 0; i < Count; i++)
            {
                actions[i] = new double[policy.Task.ActionSize];
                policy.Act([stream.Uniform(-1, 1), stream.Uniform(-1, 1), stream.Uniform(-1, 1)], actions[i]);
            }

            return actions;
        }
    }

    [Fact]
    public void Other_sizes_are_refused()
    {
        var policy = new AgentPolicy(MethodCatalog.Agent("sac").With([("hidden_width", "4")]).Create(AgentTask.RealActions(3, 2), new RandomStream(1)));
        policy.Act(new double[3], new double[2]);
        Assert.Contains("4 numbers", Assert.Throws<UserError>(() => policy.Act(new double[4], new double[2])).Message, StringComparison.Ordinal);
        Assert.Throws<UserError>(() => policy.Act(new double[2], new double[2]));
        Assert.Throws<UserError>(() => policy.Act(new double[3], new double[1]));
        Assert.Throws<UserError>(() => policy.Act(new double[3], new double[3]));
    }

    [Fact]
    public void A_box_that_is_not_rescaled_is_refused()
    {
        using IEnvironment bare = EnvironmentRegistry.Create("Pendulum-v1"), rescaled = new RescaleAction(EnvironmentRegistry.Create("Pendulum-v1"));
        IAgent agent = MethodCatalog.Agent("sac").With([("hidden_width", "4")]).Create(AgentTask.Of(bare), new RandomStream(1));
        Assert.Contains("RescaleAction", Assert.Throws<UserError>(() => Evaluation.Play(bare, agent, 1, 0, TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        Assert.Single(Evaluation.Play(rescaled, agent, 1, 0, TestContext.Current.CancellationToken).Returns);
        Assert.Contains(
            "RescaleAction",
            Assert.Throws<UserError>(() => new AgentTraining(agent, () => EnvironmentRegistry.Create("Pendulum-v1"), new RescaleAction(EnvironmentRegistry.Create("Pendulum-v1")), 1, 0)).Message,
            StringComparison.Ordinal);
    }
}
