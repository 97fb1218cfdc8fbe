using System.Numerics.Tensors;
using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Diagnostics;
using Dyad.Environments;
using Dyad.Environments.Gridworlds;
using Dyad.Environments.Locating;
using Dyad.Environments.Wrappers;
using Dyad.Networks;
using Dyad.Numerics;
using Dyad.Tabular;
using Dyad.Tests.Unit.Algorithms;
using Dyad.Tests.Unit.Training;
using Dyad.Training;

namespace Dyad.Tests.Unit.Diagnostics;

/// <summary>The exact gap of neural agents on finite tasks, against returns that are summed step by step and differences of them.</summary>
[Trait("Category", "unit")]
public sealed class ExactGapTests
{
    private static readonly (string, string)[] Small =
    [
        ("hidden_width", "6"), ("hidden_layers", "1"), ("batch_size", "16"), ("random_steps", "100"), ("update_after", "100"), ("discount", "0.8"),
        ("actor_learning_rate", "1e-2"), ("critic_learning_rate", "1e-2"), ("entropy_learning_rate", "1e-2"),
    ];

    [Theory]
    [InlineData("S..\n.#.\n..G", GoalRule.Restart, 0.8, 0.0)]
    [InlineData("S..\n.#.\n..G", GoalRule.Restart, 0.8, 0.4)]
    [InlineData("S..\n.#.\n..G", GoalRule.Absorb, 0.9, 0.4)]
    [InlineData("S.\n.G", GoalRule.Absorb, 1.0, 0.2)]
    public void The_gradient_is_that_of_the_return_in_the_networks_parameters(string map, GoalRule goal, double discount, double temperature)
    {
        Mdp mdp = new GridMap(map).ToMdp(0.5, goal).WithDiscount(discount);
        int[] sizes = [2, 5, mdp.Actions];
        var random = new RandomStream(4);
        double[] observations = new double[2 * mdp.States];
        random.Normal<double>(observations);
        var objective = new ExactObjective(mdp, observations, sizes, Activation.Tanh, temperature);
        random.Normal(objective.Theta.Values);
        objective.Evaluate();
        var network = new ReferenceNetwork(sizes);
        double[] theta = objective.Theta.Values.ToArray();
        double Return(double[] at) => Discounted(mdp, s => network.Value(at, observations[(2 * s)..((2 * s) + 2)]), temperature);

        double factor = discount < 1 ? 1 - discount : 1;
        Near.Equal(factor * Return(theta), objective.Value, 1e-9);
        double[] gradient = objective.Gradient();
        Near.Equal([.. Differences(Return, theta).Select(x => factor * x)], gradient, 1e-6);
        Assert.True(TensorPrimitives.Norm<double>(gradient) > 1e-3);

        // With q_pi for a critic there is no gap; with another there is.
        double[] q = objective.ActionValue();
        Near.Equal(gradient, objective.ActorG(q), 1e-10);
        Assert.InRange(objective.CriticError(q), 0, 1e-10);
        Assert.Equal(0.5, objective.CriticError([.. q.Select(x => x + 0.5)]), 1e-9);
        random.Normal<double>(q);
        Assert.True(TensorPrimitives.Distance<double>(gradient, objective.ActorG(q)) > 1e-3);
    }

