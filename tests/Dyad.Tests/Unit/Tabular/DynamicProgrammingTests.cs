using Dyad.Tabular;

namespace Dyad.Tests.Unit.Tabular;

[Trait("Category", "unit")]
public sealed class DynamicProgrammingTests
{
    private const int Problems = 60;

    [Fact]
    public void Value_iteration_finds_the_values_of_policy_iteration() => RandomMdp.ForAll(Problems, problem =>
        Near.Equal(
            DynamicProgramming.PolicyIteration(problem.Mdp).StateValue,
            DynamicProgramming.ValueIteration(problem.Mdp, 1e-10).StateValue,
            1e-9));

    [Fact]
    public void No_random_policy_is_better_than_the_optimal_one_in_any_state() => RandomMdp.ForAll(Problems, problem =>
    {
        double[] optimal = DynamicProgramming.PolicyIteration(problem.Mdp).StateValue;
        var evaluation = new PolicyEvaluation(problem.Mdp);
        for (int i = 0; i < 50; i++)
        {
            evaluation.Evaluate(problem.AnotherPolicy());
            Near.AtLeast(evaluation.StateValue, optimal, 1e-10, "optimal value");
        }
    });

    [Fact]
    public void The_optimal_action_values_are_a_fixed_point_of_the_Q_learning_target() => RandomMdp.ForAll(Problems, problem =>
    {
        OptimalSolution optimal = DynamicProgramming.PolicyIteration(problem.Mdp);
        Near.Equal(optimal.ActionValue, DynamicProgramming.QLearningTarget(problem.Mdp, optimal.ActionValue), 1e-11);
    });

    [Fact]
    public void The_solution_holds_the_values_of_its_own_policy() => RandomMdp.ForAll(Problems, problem =>
    {
        OptimalSolution optimal = DynamicProgramming.PolicyIteration(problem.Mdp);
        var evaluation = new PolicyEvaluation(problem.Mdp, optimal.Policy);
        Near.Equal(evaluation.StateValue, optimal.StateValue, 1e-13, "v");
        Near.Equal(evaluation.ActionValue, optimal.ActionValue, 1e-13, "q");
    });

    [Fact]
    public void Value_iteration_ends_where_rounding_is_larger_than_the_tolerance() => RandomMdp.ForAll(20, problem =>
    {
        Mdp mdp = Rebuilt(problem.Mdp, pair => pair, scale: 1e6, discount: 0.999);
        (double[] values, int sweeps) = DynamicProgramming.ValueIteration(mdp, 1e-12);
        Assert.InRange(sweeps, 1, 100_000);
        Near.Equal(DynamicProgramming.PolicyIteration(mdp).StateValue, values, 1e-9);
    });

    [Fact]
    public void Policy_iteration_ends_where_rounding_makes_equal_actions_differ() => RandomMdp.ForAll(20, problem =>
    {
        // Every action of a state does the same, its next states summed in another order.
        Mdp mdp = problem.Mdp;
        Mdp same = Rebuilt(mdp, pair => pair / mdp.Actions * mdp.Actions, scale: 1, discount: 1 - 1e-9, turnRows: true);
        Assert.InRange(DynamicProgramming.PolicyIteration(same).Iterations, 1, 50);
    });

    [Fact]
    public void The_optimum_scales_with_the_reward() => RandomMdp.ForAll(Problems, problem =>
    {
        double[] plain = DynamicProgramming.PolicyIteration(problem.Mdp).StateValue;
        const double scale = 1e-11;
        Mdp small = Rebuilt(problem.Mdp, pair => pair, scale, problem.Mdp.Discount);
        double[] scaled = DynamicProgramming.PolicyIteration(small).StateValue;
        Near.Equal(plain, [.. scaled.Select(v => v / scale)], 1e-9);
    });

    // An MDP whose pairs behave as other pairs of the given one do.
    private static Mdp Rebuilt(Mdp mdp, Func<int, int> source, double scale, double discount, bool turnRows = false)
    {
        int[] pairs = [.. Enumerable.Range(0, mdp.Pairs).Select(source)];
        return new Mdp(
            [.. pairs.Select(pair => scale * mdp.Reward[pair])],
            [.. pairs.Select((from, pair) => Row(from, turnRows && pair % 2 == 1))],
            mdp.Initial.ToArray(),
            discount);

        List<(int, double)> Row(int pair, bool turned)
        {
            List<(int, double)> row = [.. mdp.NextStates(pair).ToArray().Zip(mdp.NextProbabilities(pair).ToArray())];
            if (turned)
            {
                row.Reverse();
            }

            return row;
        }
    }
}
