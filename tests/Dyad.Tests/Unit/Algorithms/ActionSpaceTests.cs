using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.Wrappers;
using Dyad.Export;
using Dyad.Networks;
using Dyad.Numerics;
using Dyad.Training;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using static Dyad.Tests.Unit.Algorithms.OnPolicyPlay;

namespace Dyad.Tests.Unit.Algorithms;

/// <summary>Several choices at once, and boxes without bounds.</summary>
[Trait("Category", "unit")]
public sealed class ActionSpaceTests : IDisposable
{
    private const double Inf = double.PositiveInfinity, Rate = 0.01;

    private static readonly int[] Counts = [3, 2, 4];

    private static readonly (string, string)[] Small = [("hidden_width", "5"), ("hidden_layers", "1"), ("last_hidden_width", "0"), ("optimizer", "sgd"), ("actor_learning_rate", "0.01")];

    private readonly TempFolder _folder = new();

    public static TheoryData<string> Boxes => ["open", "above", "mixed"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Choices_are_drawn_independently_and_their_entropies_add()
    {
        OnPolicyReference reference = new(2, 9, true, [5]);
        var agent = (OneStepActorCritic)MethodCatalog.Agent("one-step-ac").With([.. Small, ("actor_learning_rate", "1e-9"), ("critic_learning_rate", "1e-9")])
            .Create(new AgentTask(2, new MultiDiscrete(Counts)), new RandomStream(5));
        foreach (ref float value in agent.Policy.Values)
        {
            value *= 20;
        }

        double[] theta = Doubles(agent.Policy), s = [0.4, -0.7], action = new double[3];
        double[][] expected = Probabilities(reference, theta, s);
        var seen = new double[3][] { new double[3], new double[2], new double[4] };
        double both = 0;
        const int Draws = 20_000;
        for (int i = 0; i < Draws; i++)
        {
            agent.Act(s, action, explore: true);
            for (int k = 0; k < 3; k++)
            {
                seen[k][(int)action[k]] += 1.0 / Draws;
            }

            both += action[0] == 1 && action[2] == 3 ? 1.0 / Draws : 0;
        }

        for (int k = 0; k < 3; k++)
        {
            Assert.Equal(expected[k], seen[k], (a, b) => Math.Abs(a - b) < 0.015);
            Assert.True(expected[k].Max() - expected[k].Min() > 0.05);
        }

        Assert.Equal(expected[0][1] * expected[2][3], both, 0.01);
        agent.Act(s, action, explore: false);
        Assert.Equal(expected.Select(p => (double)Array.IndexOf(p, p.Max())), action);

        double entropy = -expected.Sum(p => p.Sum(x => x * Math.Log(x)));
        var metrics = new Recorder();
        agent.Act(s, action, explore: true);
        agent.Observe(s, action, [new StepResult(1, false, false)], s);
        agent.Measure(metrics);
        Assert.Equal(entropy, metrics["train/entropy"], 1e-5);
    }

    [Theory]
    [InlineData("one-step-ac")]
    [InlineData("reinforce")]
    [InlineData("ac")]
    [InlineData("stac")]
    public void Scores_of_choices_add(string method)
    {
        // With returns as weights and no critic's steps, the actor's step is the score of what was drawn.
        OnPolicyReference reference = new(2, 9, true, [5]);
        (string, string)[] own = method switch
        {
            "one-step-ac" => [("discount", "0")],
            "reinforce" => [("discount", "0"), ("episodes_per_update", "2"), ("discounted_visits", "false")],
            _ => [("discount", "0"), ("steps_per_epoch", "6"), ("critic_updates", "0"), ("direct_term", "returns"), ("normalize_advantages", "false")],
        };
        IAgent agent = MethodCatalog.Agent(method).With([.. Small, .. own, .. method == "stac" ? [("damping", "1e12")] : Array.Empty<(string, string)>()])
            .Create(new AgentTask(2, new MultiDiscrete(Counts)), new RandomStream(5));
        agent.Networks[1].Parameters.Values.Clear();
        double[] theta = Doubles(agent.Policy);
        int calls = method == "one-step-ac" ? 1 : 6;
        var random = new RandomStream(8);
        var steps = new List<(double[] S, double[] A, double R)>();
        double[] s = [random.Normal(), random.Normal()];
        for (int t = 0; t < calls; t++)
        {
            double[] action = new double[3], next = [random.Normal(), random.Normal()];
            agent.Act(s, action, explore: true);
            double reward = (float)random.Normal();
            steps.Add((s, action, reward));
            agent.Observe(s, action, [new StepResult(reward, Terminated: true, false)], next);
            s = next;
            if (method == "reinforce" && t % 2 == 1)
            {
                Check();
                steps.Clear();
                theta = Doubles(agent.Policy);
                agent.Networks[1].Parameters.Values.Clear();
            }
        }

        if (steps.Count > 0)
        {
            Check();
        }

        void Check()
        {
            double[] expected = OnPolicyReference.Gradient(
                x => steps.Average(step => step.R * Probabilities(reference, x, step.S).Select((p, k) => Math.Log(p[(int)step.A[k]])).Sum()), theta);
            Near.Equal(expected, Slope(theta, Doubles(agent.Policy), Rate), 3e-3, "actor");
        }
    }

    [Fact]
    public void Choices_are_learned()
    {
        // The first must be the sign of the first number, the second which third the other number lies in.
        static double Reward(double[] s, double[] a) => (a[0] == (s[0] > 0 ? 1 : 0) ? 1 : 0) + (a[1] == (s[1] < -0.33 ? 0 : s[1] < 0.33 ? 1 : 2) ? 1 : 0);
        Assert.True(Learned("ac", new MultiDiscrete(2, 3), Reward, 8000, ("environments", "4"), ("steps_per_epoch", "80"), ("actor_learning_rate", "1e-2"), ("critic_learning_rate", "1e-2")) > 16);
        Assert.True(Learned("dqn", new MultiDiscrete(2, 3), Reward, 3000, ("hidden_width", "32"), ("exploration_steps", "1000"), ("update_after", "100"), ("discount", "0"), ("target_period", "20")) > 16);
    }

    [Fact]
    public void An_action_without_bounds_is_learned_far_out()
    {
        double Reward(double[] s, double[] a) => -Math.Pow(a[0] - 4 - s[0], 2);
        (string, string)[] options = [("environments", "4"), ("steps_per_epoch", "80"), ("actor_learning_rate", "1e-2"), ("critic_learning_rate", "1e-2")];
        Assert.True(Learned("ac", Box.Uniform(1, -Inf, Inf), Reward, 12_000, options) > -5);

        // Within [-1, 1] no action comes nearer than 2.
        Assert.True(Learned("ac", Box.Uniform(1, -1, 1), Reward, 4000, options) < -60);
    }

    [Theory]
    [MemberData(nameof(Boxes))]
    public void What_a_Gaussian_draws_is_held_by_the_bounds_that_there_are(string name)
    {
        Box box = BoxOf(name);
        var task = new AnyActions(box);
        using var seen = new RescaleAction(task);
        IAgent agent = MethodCatalog.Agent("one-step-ac").With([("initial_log_deviation", "1.5"), ("actor_learning_rate", "1e-9")]).Create(AgentTask.Of(seen), new RandomStream(2));
        agent.Task.Require(seen);
        double[] s = new double[2], action = new double[box.Size];
        seen.Reset(s, 1);
        double[] low = [.. Enumerable.Repeat(Inf, box.Size)], high = [.. Enumerable.Repeat(-Inf, box.Size)];
        for (int i = 0; i < 300; i++)
        {
            agent.Act(s, action, explore: true);
            task.Taken.Clear();
            if (seen.Step(action, s).Done)
            {
                seen.Reset(s);
            }

            for (int k = 0; k < box.Size; k++)
            {
                low[k] = Math.Min(low[k], task.Taken[0][k]);
                high[k] = Math.Max(high[k], task.Taken[0][k]);
            }
        }

        for (int k = 0; k < box.Size; k++)
        {
            Assert.True(double.IsFinite(box.Low[k]) ? low[k] == box.Low[k] : low[k] < -5, $"{low[k]}");
            Assert.True(double.IsFinite(box.High[k]) ? high[k] == box.High[k] : high[k] > 5, $"{high[k]}");
        }
    }

    [Theory]
    [InlineData("choices")]
    [MemberData(nameof(Boxes))]
    public void A_policy_from_its_file_and_in_Microsofts_runtime_acts_as_the_agent(string name)
    {
        Space space = name == "choices" ? new MultiDiscrete(Counts) : BoxOf(name);
        IEnvironment Task() => space is Box ? new RescaleAction(new AnyActions(space)) : new AnyActions(space);
        using IEnvironment sizes = Task();
        IAgent agent = MethodCatalog.Agent("ac").With([("hidden_width", "6")]).Create(AgentTask.Of(sizes), new RandomStream(3));
        foreach (ref float value in agent.Policy.Values)
        {
            value *= 4;
        }

        using var training = new AgentTraining(agent, Task, Task(), 1, 0);
        training.SavePolicies(_folder.FullPath);
        var policy = Policy.Load(_folder.PathOf("policy.safetensors"));
        using IEnvironment own = new AnyActions(space);
        policy.Task.Require(own);
        using var session = new InferenceSession(OnnxPolicy.Translate(policy));
        double[] mine = new double[space.Size], theirs = new double[space.Size];
        var random = new RandomStream(4);
        for (int i = 0; i < 50; i++)
        {
            double[] s = [random.Normal(), random.Normal()];
            policy.Act(s, mine);
            agent.Act(s, theirs, explore: false);
            if (space is Box box)
            {
                theirs = [.. theirs.Select((x, k) => box.IsBoundedIn(k) ? box.Low[k] + ((x + 1) / 2 * (box.High[k] - box.Low[k])) : x)];
            }

            Assert.Equal(theirs, mine, (a, b) => Math.Abs(a - b) < 1e-4);
            Assert.True(space.Contains(mine));
            using var results = session.Run([NamedOnnxValue.CreateFromTensor("observation", new DenseTensor<float>(new[] { (float)s[0], (float)s[1] }, [1, 2]))]);
            DisposableNamedOnnxValue action = results.First(result => result.Name == "action");
            double[] theirOwn = space is Box ? [.. action.AsEnumerable<float>().Select(x => (double)x)] : [.. action.AsEnumerable<long>().Select(x => (double)x)];
            Assert.Equal(mine, theirOwn, (a, b) => Math.Abs(a - b) < 1e-4);
        }

        // Draws are spread, and lie in the space.
        var drawn = new HashSet<string>();
        for (int i = 0; i < 200; i++)
        {
            policy.Sample([0.1, 0.2], mine, random);
            Assert.True(space.Contains(mine));
            drawn.Add(string.Join(' ', mine));
        }

        Assert.True(drawn.Count > 1);
    }

    [Fact]
    public void Combinations_are_numbered_with_the_last_choice_first()
    {
        var inner = new AnyActions(new MultiDiscrete(Counts), limit: 30);
        using var task = new CombineChoices(inner);
        Assert.Equal(24, Assert.IsType<Discrete>(task.ActionSpace).Count);
        double[] s = new double[2];
        task.Reset(s, 1);
        for (int number = 0; number < 24; number++)
        {
            task.Step([number], s);
            Assert.Equal([number / 8, number / 4 % 2, number % 4], inner.Taken[^1]);
        }

        Assert.All(EnvironmentChecker.Check(() => new CombineChoices(new AnyActions(new MultiDiscrete(Counts))), "any"), finding => Assert.True(finding.Holds, finding.Problem));
        Assert.All(EnvironmentChecker.Check(() => new AnyActions(new MultiDiscrete(Counts)), "any"), finding => Assert.True(finding.Holds, finding.Problem));
    }

    [Theory]
    [InlineData("sac", "open", "sac needs actions that are real vectors between finite bounds, and those of any are not; methods for it: reinforce, one-step-ac, ac, stac")]
    [InlineData("ddpg", "mixed", "between finite bounds")]
    [InlineData("sac", "choices", "sac needs actions that are real vectors, and")]
    [InlineData("dqn", "many", "dqn needs choices with at most 4096 combinations, and those of any are not; methods for it: reinforce")]
    public void A_method_that_cannot_take_the_actions_says_so(string method, string space, string sentence)
    {
        var task = new AgentTask(2, space == "choices" ? new MultiDiscrete(2, 2) : space == "many" ? new MultiDiscrete(17, 17, 17) : BoxOf(space).Normalized());
        Assert.Contains(sentence, Assert.Throws<UserError>(() => AgentMethods.Check(MethodCatalog.Agent(method), task, "any")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_fit_is_said()
    {
        var open = new AgentTask(2, Box.Uniform(1, -Inf, Inf));
        Assert.Contains("no such bounds", Assert.Throws<UserError>(() => AgentTask.RealActions(2, 1).Require(new AnyActions(Box.Uniform(1, -Inf, Inf)))).Message, StringComparison.Ordinal);
        Assert.Contains("have no bounds", Assert.Throws<UserError>(() => open.Require(new AnyActions(Box.Uniform(1, -1, 1)))).Message, StringComparison.Ordinal);
        Assert.Contains("3 choices (3, 2, 4)", Assert.Throws<UserError>(() => open.Require(new AnyActions(new MultiDiscrete(Counts)))).Message, StringComparison.Ordinal);
        Assert.Contains("give critic=v", Assert.Throws<UserError>(() => MethodCatalog.Agent("ac").With([("critic", "q")]).Create(new AgentTask(2, new MultiDiscrete(Counts)), new RandomStream(0))).Message, StringComparison.Ordinal);
        var description = new PolicyDescription(new PolicyHead(PolicyKind.Categorical, Activation.Tanh), Box.Uniform(2, -1, 1), new MultiDiscrete(Counts));
        Dictionary<string, string> metadata = new(description.ToMetadata());
        Assert.Equal("3 2 4", metadata["dyad.action_counts"]);
        Assert.Equal(Counts, ((MultiDiscrete)PolicyDescription.FromMetadata(metadata, "file").Actions).Counts);
        metadata["dyad.action_counts"] = "3 x";
        Assert.Contains("'dyad.action_counts' is '3 x'", Assert.Throws<UserError>(() => PolicyDescription.FromMetadata(metadata, "file")).Message, StringComparison.Ordinal);
    }

    private static Box BoxOf(string name) => name switch
    {
        "open" => Box.Uniform(2, -Inf, Inf),
        "above" => new Box([-2], [Inf]),
        _ => new Box([-3, -Inf, -Inf], [5, Inf, 0.5]),
    };

    private static double[][] Probabilities(OnPolicyReference reference, double[] theta, double[] s)
    {
        double[] logits = reference.Network(theta, s, Counts.Sum());
        double[][] parts = [logits[..3], logits[3..5], logits[5..]];
        return [.. parts.Select(part => part.Select(x => Math.Exp(x) / part.Sum(Math.Exp)).ToArray())];
    }

    private static double Learned(string method, Space space, Func<double[], double[], double> reward, int steps, params (string, string)[] options)
    {
        IEnvironment Task() => space is Box ? new RescaleAction(new AnyActions(space, reward)) : new AnyActions(space, reward);
        using IEnvironment sizes = Task();
        using var training = new AgentTraining(MethodCatalog.Agent(method).With(options).Create(AgentTask.Of(sizes), new RandomStream(1)), Task, Task(), 20, 1);
        while (training.Step < steps)
        {
            training.Advance();
        }

        return Evaluation.Play(Task(), training.Agent, 20, 100, TestContext.Current.CancellationToken).Mean;
    }
}