    [Theory]
    [InlineData("sac-discrete", new[] { "plain", "stackelberg", "plain-visited" })]
    [InlineData("res-stsac-discrete-al", new[] { "plain", "residual", "stackelberg", "residual-stackelberg", "plain-visited", "residual-visited" })]
    [InlineData("sac-discrete:normalize_observations=true", new[] { "plain", "stackelberg", "plain-visited" })]
    [InlineData("ac", new[] { "plain", "discounted", "start-value", "one-step", "as-published", "plain-visited" })]
    [InlineData("ac:critic=q,direct_term=critic,residual=true", new[] { "plain", "discounted", "residual", "action-value", "plain-visited" })]
    [InlineData("reinforce", new[] { "plain-visited" })]
    [InlineData("one-step-ac", new[] { "plain-visited" })]
    public void An_agents_directions_are_held_against_the_gradient_and_the_agent_is_left_as_it_was(string method, string[] names)
    {
        (AgentTraining training, Mdp mdp) = Trained(method, "FrozenLake-v1", 500);
        using var _ = training;
        byte[] before = StateArchive.Save(training.Serialize);
        ExactGap gap = Gap(training, mdp, "FrozenLake-v1");
        Assert.Equal(before, StateArchive.Save(training.Serialize));
        Assert.Equal(names, gap.Estimators.Select(estimator => estimator.Name));
        Assert.Equal(gap.Estimators.Select(x => (x.Name, x.NormSquared, x.Projection)), Gap(training, mdp, "FrozenLake-v1").Estimators.Select(x => (x.Name, x.NormSquared, x.Projection)));

        // J and its gradient, by sums over steps of the network in plain loops.
        double alpha = method.Contains("sac", StringComparison.Ordinal) ? gap.EntropyWeight : 0;
        Assert.Equal(alpha, gap.EntropyWeight);
        IAgent agent = training.Agent;
        ReferenceNetwork network = NetworkOf(agent, agent.Policy);
        Mdp own = mdp.WithDiscount(gap.Discount);
        double Return(double[] theta) => Discounted(own, s => network.Value(theta, Seen(agent, s)), alpha);
        double[] at = ToDouble(agent.Policy), truth = [.. Differences(Return, at).Select(x => (1 - gap.Discount) * x)];
        Near.Equal(Return(at), gap.Objective, 1e-9);
        Near.Equal(TensorPrimitives.Norm<double>(truth), gap.GradientNorm, 1e-6);

        // What it would follow over its own visits: sum_s d(s) sum_a (d/dtheta pi(a|s)) (q(s, a) - alpha log pi(a|s)).
        double[] visits = Visits(own, s => network.Value(at, Seen(agent, s)));
        foreach (ExactEstimatorGap estimator in gap.Estimators.Where(x => x.IsExact))
        {
            double[] direction = Differences(
                theta => Enumerable.Range(0, own.States).Where(s => !own.IsTerminal(s)).Sum(s =>
                {
                    double[] pi = Softmax(network.Value(theta, Seen(agent, s))), held = Softmax(network.Value(at, Seen(agent, s)));
                    double[] q = CriticOf(agent, own, s, estimator.Name.StartsWith("residual", StringComparison.Ordinal));
                    return (1 - gap.Discount) * visits[s] * Enumerable.Range(0, own.Actions).Sum(a => pi[a] * (q[a] - (alpha * Math.Log(held[a]))));
                }),
                at);
            double inner = TensorPrimitives.Dot<double>(direction, truth), length = TensorPrimitives.Norm<double>(truth);
            Assert.Equal(inner / (length * length), estimator.Projection.Mean, 1e-4 * Math.Max(1, Math.Abs(estimator.Projection.Mean)));
            Assert.Equal(inner / (length * TensorPrimitives.Norm<double>(direction)), estimator.Cosine.Mean, 1e-4);
            Assert.Equal(TensorPrimitives.Distance<double>(direction, truth) / length, estimator.Distance, 1e-4 * Math.Max(1, estimator.Distance));
        }

        Assert.All(gap.Estimators, x => Assert.True(double.IsFinite(x.Projection.Mean) && double.IsFinite(x.Distance) && x.NormSquared + x.Variance > 0));
    }

