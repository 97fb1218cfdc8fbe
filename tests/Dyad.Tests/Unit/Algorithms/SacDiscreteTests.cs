using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Autodiff;
using Dyad.Environments;
using Dyad.Environments.Gridworlds;
using Dyad.Environments.Wrappers;
using Dyad.Numerics;
using Dyad.Training;

namespace Dyad.Tests.Unit.Algorithms;

/// <summary>
/// Soft actor-critic for finitely many actions, beyond its updates (<see cref="Replays.OffPolicyReplayTests"/>): how it acts, its
/// temperature, and that it and its combinations learn.
/// </summary>
[Trait("Category", "unit")]
public sealed class SacDiscreteTests
{
    // A corridor of five cells, the goal at one end.
    private static readonly Func<IEnvironment> Corridor = () => new TimeLimit(
        new GridEnvironment(new GridMap("S...G").ToMdp(0.9, GoalRule.Absorb), GridObservation.OneHot, "corridor"), 30);

    [Fact]
    public void Actions_are_random_at_first_then_drawn_and_the_likeliest_one_without_exploration()
    {
        const int Random = 4000;
        var agent = SacDiscrete.Agent(2, 3, new SacDiscreteOptions { HiddenWidth = 4, RandomSteps = Random, UpdateAfter = 1_000_000 }, new RandomStream(1));

        // Nothing but the last biases: pi = (0.2, 0.7, 0.1) whatever the observation.
        agent.Policy.Values.Clear();
        float[] logits = [MathF.Log(0.2f), MathF.Log(0.7f), MathF.Log(0.1f)];
        logits.CopyTo(agent.Policy.Leaves[^1].Values);
        double[] action = new double[1];
        agent.Act([0.3, -0.8], action, explore: false);
        Assert.Equal(1, action[0]);

        // Four deviations are at most 0.032.
        foreach (double[] expected in new double[][] { [1 / 3.0, 1 / 3.0, 1 / 3.0], [0.2, 0.7, 0.1] })
        {
            int[] counts = new int[3];
            for (int i = 0; i < Random; i++)
            {
                agent.Act([0.3, -0.8], action, explore: true);
                counts[(int)action[0]]++;
                agent.Observe([0.3, -0.8], action, [new StepResult(0, Terminated: false, Truncated: false)], [0.1, 0.2]);
            }

            Assert.All(counts.Zip(expected), pair => Assert.Equal(pair.Second, (double)pair.First / Random, 0.032));
        }
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.7)]
    public void The_entropy_of_the_policy_comes_to_its_target(double ratio)
    {
        // Two actions of which one pays: without the temperature the policy would become certain.
        var agent = SacDiscrete.Agent(
            1,
            2,
            new SacDiscreteOptions
            {
                HiddenWidth = 8,
                HiddenLayers = 1,
                Discount = 0,
                RandomSteps = 0,
                UpdateAfter = 32,
                ActorLearningRate = 0.01,
                CriticLearningRate = 0.01,
                EntropyLearningRate = 0.01,
                TargetEntropyRatio = ratio,
            },
            new RandomStream(2));
        double[] action = new double[1];
        for (int i = 0; i < 2500; i++)
        {
            agent.Act([1], action, explore: true);
            agent.Observe([1], action, [new StepResult(action[0], Terminated: true, Truncated: false)], [1]);
        }

        var row = new Recorder();
        agent.Measure(row);
        ExploringPolicy policy = agent.PolicyOn(1);
        policy.Observation.Values[0] = 1;
        var builder = new ProgramBuilder<float>();
        Output<float> log = builder.Output(policy.Move.Action), bonus = builder.Output(policy.Move.Entropy!);
        builder.Build().Run();
        double p = Math.Exp(log.Values[1]), entropy = -(p * Math.Log(p)) - ((1 - p) * Math.Log(1 - p));
        Assert.Equal(ratio * Math.Log(2), entropy, 0.05);
        Assert.True(p > 0.5);

        // The soft optimum: the odds of the paying action are exp(1 / alpha), and what J counts is alpha times the entropy.
        Assert.Equal(1 / Math.Log(p / (1 - p)), agent.EntropyWeight!.Value, 0.15);
        Assert.Equal(agent.EntropyWeight.Value * entropy, bonus.Value, 1e-5);
        Assert.InRange(row["train/entropy"], 0.01, Math.Log(2));
        Assert.InRange(row["train/entropy_weight"], 0.01, 10);
    }

    [Theory]
    [InlineData("sac-discrete", "")]
    [InlineData("res-sac-discrete", "")]
    [InlineData("stsac-discrete-al", "curvature=gauss-newton,solver=sample-space,implicit_bound=1")]
    [InlineData("stsac-discrete-al", "solver=conjugate-gradient,implicit_bound=1")]
    [InlineData("stsac-discrete-al", "solver=minres,implicit_bound=1")]
    [InlineData("stsac-discrete-al", "solver=nystrom,curvature=gauss-newton,implicit_bound=1")]
    [InlineData("stsac-discrete-al", "solver=exact,implicit_bound=1")]
    [InlineData("stsac-discrete-cl", "damping_schedule=adaptive,implicit_bound=1")]
    [InlineData("stack-sac-discrete", "curvature=gauss-newton,solver=sample-space,implicit_bound=1")]
    [InlineData("res-stsac-discrete-al", "curvature=gauss-newton,solver=sample-space,implicit_bound=1")]
    public void It_learns_to_walk_to_the_goal(string method, string changes)
    {
        IAgent agent = MethodCatalog.Agent(method).With([
            ("hidden_width", "16"), ("hidden_layers", "1"), ("batch_size", "32"), ("random_steps", "200"), ("update_after", "100"),
            ("actor_learning_rate", "0.01"), ("critic_learning_rate", "0.01"), ("discount", "0.9"), ("target_rate", "0.05"),
            ("entropy_weight", "0.02"), ("tune_entropy_weight", "false"),
            .. changes.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(change => (change.Split('=')[0], change.Split('=')[1]))])
            .Create(new AgentTask(5, new Discrete(4)), new RandomStream(3));
        using IEnvironment evaluation = Corridor();
        using var training = new AgentTraining(agent, Corridor, evaluation, evaluationEpisodes: 20, seed: 3);
        var before = Recorder.Of(training);
        for (int i = 0; i < 1000; i++)
        {
            training.Advance();
        }

        var after = Recorder.Of(training);
        Assert.True(before["eval/length"] > 10, $"untrained it takes {before["eval/length"]} steps");
        Assert.Equal(1, after["eval/return"]);
        Assert.InRange(after["eval/length"], 1, 4);
    }

    [Fact]
    public void What_it_thinks_of_an_action_is_its_own_value()
    {
        GameAgent agent = SacDiscrete.Agent(2, 3, new SacDiscreteOptions { HiddenWidth = 4, Correction = new() { Residual = true, ResidualStart = ResidualStart.Random } }, new RandomStream(5));
        Input<float> observation = new("s", 3, 2), action = new("a", 3, 1), noise = new("z", 3, 1);
        for (int i = 0; i < 3; i++)
        {
            observation.Values[2 * i] = 0.4f;
            action.Values[i] = i;
        }

        var builder = new ProgramBuilder<float>();
        (string Name, Output<float> Value)[] values = [.. agent.Values(observation, action, noise).Select(value => (value.Name, builder.Output(value.Value)))];
        builder.Build().Run();
        Assert.Equal(["q", "w", "q + w", "entropy bonus"], values.Select(value => value.Name));
        double[] q = [.. Enumerable.Range(0, 3).Select(a => SmallestOf("critic", a))];
        Near.Equal(q, [.. values[0].Value.Values.ToArray().Select(x => (double)x)], 1e-5);
        Assert.Equal(3, q.Distinct().Count());
        Assert.All(Enumerable.Range(0, 3), a => Assert.Equal(values[0].Value.Values[a] + values[1].Value.Values[a], values[2].Value.Values[a], 5e-6));

        // The network in plain loops.
        double SmallestOf(string name, int a)
        {
            Parameters<float> network = agent.Networks.Single(n => n.Name == name).Parameters;
            return Enumerable.Range(0, 2).Min(i =>
            {
                double[] x = [0.4, 0];
                for (int layer = 0; layer < 3; layer++)
                {
                    Parameter<float> weight = network.Leaves[(6 * i) + (2 * layer)], bias = network.Leaves[(6 * i) + (2 * layer) + 1];
                    double[] y = [.. Enumerable.Range(0, bias.Columns.Count).Select(j => bias.Values[j] + x.Select((v, k) => v * weight.Values[(k * bias.Columns.Count) + j]).Sum())];
                    x = layer < 2 ? [.. y.Select(v => Math.Max(v, 0))] : y;
                }

                return x[a];
            });
        }
    }
}
