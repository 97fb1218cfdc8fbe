using Dyad.Core;
using Dyad.Tabular;

namespace Dyad.Tests.Unit.Tabular;

/// <summary>Problems at the edge of what the formulas allow.</summary>
[Trait("Category", "unit")]
public sealed class DegenerateMdpTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    public void A_deterministic_policy_has_a_zero_gradient(double temperature) => RandomMdp.ForAll(20, problem =>
    {
        TabularPolicy policy = TabularPolicy.Greedy(problem.Mdp, problem.Critic);
        var evaluation = new PolicyEvaluation(problem.Mdp, policy);
        var game = new ExactGradients(evaluation, problem.Critic, temperature);
        double[] zero = new double[problem.Mdp.Pairs];
        Assert.Equal(zero, game.PolicyGradient());
        Assert.Equal(zero, game.ActorG());
        Assert.Equal(zero, game.ActorO());
        Assert.Equal(zero, game.CorrectionG());
        Assert.Equal(zero, game.CorrectionO());
        Assert.True(double.IsFinite(game.Objective) && double.IsFinite(game.CriticObjective));
        Assert.Equal(zero, StackelbergGradients.Full(evaluation, game, damping: 0.1));
        Assert.Equal(zero, StackelbergGradients.Semi(evaluation, game, damping: 0.1));
    });

    [Fact]
    public void Logits_that_leave_an_action_no_probability_cause_no_NaN() => RandomMdp.ForAll(20, problem =>
    {
        double[] logits = [.. problem.Logits.Select(x => x * 1e6)];
        var evaluation = new PolicyEvaluation(problem.Mdp, TabularPolicy.Softmax(problem.Mdp, logits));
        var game = new ExactGradients(evaluation, problem.Critic, temperature: 1);
        Assert.All(game.PolicyGradient(), x => Assert.True(double.IsFinite(x)));
        Assert.True(double.IsFinite(game.Objective));
    });

    [Fact]
    public void Without_a_future_the_value_is_the_reward()
    {
        double[,,] transition = { { { 0, 1 }, { 1, 0 } }, { { 1, 0 }, { 0, 1 } } };
        Mdp mdp = Mdp.FromDense(transition, new double[,] { { 1, 2 }, { 3, 5 } }, [0.5, 0.5], discount: 0);
        var evaluation = new PolicyEvaluation(mdp, TabularPolicy.Uniform(mdp));
        Assert.Equal([1, 2, 3, 5], evaluation.ActionValue.ToArray());
        Assert.Equal([0.25, 0.25, 0.25, 0.25], evaluation.Occupancy.ToArray());
        Assert.Equal([2, 5], DynamicProgramming.PolicyIteration(mdp).StateValue);
        Assert.Equal([2, 5], DynamicProgramming.ValueIteration(mdp, 1e-9).StateValue);

        // With the true critic and no future the two actor gradients are the same.
        var game = new ExactGradients(evaluation, [9, 8, 7, 6]);
        Near.Equal(game.ActorG(), game.ActorO(), 1e-15);
    }

    [Fact]
    public void A_single_action_has_nothing_to_learn()
    {
        Mdp mdp = Mdp.FromDense(new double[,,] { { { 0, 1 } }, { { 1, 0 } } }, new double[,] { { 1 }, { 0 } }, [1, 0], 0.5);
        var evaluation = new PolicyEvaluation(mdp, TabularPolicy.Softmax(mdp, [3, -4]));
        Near.Equal([4.0 / 3, 2.0 / 3], evaluation.StateValue, 1e-14);
        var game = new ExactGradients(evaluation, [0, 0], temperature: 1);
        Assert.Equal([0, 0], game.PolicyGradient());
        Near.Equal([0, 0], StackelbergGradients.Full(evaluation, game), 1e-15);
        Near.Equal([4.0 / 3, 2.0 / 3], SoftPolicyIteration.Solve(mdp, 1).StateValue, 1e-14);
    }

    [Fact]
    public void A_single_state_is_a_bandit()
    {
        Mdp mdp = Mdp.FromDense(new double[,,] { { { 1 }, { 1 } } }, new double[,] { { 0, 1 } }, [1], 0.9);
        var evaluation = new PolicyEvaluation(mdp, TabularPolicy.Uniform(mdp));
        Near.Equal([5], evaluation.StateValue, 1e-13);

        // J = pi(1), whose derivative in the logits is pi (1 - pi).
        Near.Equal([-0.25, 0.25], new ExactGradients(evaluation, [0, 0]).PolicyGradient(), 1e-13);
        Near.Equal([10], DynamicProgramming.PolicyIteration(mdp).StateValue, 1e-13);
    }

    [Fact]
    public void A_terminated_transition_pays_and_leads_to_an_absorbing_state()
    {
        Mdp mdp = MdpReader.Parse(
            """
            {"P": {"0": {"0": [[0.5, 0, 1, false], [0.5, 1, 4, true]], "1": [[1, 1, 0, false]]},
                   "1": {"0": [[1, 0, 2, true]], "1": [[1, 1, 0, false]]}},
             "initial": [1, 0], "gamma": 0.5}
            """).Mdp;
        Assert.Equal((3, 2), (mdp.States, mdp.Actions));
        Assert.Equal([2.5, 0, 2, 0, 0, 0], mdp.Reward.ToArray());
        Assert.Equal([0, 2], mdp.NextStates(0).ToArray());
        Assert.Equal([2], mdp.NextStates(2).ToArray());
        Assert.Equal([2], mdp.NextStates(4).ToArray());
        Assert.Equal([2], mdp.NextStates(5).ToArray());
        Near.Equal([10.0 / 3, 2, 0], DynamicProgramming.PolicyIteration(mdp).StateValue, 1e-14);
    }

    [Fact]
    public void A_state_that_is_never_visited_needs_damping()
    {
        // State 1 leads to state 0, and nothing leads to state 1.
        Mdp mdp = Mdp.FromDense(
            new double[,,] { { { 1, 0 }, { 1, 0 } }, { { 1, 0 }, { 1, 0 } } }, new double[,] { { 0, 1 }, { 2, 3 } }, [1, 0], 0.9);
        var evaluation = new PolicyEvaluation(mdp, TabularPolicy.Uniform(mdp));
        var game = new ExactGradients(evaluation, [1, 2, 3, 4]);
        foreach (Func<double, double[]> gradient in new Func<double, double[]>[]
        {
            damping => StackelbergGradients.Full(evaluation, game, damping),
            damping => StackelbergGradients.Semi(evaluation, game, damping),
        })
        {
            UserError error = Assert.Throws<UserError>(() => gradient(0));
            Assert.Contains("state 1, action 0 is never visited", error.Message, StringComparison.Ordinal);
            Assert.All(gradient(1e-3), x => Assert.True(double.IsFinite(x)));
        }
    }
}
