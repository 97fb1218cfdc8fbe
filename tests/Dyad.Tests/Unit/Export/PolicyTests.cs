using Dyad.Algorithms;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.Locating;
using Dyad.Networks;
using Dyad.Numerics;
using Dyad.Training;

namespace Dyad.Tests.Unit.Export;

/// <summary>A policy from its file acts as the agent that left it, in the task's own actions.</summary>
[Trait("Category", "unit")]
public sealed class PolicyTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public static TheoryData<string, string> Kinds => StoredPolicies.Kinds;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void It_acts_as_the_agent(string method, string task)
    {
        (IAgent agent, string path) = StoredPolicies.Write(method, task, _folder.FullPath);
        var policy = Policy.Load(path);
        using IEnvironment own = EnvironmentRegistry.Create(task);
        Assert.Equal(own.ActionSpace.Size, policy.Task.ActionSize);
        double[] mine = new double[policy.Task.ActionSize], theirs = new double[mine.Length];
        foreach (double[] observation in StoredPolicies.Observations(policy.Task.ObservationSize, 200))
        {
            policy.Act(observation, mine);
            agent.Act(observation, theirs, explore: false);
            for (int i = 0; i < mine.Length; i++)
            {
                double expected = own.ActionSpace is Box box ? box.Low[i] + ((theirs[i] + 1) / 2 * (box.High[i] - box.Low[i])) : theirs[i];
                Assert.Equal(expected, mine[i], 2e-6);
            }

            Assert.True(own.ActionSpace.Contains(mine));
        }
    }

    [Fact]
    public void Its_returns_are_the_agents()
    {
        (IAgent agent, string path) = StoredPolicies.Write("sac", "Pendulum-v1", _folder.FullPath);
        using IEnvironment own = TaskLocator.Find("Pendulum-v1").Create(), rescaled = TaskLocator.FindForAgents("Pendulum-v1").CreateForAgents();
        EvaluationResult mine = Evaluation.Play(own, Policy.Load(path), 3, 0, TestContext.Current.CancellationToken);
        EvaluationResult theirs = Evaluation.Play(rescaled, agent, 3, 0, TestContext.Current.CancellationToken);
        Assert.Equal(theirs.Mean, mine.Mean, 1e-2);
        Assert.Contains("other bounds", Assert.Throws<UserError>(() => Evaluation.Play(rescaled, Policy.Load(path), 1, 0, TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_says_what_it_is()
    {
        string run = _folder.PathOf("run");
        new RunDirectory(run).Claim(new RunConfig(new("sac", []), new("Pendulum-v1"), new(0), new(1)));
        (_, string path) = StoredPolicies.Write("sac", "Pendulum-v1", run);
        PolicyDescription description = Policy.Load(path).Description;
        Assert.Equal(("sac", "Pendulum-v1", PolicyKind.SquashedGaussian, 0L), (description.Method, description.Task, description.Head.Kind, description.Steps));
        Assert.Equal([-2], ((Box)description.Actions).Low);
        Assert.Equal([1, 1, 8], description.Observations.High);
        Assert.Contains("vectors of", description.Build, StringComparison.Ordinal);
    }

    [Fact]
    public void Bounds_come_back_to_the_bit()
    {
        var description = new PolicyDescription(
            new PolicyHead(PolicyKind.Gaussian, Activation.Tanh), new Box([double.NegativeInfinity, -1.0 / 3], [double.PositiveInfinity, 1e-300]), new Box([-0.1], [5]));
        PolicyDescription read = PolicyDescription.FromMetadata(description.ToMetadata(), "file");
        Assert.Equal(description.Observations.Low, read.Observations.Low);
        Assert.Equal(description.Observations.High, read.Observations.High);
        Assert.Equal(description.Head, read.Head);
    }

    [Fact]
    public void Draws_have_the_mean_and_deviation_of_the_policy()
    {
        // ac on Pendulum: a Gaussian of a deviation that is the same everywhere, clipped to the box.
        (IAgent agent, string path) = StoredPolicies.Write("ac", "Pendulum-v1", _folder.FullPath);
        float deviation = MathF.Exp(agent.Policy.Leaves[^1].Values[0]);
        var policy = Policy.Load(path);
        var stream = new RandomStream(1);
        double[] action = new double[1], mean = new double[1];

        // Where the mean itself is not clipped.
        double[] observation = StoredPolicies.Observations(3, 1000).First(s =>
        {
            policy.Act(s, mean);
            return Math.Abs(mean[0]) < 1;
        });
        const int Count = 40_000;
        int above = 0, clipped = 0;
        double threshold = mean[0] / 2;
        for (int i = 0; i < Count; i++)
        {
            policy.Sample(observation, action, stream);
            above += action[0] / 2 > threshold ? 1 : 0;
            clipped += Math.Abs(action[0]) == 2 ? 1 : 0;
        }

        Assert.InRange(above / (double)Count, 0.49, 0.51);
        double expected = 1 - (Cdf((1 - threshold) / deviation) - Cdf((-1 - threshold) / deviation));
        Assert.InRange(clipped / (double)Count, expected - 0.01, expected + 0.01);

        static double Cdf(double x) => MathNet.Numerics.Distributions.Normal.CDF(0, 1, x);
    }

    [Fact]
    public void Draws_of_a_softmax_follow_its_probabilities()
    {
        (IAgent agent, string path) = StoredPolicies.Write("reinforce", "CartPole-v1", _folder.FullPath);
        var policy = Policy.Load(path);
        double[] observation = [0.5, -1, 0.2, 2], action = new double[1];
        var stream = new RandomStream(1);
        double share = Enumerable.Range(0, 40_000).Average(_ =>
        {
            policy.Sample(observation, action, stream);
            return action[0];
        });
        // The agent explores by the same distribution, with random numbers of its own.
        double theirs = Enumerable.Range(0, 40_000).Average(_ =>
        {
            agent.Act(observation, action, explore: true);
            return action[0];
        });
        Assert.InRange(share, theirs - 0.015, theirs + 0.015);
    }

    /// <summary>Probabilities hang on differences of logits alone, however large these are.</summary>
    [Theory]
    [InlineData(0f)]
    [InlineData(87.5f)]
    [InlineData(100f)]
    [InlineData(-102f)]
    [InlineData(-200f)]
    public void Draws_of_a_softmax_follow_logits_of_any_size(float logit)
    {
        (IAgent agent, string path) = StoredPolicies.Write("reinforce", "CartPole-v1", _folder.FullPath, width: 2);
        agent.Policy.Values.Clear();
        Span<float> logits = agent.Policy.Leaves[^1].Values;
        (logits[0], logits[1]) = (logit + MathF.Log(3), logit);
        Safetensors.Write(path, agent.Policy, Policy.Load(path).Description.ToMetadata());
        var policy = Policy.Load(path);
        var stream = new RandomStream(1);
        double[] action = new double[1];
        double share = Enumerable.Range(0, 10_000).Average(_ =>
        {
            policy.Sample([0, 0, 0, 0], action, stream);
            return action[0];
        });
        Assert.InRange(share, 0.23, 0.27);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void It_allocates_nothing(string method, string task)
    {
        var policy = Policy.Load(StoredPolicies.Write(method, task, _folder.FullPath).Path);
        double[] observation = new double[policy.Task.ObservationSize], action = new double[policy.Task.ActionSize];
        var stream = new RandomStream(0);
        Assert.Equal(0, Allocations.Of(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                policy.Act(observation, action);
                policy.Sample(observation, action, stream);
            }
        }));
    }

    [Fact]
    public void Many_threads_get_what_one_gets()
    {
        var policy = Policy.Load(StoredPolicies.Write("sac", "Pendulum-v1", _folder.FullPath).Path);
        double[][] observations = StoredPolicies.Observations(3, 5000);
        double[] expected = Act(), all = new double[4];
        double[][] others = new double[4][];
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(i => new Thread(() => others[i] = Act()))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.All(others, actions => Assert.Equal(expected, actions));

        double[] Act() => [.. observations.Select(observation =>
        {
            double[] action = new double[1];
            policy.Act(observation, action);
            return action[0];
        })];
    }

    [Fact]
    public void Other_sizes_and_damage_get_one_sentence()
    {
        (IAgent agent, string path) = StoredPolicies.Write("sac", "Pendulum-v1", _folder.FullPath);
        var policy = Policy.Load(path);
        Assert.Throws<UserError>(() => policy.Act(new double[4], new double[1]));
        Assert.Throws<UserError>(() => policy.Act(new double[3], new double[2]));

        string other = _folder.PathOf("other.safetensors");
        Safetensors.Write(other, agent.Policy);
        Assert.Contains("does not say what it is for", Assert.Throws<UserError>(() => Policy.Load(other)).Message, StringComparison.Ordinal);
        foreach ((string name, string value) in new[]
        {
            ("dyad.format", "2"), ("dyad.policy", "categorical"), ("dyad.activation", "gelu"), ("dyad.action_low", "x"), ("dyad.action_high", "1 2"), ("dyad.observation_low", "-1 -1"),
            ("dyad.steps", "-1"),
        })
        {
            var metadata = policy.Description.ToMetadata().ToDictionary();
            metadata[name] = value;
            Safetensors.Write(other, agent.Policy, metadata);
            Assert.Contains("other.safetensors", Assert.Throws<UserError>(() => Policy.Load(other)).Message, StringComparison.Ordinal);
        }

        agent.Policy.Values[0] = float.NaN;
        Safetensors.Write(other, agent.Policy, policy.Description.ToMetadata());
        Assert.Contains("not finite", Assert.Throws<UserError>(() => Policy.Load(other)).Message, StringComparison.Ordinal);
        Assert.Throws<UserError>(() => Policy.Load(_folder.PathOf("nowhere")));
    }

    [Theory]
    [InlineData("reinforce", "CartPole-v1", "dyad.action_counts", "2147483647 1", "the choices of the action space have 2147483648 values together; they must have at most 2147483647")]
    [InlineData("ac", "Pendulum-v1", "dyad.action_low", "Infinity", "the action space's bounds 0 are Infinity and 2; the lower must not exceed the upper")]
    [InlineData("sac", "Pendulum-v1", "dyad.action_high", "-3", "the action space's bounds 0 are -2 and -3")]
    [InlineData("sac", "Pendulum-v1", "dyad.observation_low", "-1 2 -8", "the observation space's bounds 1 are 2 and 1")]
    [InlineData("ac", "Pendulum-v1", "dyad.action_high", "1e400", "'dyad.action_high' is '1e400'")]
    public void Spaces_that_are_none_are_damage(string method, string task, string name, string value, string sentence)
    {
        (IAgent agent, string path) = StoredPolicies.Write(method, task, _folder.FullPath, width: 4);
        var metadata = Policy.Load(path).Description.ToMetadata().ToDictionary();
        metadata[name] = value;
        Safetensors.Write(path, agent.Policy, metadata);
        Assert.Contains($"policy.safetensors' is damaged: {sentence}", Assert.Throws<UserError>(() => Policy.Load(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_that_describes_spaces_that_are_none_is_told()
    {
        string path = _folder.PathOf("networks.safetensors");
        AgentNetworks.Write(path, Ddpg.Agent(3, 1, new DdpgOptions { HiddenWidth = 4 }, new RandomStream(0)));
        var description = new PolicyDescription(new PolicyHead(PolicyKind.Deterministic), Box.Uniform(3, -1, 1), new Box([2], [-2]));
        Assert.Contains("is for no task: the action space's bounds 0 are 2 and -2", Assert.Throws<UserError>(() => Policy.LoadStateDict(path, description, "actor.policy")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damage_anywhere_is_one_sentence()
    {
        string path = StoredPolicies.Write("reinforce", "CartPole-v1", _folder.FullPath, width: 2).Path;
        byte[] good = File.ReadAllBytes(path);
        for (int i = 0; i < good.Length; i++)
        {
            byte[] flipped = [.. good];
            flipped[i] ^= 0x15;
            File.WriteAllBytes(path, i % 2 == 0 ? flipped : good[..i]);
            try
            {
                Policy.Load(path);
            }
            catch (UserError)
            {
                // Damage to a number cannot be told from a number.
            }
        }
    }
}
