using Dyad.Algorithms.Tabular;
using Dyad.Core;
using Dyad.Environments.Gridworlds;
using Dyad.Numerics;
using Dyad.Tabular;
using Dyad.Tests.Unit.Algorithms;

namespace Dyad.Tests.Unit.Tabular;

/// <summary>gamma = 1: the plain sum of rewards until a termination that comes surely.</summary>
[Trait("Category", "unit")]
public sealed class UndiscountedTests
{
    [Fact]
    public void A_fair_walk_has_the_values_of_the_gamblers_ruin()
    {
        // 0 and 6 end; a step to 6 pays 1. The chance to get there first from s is s / 6, and a game lasts s (6 - s) steps.
        Mdp walk = Walk(6, reward: (s, step) => s + step == 6 ? 1 : 0);
        var evaluation = new PolicyEvaluation(walk, TabularPolicy.Uniform(walk));
        Near.Equal([0, 1 / 6.0, 2 / 6.0, 3 / 6.0, 4 / 6.0, 5 / 6.0, 0], evaluation.StateValue, 1e-12);
        Assert.Equal(0.5, evaluation.PrimalObjective, 1e-12);
        Assert.Equal(0.5, evaluation.DualObjective, 1e-12);

        // The occupancy counts visits: 9 steps from the middle, and the end.
        double[] visits = evaluation.StateOccupancy.ToArray();
        Assert.Equal(9, visits[1..6].Sum(), 1e-12);
        Near.Equal([0.5, 0.5], [visits[0], visits[6]], 1e-12);
    }

    [Fact]
    public void Optimal_values_are_those_of_the_best_way_to_the_end() => ForAll(problem =>
    {
        double[] optimal = DynamicProgramming.PolicyIteration(problem.Mdp).StateValue;
        (double[] swept, int sweeps) = DynamicProgramming.ValueIteration(problem.Mdp, 1e-10);
        Near.Equal(optimal, swept, 1e-9);
        Assert.InRange(sweeps, 2, 100_000);
        foreach (TabularPolicy policy in new[] { problem.Policy, TabularPolicy.Uniform(problem.Mdp) })
        {
            Near.AtLeast(new PolicyEvaluation(problem.Mdp, policy).StateValue, optimal, 1e-10, "optimal value");
        }
    });

    [Theory]
    [InlineData(0)]
    [InlineData(0.7)]
    public void The_theorems_hold(double temperature) => ForAll(problem =>
    {
        ExactGradients game = problem.Game(temperature);
        double[] truth = game.PolicyGradient();
        Near.Equal(Differences.Gradient(Objective, problem.Logits), truth, 1e-6, "derivative of J");
        Near.Equal(game.Objective, game.PrimalObjective, 1e-11, "duality");
        Near.Equal(game.Objective - game.ActorObjective, game.ObjectiveGap, 1e-11, "(19)");
        Near.Equal(truth, Sum(game.ActorG(), game.CorrectionG()), 1e-10, "theorem 1, g");
        Near.Equal(truth, Sum(game.ActorO(), game.CorrectionO()), 1e-10, "theorem 1, o");
        if (StackelbergGradients.NeverVisited(problem.Evaluation) is null)
        {
            Near.Equal(truth, StackelbergGradients.Semi(problem.Evaluation, game), 1e-8, "theorem 3, semi-gradient");

            // The full gradient needs Psi^-1 1 not to depend on the policy, or a critic without residual.
            Assert.NotEqual(truth[0], StackelbergGradients.Full(problem.Evaluation, game)[0], 1e-6);
            double[] exact = temperature == 0 ? problem.Evaluation.ActionValue.ToArray() : problem.Evaluation.SoftActionValue(temperature);
            var known = new ExactGradients(problem.Evaluation, exact, temperature);
            Near.Equal(truth, StackelbergGradients.Full(problem.Evaluation, known), 1e-8, "theorem 3, exact critic");
        }

        double Objective(double[] theta) =>
            new ExactGradients(new PolicyEvaluation(problem.Mdp, TabularPolicy.Softmax(problem.Mdp, theta)), problem.Critic, temperature).PrimalObjective;
    });

    [Fact]
    public void Values_just_below_one_tend_to_those_at_one() => ForAll(problem =>
    {
        Mdp below = With(problem.Mdp, 1 - 1e-9);
        Near.Equal(problem.Evaluation.StateValue, new PolicyEvaluation(below, problem.Policy).StateValue, 1e-6, "v");
        Near.Equal(
            SoftPolicyIteration.Solve(problem.Mdp, 0.5).StateValue, SoftPolicyIteration.Solve(below, 0.5).StateValue, 1e-6, "soft v*");
    });

