using Dyad.Core;
using Dyad.Tabular;

namespace Dyad.Tests.Unit.Tabular;

/// <summary>Processes and policies made in code rather than read from files.</summary>
[Trait("Category", "unit")]
public sealed class MdpTests
{
    private static readonly Mdp TwoStates = MdpReader.Parse(MdpReaderTests.Dense).Mdp;

    [Fact]
    public void Parts_that_do_not_fit_together_are_refused()
    {
        List<(int, double)> stay = [(0, 1.0)];
        Refuses("at least one state", () => new Mdp([], [], [], 0.5));
        Refuses("0 transition rows", () => new Mdp([], [], [1], 0.5));
        Refuses("3 transition rows do not divide evenly over 2 states", () => new Mdp([1, 1, 1], [stay, stay, stay], [1, 0], 0.5));
        Refuses("1 rewards given for 2 state-action pairs", () => new Mdp([1], [stay, stay], [1], 0.5));
        Refuses("gamma is NaN", () => new Mdp([1], [stay], [1], double.NaN));
        Refuses("the reward of state 0, action 1 is NaN", () => new Mdp([1, double.NaN], [stay, stay], [1], 0.5));
        Refuses("action 0 leads to state 1; states are 0 to 0", () => new Mdp([1], [[(0, 1.0), (1, 0.0)]], [1], 0.5));
        Refuses("action 0 holds the probability NaN", () => new Mdp([1], [[(0, double.NaN)]], [1], 0.5));
        Refuses("action 0 sums to 0;", () => new Mdp([1], [[]], [1], 0.5));
        Refuses("the initial distribution holds the probability -1", () => new Mdp([1, 1], [stay, stay], [2, -1], 0.5));
    }

    [Fact]
    public void The_flow_to_next_states_is_the_transpose_of_the_expectation() => RandomMdp.ForAll(40, problem =>
    {
        // x' (P v) = (P' x)' v
        double[] x = problem.Vector(problem.Mdp.Pairs, 1);
        double[] v = problem.Vector(problem.Mdp.States, 1);
        double[] expected = new double[x.Length];
        double[] flow = new double[v.Length];
        problem.Mdp.ExpectNext(v, expected);
        problem.Mdp.FlowToNext(x, flow);
        Near.Equal(DenseGame.Dot(x, expected), DenseGame.Dot(flow, v), 1e-12);
    });

    [Fact]
    public void A_softmax_takes_its_temperature_and_logits_of_any_size()
    {
        double third = 1 / (1 + Math.Exp(2));
        Near.Equal([third, 1 - third, 0.5, 0.5], TabularPolicy.Softmax(TwoStates, [0, 1, 3, 3], 0.5).Probabilities, 1e-15);
        Near.Equal([0, 1, 0.5, 0.5], TabularPolicy.Softmax(TwoStates, [-1e300, 1e300, 1e300, 1e300]).Probabilities, 1e-15);
    }

    [Fact]
    public void A_greedy_policy_takes_the_first_of_equal_actions()
    {
        var policy = TabularPolicy.Greedy(TwoStates, [1, 1, 2, 3]);
        Assert.Equal([1, 0, 0, 1], policy.Probabilities.ToArray());
        Assert.False(policy.SetGreedy([5, 4, 4, 5]));
        Assert.True(policy.SetGreedy([4, 5, 4, 5]));
        Assert.Equal([0, 1, 0, 1], policy.Probabilities.ToArray());
    }

    [Theory]
    [InlineData(0.5, 0.6, 0, 1, "state 0 sum to 1.1")]
    [InlineData(0.5, 0.5, -1, 2, "state 1 sum to 1 or are negative")]
    [InlineData(0.5, 0.5, double.NaN, 1, "state 1 sum to NaN")]
    public void Probabilities_that_are_no_distribution_are_refused(double a, double b, double c, double d, string sentence) =>
        Refuses(sentence, () => TabularPolicy.FromProbabilities(TwoStates, [a, b, c, d]));

    private static void Refuses(string sentence, Func<object> make) =>
        Assert.Contains(sentence, Assert.Throws<UserError>(make).Message, StringComparison.Ordinal);
}
