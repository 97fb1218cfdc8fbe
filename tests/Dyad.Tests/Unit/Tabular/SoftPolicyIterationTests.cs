using Dyad.Tabular;

namespace Dyad.Tests.Unit.Tabular;

/// <summary>Lemmas 1 to 3 of the lecture on soft actor-critic, for all policies and for those with a floor.</summary>
[Trait("Category", "unit")]
public sealed class SoftPolicyIterationTests
{
    private const int Problems = 40;

    [Fact]
    public void The_soft_backup_is_a_contraction() => RandomMdp.ForAll(Problems, problem =>
    {
        Mdp mdp = problem.Mdp;
        double[] left = new double[mdp.Pairs];
        double[] right = new double[mdp.Pairs];
        for (int i = 0; i < 20; i++)
        {
            double temperature = problem.Random.Uniform(0, 2);
            double[] a = problem.Vector(mdp.Pairs, 5);
            double[] b = problem.Vector(mdp.Pairs, 5);
            SoftPolicyIteration.Backup(mdp, problem.Policy, temperature, a, left);
            SoftPolicyIteration.Backup(mdp, problem.Policy, temperature, b, right);
            Assert.True(Distance(left, right) <= (mdp.Discount * Distance(a, b)) + 1e-12);
        }
    });

    [Fact]
    public void The_soft_action_values_are_the_fixed_point_of_the_soft_backup() => RandomMdp.ForAll(Problems, problem =>
    {
        double[] values = problem.Evaluation.SoftActionValue(0.7);
        double[] backedUp = new double[values.Length];
        SoftPolicyIteration.Backup(problem.Mdp, problem.Policy, 0.7, values, backedUp);
        Near.Equal(values, backedUp, 1e-11);
    });

    [Fact]
    public void No_improvement_lowers_a_soft_action_value() => RandomMdp.ForAll(Problems, problem =>
    {
        foreach (PolicyFamily family in Families(problem))
        {
            double temperature = Math.Exp(problem.Random.Uniform(-4, 1));
            TabularPolicy start = Member(problem, family);
            var iteration = new SoftPolicyIteration(problem.Mdp, temperature, family, start);
            for (int i = 0; i < 5; i++)
            {
                double[] before = iteration.ActionValue;
                iteration.Improve();
                Near.AtLeast(before, iteration.ActionValue, 1e-10, "soft action value");
            }
        }
    });

    [Fact]
    public void The_iteration_ends_at_the_soft_optimality_equation() => RandomMdp.ForAll(Problems, problem =>
    {
        // V = alpha log sum_a exp(Q / alpha), Q = r + gamma P V, and V = 0 at a termination
        double alpha = Math.Exp(problem.Random.Uniform(-3, 1));
        OptimalSolution optimal = SoftPolicyIteration.Solve(problem.Mdp, alpha);
        double[] backedUp = new double[problem.Mdp.Pairs];
        DynamicProgramming.Backup(problem.Mdp, optimal.StateValue, backedUp);
        Near.Equal(backedUp, optimal.ActionValue, 1e-10, "Q");
        double[] expected = [.. optimal.ActionValue.Chunk(problem.Mdp.Actions).Select((row, s) =>
        {
            if (problem.Mdp.IsTerminal(s))
            {
                return 0;
            }

            double largest = row.Max();
            return largest + (alpha * Math.Log(row.Sum(q => Math.Exp((q - largest) / alpha))));
        })];
        Near.Equal(expected, optimal.StateValue, 1e-10, "V");
        Assert.InRange(optimal.Iterations, 1, 60);
    });

    [Fact]
    public void No_member_of_the_family_has_a_higher_soft_value_in_any_state() => RandomMdp.ForAll(Problems, problem =>
    {
        foreach (PolicyFamily family in Families(problem))
        {
            double alpha = Math.Exp(problem.Random.Uniform(-3, 1));
            OptimalSolution optimal = SoftPolicyIteration.Solve(problem.Mdp, alpha, family);
            for (int i = 0; i < 30; i++)
            {
                var rival = new SoftPolicyIteration(problem.Mdp, alpha, family, Member(problem, family));
                Near.AtLeast(rival.StateValue, optimal.StateValue, 1e-9, "soft optimal value");
            }
        }
    });

    [Fact]
    public void At_a_low_temperature_the_soft_optimum_is_the_optimum() => RandomMdp.ForAll(Problems, problem =>
    {
        // The entropy is worth at most alpha log |A| a step.
        const double alpha = 1e-4;
        double[] soft = SoftPolicyIteration.Solve(problem.Mdp, alpha).StateValue;
        double[] plain = DynamicProgramming.PolicyIteration(problem.Mdp).StateValue;
        double most = alpha * Math.Log(problem.Mdp.Actions) / (1 - problem.Mdp.Discount);
        Near.AtLeast(plain, soft, 1e-9, "soft value above the plain one");
        Near.AtLeast(soft, [.. plain.Select(v => v + most)], 1e-9, "plain value and the most that entropy is worth");
    });

    [Fact]
    public void A_termination_has_no_entropy()
    {
        // One action ends, the other stays: V = ln(1 + exp(0.9 V)).
        Mdp mdp = MdpReader.Parse("""{"P":{"0":{"0":[[1.0,0,0.0,true]],"1":[[1.0,0,0.0,false]]}},"initial":[1.0],"gamma":0.9}""").Mdp;
        OptimalSolution soft = SoftPolicyIteration.Solve(mdp, temperature: 1);
        double value = 1;
        for (int i = 0; i < 1000; i++)
        {
            value = Math.Log(1 + Math.Exp(0.9 * value));
        }

        Assert.Equal(1.8023, value, 1e-4);
        Near.Equal([value, 0], soft.StateValue, 1e-12);
        Near.Equal([0, 0.9 * value, 0, 0], soft.ActionValue, 1e-12);
        Near.Equal([Math.Exp(-value), 1 - Math.Exp(-value)], soft.Policy.At(0), 1e-12);
        Assert.Equal(0.165, soft.Policy.At(0)[0], 1e-3);

        // The objective and its gradient know it too: at the optimum the gradient is 0.
        var game = new ExactGradients(new PolicyEvaluation(mdp, soft.Policy), soft.ActionValue, temperature: 1);
        Assert.Equal(0.1 * value, game.Objective, 1e-12);
        Near.Equal(new double[4], game.PolicyGradient(), 1e-10);
        Near.Equal(new double[4], game.Residual, 1e-10);
    }

    private static PolicyFamily[] Families(RandomMdp problem) =>
        [PolicyFamily.All, PolicyFamily.AtLeast(problem.Random.Uniform(0, 1.0 / problem.Mdp.Actions))];

    private static TabularPolicy Member(RandomMdp problem, PolicyFamily family)
    {
        double[] probabilities = problem.AnotherPolicy().Probabilities.ToArray();
        for (int s = 0; s < problem.Mdp.States; s++)
        {
            Span<double> row = probabilities.AsSpan(s * problem.Mdp.Actions, problem.Mdp.Actions);
            family.Project(row.ToArray(), row);
        }

        return TabularPolicy.FromProbabilities(problem.Mdp, probabilities);
    }

    private static double Distance(double[] a, double[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max();
}