    [Fact]
    public void What_never_ends_is_refused()
    {
        Refuses("gamma is 1; it must be less than 1 where nothing terminates", () => new GridMap("S.G").ToMdp(1, GoalRule.Restart));
        Refuses("and state 2 has none", () => new GridMap("SG#..").ToMdp(1, GoalRule.Absorb));
        Refuses("gamma is 1.5; it must be at least 0 and at most 1", () => new GridMap("SG").ToMdp(1.5, GoalRule.Absorb));

        // In a corridor one can walk to and fro for ever.
        Mdp corridor = new GridMap("S.G").ToMdp(1, GoalRule.Absorb);
        Assert.Equal(0, Termination.Avoidable(corridor));
        Assert.Null(Termination.Endless(corridor));
        Refuses("from state 0", () => DynamicProgramming.PolicyIteration(corridor));
        Refuses("from state 0", () => DynamicProgramming.ValueIteration(corridor, 1e-6));
        Refuses("from state 0", () => SoftPolicyIteration.Solve(corridor, 1));
        Refuses("from state 0", () => new ExactActorCritic(corridor, new() { Actor = ActorUpdate.Greedy }));
        Refuses("may go on without end from state 0", () => new PolicyEvaluation(corridor, TabularPolicy.Greedy(corridor, new double[12])));

        // From state 1 always right, from state 0 left: only the first of the two states gets home.
        TabularPolicy half = TabularPolicy.Greedy(corridor, [0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0]);
        Assert.Equal(0, Termination.Endless(corridor, half));
        Near.Equal([1, 1, 0], new PolicyEvaluation(corridor, TabularPolicy.Uniform(corridor)).StateValue, 1e-12);
    }

    [Theory]
    [InlineData("q-learning")]
    [InlineData("actor-g")]
    [InlineData("policy-gradient")]
    public void Learners_learn_and_are_measured_where_their_policy_ends(string method)
    {
        Mdp mdp = new GridMap("S..\n.#.\n..G").ToMdp(1, GoalRule.Absorb);
        IIterative learner = method switch
        {
            "q-learning" => new QLearning(mdp, new(), new RandomStream(0)),
            "actor-g" => new ActorGCritic(mdp, new() { ActorLearningRate = 0.1 }, new RandomStream(0)),
            _ => new ExactActorCritic(mdp, new()),
        };
        double before = Recorder.Of(learner)["eval/return"];
        Assert.True(method == "q-learning" ? double.IsNaN(before) : Math.Abs(before - 1) < 1e-9, $"{before}");
        for (int i = 0; i < 50; i++)
        {
            learner.Advance();
        }

        Recorder row = Recorder.Of(learner);
        Assert.Equal(1, row["eval/return"], 1e-9);
        Assert.Equal(1, row["eval/objective"], 1e-9);
    }

    private static void ForAll(Action<Problem> check)
    {
        for (int seed = 0; seed < 40; seed++)
        {
            check(new Problem(seed));
        }
    }

    private static double[] Sum(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];

    private static void Refuses(string sentence, Func<object> make) =>
        Assert.Contains(sentence, Assert.Throws<UserError>(make).Message, StringComparison.Ordinal);

    private static Mdp With(Mdp mdp, double discount) => new(
        mdp.Reward.ToArray(),
        [.. Enumerable.Range(0, mdp.Pairs).Select(pair => mdp.IsTerminal(pair / mdp.Actions)
            ? [(pair / mdp.Actions, 1.0)]
            : (IReadOnlyList<(int, double)>)[.. mdp.NextStates(pair).ToArray().Zip(mdp.NextProbabilities(pair).ToArray())])],
        mdp.Initial.ToArray(),
        discount);

    // States 0 to n in a row, whose ends terminate; the actions are a step down and a step up.
    private static Mdp Walk(int n, Func<int, int, double> reward)
    {
        var rows = new List<IReadOnlyList<(int, double)>>();
        var rewards = new List<double>();
        for (int s = 0; s <= n; s++)
        {
            foreach (int step in new[] { -1, 1 })
            {
                bool isEnd = s == 0 || s == n;
                rows.Add([(isEnd ? s : s + step, 1.0)]);
                rewards.Add(isEnd ? 0 : reward(s, step));
            }
        }

        return new Mdp(rewards, rows, [.. Enumerable.Range(0, n + 1).Select(s => s == n / 2 ? 1.0 : 0)], 1);
    }

    /// <summary>A random process of which each step may be the last.</summary>
    private sealed class Problem
    {
        public Problem(int seed)
        {
            var random = new RandomStream(seed).Split("undiscounted");
            int states = 3 + random.Index(4);
            int actions = 2 + random.Index(2);
            double[] Vector(int length, double bound) => [.. Enumerable.Range(0, length).Select(_ => random.Uniform(-bound, bound))];
            double[] Distribution(int length)
            {
                double[] values = [.. Enumerable.Range(0, length).Select(_ => random.Uniform(0.1, 1))];
                double sum = values.Sum();
                return [.. values.Select(x => x / sum)];
            }

            int last = states - 1;
            var rows = Enumerable.Range(0, states * actions).Select(pair => pair / actions == last
                ? [(last, 1.0)]
                : (IReadOnlyList<(int, double)>)[.. Distribution(states).Select((p, s) => (s, p))]).ToList();
            double[] rewards = [.. Vector(last * actions, 1), .. new double[actions]];
            Mdp = new Mdp(rewards, rows, Distribution(states), 1);
            Logits = Vector(Mdp.Pairs, 2);
            Critic = Vector(Mdp.Pairs, 3);
            Policy = TabularPolicy.Softmax(Mdp, Logits);
            Evaluation = new PolicyEvaluation(Mdp, Policy);
        }

        public Mdp Mdp { get; }

        public double[] Logits { get; }

        public double[] Critic { get; }

        public TabularPolicy Policy { get; }

        public PolicyEvaluation Evaluation { get; }

        public ExactGradients Game(double temperature) => new(Evaluation, Critic, temperature);
    }
}