    [Fact]
    public void What_is_estimated_is_the_mean_over_the_replay()
    {
        (AgentTraining training, Mdp mdp) = Trained("sac-discrete", "FrozenLake-v1", 300);
        using var _ = training;
        var agent = (GameAgent)training.Agent;
        ExactGap gap = Gap(training, mdp, "FrozenLake-v1", new GapOptions { Batches = 200, BatchSize = 64 });
        ExactEstimatorGap plain = gap.Estimators[0];

        // The states of many batches, of which the direction is the mean of minus the gradient of sum_a pi (alpha log pi - q).
        GameBatch batch = agent.GameOn(64);
        double[] share = new double[mdp.States];
        for (int i = 0; i < 400; i++)
        {
            batch.Draw(new RandomStream(100 + i));
            for (int row = 0; row < 64; row++)
            {
                share[batch.Transitions.Observation.Values.Slice(row * agent.Task.ObservationSize, agent.Task.ObservationSize).IndexOf(1f)] += 1.0 / (400 * 64);
            }
        }

        ReferenceNetwork network = NetworkOf(agent, agent.Policy);
        double[] at = ToDouble(agent.Policy);
        Mdp own = mdp.WithDiscount(gap.Discount);
        double[] truth = [.. Differences(theta => Discounted(own, s => network.Value(theta, Seen(agent, s)), gap.EntropyWeight), at).Select(x => (1 - gap.Discount) * x)];
        double[] direction = Differences(
            theta => Enumerable.Range(0, own.States - 1).Sum(s =>
            {
                double[] pi = Softmax(network.Value(theta, Seen(agent, s))), q = CriticOf(agent, own, s, corrected: false);
                return share[s] * Enumerable.Range(0, own.Actions).Sum(a => pi[a] * (q[a] - (gap.EntropyWeight * Math.Log(pi[a]))));
            }),
            at);
        double length = TensorPrimitives.Norm<double>(truth), norm = TensorPrimitives.Norm<double>(direction), inner = TensorPrimitives.Dot<double>(direction, truth);
        Assert.InRange(plain.Projection.HalfWidth, 0, 0.3 * Math.Abs(plain.Projection.Mean));
        Assert.Equal(inner / (length * length), plain.Projection.Mean, 2.5 * plain.Projection.HalfWidth);
        Assert.Equal(inner / (length * norm), plain.Cosine.Mean, Math.Max(0.01, 2.5 * plain.Cosine.HalfWidth));
        Assert.Equal(norm * norm, plain.NormSquared, 0.1 * norm * norm);
        Assert.Equal(TensorPrimitives.Distance<double>(direction, truth) / length, plain.Distance, 0.1 * plain.Distance);
    }

    [Fact]
    public void States_are_shown_as_the_task_shows_them()
    {
        // One-hot of the number, of what a task shows of it, and zeros for a termination that no step begins in.
        var number = new OneHotObservation(new GridEnvironment(new GridMap("S.G").ToMdp(0.9, GoalRule.Restart), GridObservation.Index, "grid"));
        Assert.Equal([1, 0, 0, 0, 1, 0, 0, 0, 1], StateObservations.Of(number, 3));
        LocatedTask cards = TaskLocator.Find("Blackjack-v1");
        using IEnvironment task = cards.CreateForAgents();
        int size = task.ObservationSpace.Size;
        double[] all = StateObservations.Of(task, cards.Mdp!.States), met = new double[size];
        Assert.All(all[^size..], x => Assert.Equal(0, x));
        for (int seed = 0; seed < 20; seed++)
        {
            task.Reset(met, seed);
            Assert.Contains(Enumerable.Range(0, cards.Mdp.States), s => cards.Mdp.Initial[s] > 0 && all.AsSpan(s * size, size).SequenceEqual(met));
        }

        string sentence = Assert.Throws<UserError>(() => StateObservations.Of(new NormalizeReward(number, 0.9), 3)).Message;
        Assert.Contains("NormalizeReward", sentence, StringComparison.Ordinal);
        Assert.Throws<UserError>(() => StateObservations.Of(SmallTasks.CartPole(), 3));
    }

    [Fact]
    public void What_has_no_exact_gap_is_told()
    {
        (AgentTraining training, Mdp mdp) = Trained("dqn", "FrozenLake-v1", 50);
        using var _ = training;
        Assert.Contains("softmax", Assert.Throws<UserError>(() => Gap(training, mdp, "FrozenLake-v1")).Message, StringComparison.Ordinal);
        (AgentTraining reinforce, Mdp same) = Trained("reinforce", "FrozenLake-v1", 50);
        using var __ = reinforce;
        Assert.Contains("no entropy", Assert.Throws<UserError>(() => Gap(reinforce, same, "FrozenLake-v1", new GapOptions { Entropy = true })).Message, StringComparison.Ordinal);
        Assert.Contains("2 batches", Assert.Throws<UserError>(() => Gap(reinforce, same, "FrozenLake-v1", new GapOptions { Batches = 2 })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sac-discrete:normalize_rewards=true")]
    [InlineData("ac:normalize_rewards=true")]
    public void Agents_that_learn_from_other_rewards_are_for_rollouts(string method)
    {
        (AgentTraining training, Mdp mdp) = Trained(method, "FrozenLake-v1", 200);
        using var _ = training;
        Assert.False(ExactGap.Knows(training.Agent));
        Assert.Contains("normalised rewards", Assert.Throws<UserError>(() => Gap(training, mdp, "FrozenLake-v1")).Message, StringComparison.Ordinal);
    }

    private static ExactGap Gap(AgentTraining training, Mdp mdp, string task, GapOptions? options = null) => ExactGap.Of(
        training.Agent, () => TaskLocator.Find(task).CreateForAgents(), mdp, options ?? new GapOptions { Batches = 5, BatchSize = 40 }, new RandomStream(6));

    private static (AgentTraining Training, Mdp Mdp) Trained(string text, string task, int steps)
    {
        LocatedTask located = TaskLocator.Find(task);
        string[] parts = text.Split(':');
        IReadOnlyList<string> options = [.. MethodCatalog.Agent(parts[0]).With([]).Options.Select(option => option.Name)];
        (string, string)[] changes =
        [
            .. Small.Where(change => options.Contains(change.Item1)),
            .. parts.Skip(1).SelectMany(part => part.Split(',')).Select(change => (change.Split('=')[0], change.Split('=')[1])),
        ];
        AgentTraining training = SmallTasks.Train(parts[0], () => located.CreateForAgents(), seed: 2, episodes: 1, changes);
        for (int i = 0; i < steps; i++)
        {
            training.Advance();
        }

        return (training, located.Mdp!);
    }

    // What the agent sees of a state; nothing of the termination.
    private static double[] Seen(IAgent agent, int state)
    {
        double[] observation = new double[agent.Task.ObservationSize];
        if (state < observation.Length)
        {
            observation[state] = 1;
        }

        if (agent.Scaler is { } scaler)
        {
            float[] seen = new float[observation.Length];
            scaler.Apply(observation, seen);
            return [.. seen.Select(x => (double)x)];
        }

        return observation;
    }

    // q(s, .) of the smaller critic, with w of the smaller sum; of V, r + gamma P V.
    private static double[] CriticOf(IAgent agent, Mdp mdp, int s, bool corrected)
    {
        AgentNetwork critic = agent.Networks.Single(network => network.Name is "critic" or "baseline");
        if (agent is GameAgent)
        {
            double[][] twins = [.. Enumerable.Range(0, 2).Select(i => Twin(critic.Parameters, i))];
            if (corrected)
            {
                Parameters<float> residual = agent.Networks.Single(network => network.Name == "residual").Parameters;
                twins = [.. twins.Select((q, i) => q.Zip(Twin(residual, i), (x, y) => x + y).ToArray())];
            }

            return [.. twins[0].Zip(twins[1], Math.Min)];
        }

        ReferenceNetwork network = NetworkOf(agent, critic.Parameters);
        double[] own = network.Value(ToDouble(critic.Parameters), Seen(agent, s));
        return own.Length > 1 ? own : [.. Enumerable.Range(0, mdp.Actions).Select(a =>
        {
            int pair = (s * mdp.Actions) + a;
            double next = 0;
            for (int k = 0; k < mdp.NextStates(pair).Length; k++)
            {
                int to = mdp.NextStates(pair)[k];
                next += mdp.NextProbabilities(pair)[k] * (mdp.IsTerminal(to) ? 0 : network.Value(ToDouble(critic.Parameters), Seen(agent, to))[0]);
            }

            return mdp.Reward[pair] + (mdp.Discount * next);
        })];

        double[] Twin(Parameters<float> player, int i)
        {
            double[] all = ToDouble(player);
            int half = all.Length / 2;
            return NetworkOf(agent, player, twins: true).Value(all[(i * half)..((i + 1) * half)], Seen(agent, s));
        }
    }

    private static ReferenceNetwork NetworkOf(IAgent agent, Parameters<float> player, bool twins = false)
    {
        Parameter<float>[] leaves = [.. player.Leaves.Take(twins ? player.Leaves.Count / 2 : player.Leaves.Count)];
        return new ReferenceNetwork(
            [leaves[0].Rows.Count, .. leaves.Where((_, i) => i % 2 == 0).Select(weight => weight.Columns.Count)], agent.Head!.Activation == Activation.Relu);
    }

    private static double[] ToDouble(Parameters<float> player) => [.. player.Values.ToArray().Select(x => (double)x)];

    private static double[] Softmax(double[] logits)
    {
        double[] weights = [.. logits.Select(Math.Exp)];
        return [.. weights.Select(x => x / weights.Sum())];
    }

    // sum_t gamma^t E (r_t + alpha H(pi(.|s_t))), step by step until nothing is left; a termination has neither.
    private static double Discounted(Mdp mdp, Func<int, double[]> logits, double alpha)
    {
        double sum = 0;
        double[][] pi = [.. Enumerable.Range(0, mdp.States).Select(s => Softmax(logits(s)))];
        Walk(mdp, pi, (s, weight) => sum += weight * Enumerable.Range(0, mdp.Actions).Sum(a =>
            pi[s][a] * (mdp.Reward[(s * mdp.Actions) + a] - (alpha * Math.Log(pi[s][a])))));
        return sum;
    }

    // sum_t gamma^t P(s_t = s).
    private static double[] Visits(Mdp mdp, Func<int, double[]> logits)
    {
        double[] visits = new double[mdp.States];
        Walk(mdp, [.. Enumerable.Range(0, mdp.States).Select(s => Softmax(logits(s)))], (s, weight) => visits[s] += weight);
        return visits;
    }

    private static void Walk(Mdp mdp, double[][] pi, Action<int, double> visit)
    {
        double[] present = mdp.Initial.ToArray();
        for (int t = 0; t < 5000 && present.Sum() > 1e-13; t++)
        {
            double[] next = new double[mdp.States];
            for (int s = 0; s < mdp.States; s++)
            {
                if (present[s] == 0 || mdp.IsTerminal(s))
                {
                    continue;
                }

                visit(s, present[s]);
                for (int a = 0; a < mdp.Actions; a++)
                {
                    int pair = (s * mdp.Actions) + a;
                    for (int k = 0; k < mdp.NextStates(pair).Length; k++)
                    {
                        next[mdp.NextStates(pair)[k]] += mdp.Discount * present[s] * pi[s][a] * mdp.NextProbabilities(pair)[k];
                    }
                }
            }

            foreach (int s in mdp.TerminalStates)
            {
                next[s] = 0;
            }

            present = next;
        }
    }

    private static double[] Differences(Func<double[], double> f, double[] at)
    {
        const double H = 1e-5;
        double[] x = [.. at];
        return [.. at.Select((here, i) =>
        {
            x[i] = here + H;
            double up = f(x);
            x[i] = here - H;
            double down = f(x);
            x[i] = here;
            return (up - down) / (2 * H);
        })];
    }
}
