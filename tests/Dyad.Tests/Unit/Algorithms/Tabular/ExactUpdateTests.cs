using Dyad.Core;
using static Dyad.Tests.Unit.Algorithms.Tabular.TabularReplay;
using static Dyad.Tests.Unit.Algorithms.Tabular.TabularTruth;

namespace Dyad.Tests.Unit.Algorithms.Tabular;

/// <summary>
/// Every cell of table 1 of Wen et al. (2021), replayed from its first iteration on by the equations there, state by state; both
/// players see each other as they were.
/// </summary>
[Trait("Category", "unit")]
public sealed class ExactUpdateTests
{
    private const double Tolerance = 1e-9;
    private const int Iterations = 6;

    public static TheoryData<string, string, bool> Cells => new(
        from actor in new[] { "actor-o", "actor-g", "policy-gradient", "greedy" }
        from critic in new[] { "bellman-residual", "temporal-difference", "exact" }
        from onPolicy in new[] { true, false }
        select (actor, critic, onPolicy));

    [Theory]
    [MemberData(nameof(Cells))]
    public void An_iteration(string actor, string critic, bool onPolicy)
    {
        // One is looked at after each iteration, the other at the end alone.
        IIterative[] learners = [.. Enumerable.Range(0, 2).Select(_ => Learner("policy-gradient",
            ("actor", actor), ("critic", critic), ("on_policy_weights", onPolicy ? "true" : "false"), ("actor_learning_rate", "0.3"),
            ("critic_learning_rate", "0.2"), ("steps_per_iteration", "7")))];
        ReferenceAdam actorStep = new(0.3), criticStep = new(0.2);
        double[] theta = new double[Pairs], q = new double[Pairs], pi = [.. Enumerable.Repeat(1.0 / Actions, Pairs)];
        for (int iteration = 1; iteration <= Iterations; iteration++)
        {
            double[] truth = ActionValues(pi), visits = Visits(pi);
            q = critic == "exact" ? truth : q;
            double[] before = q, mean = StateMeans(pi, q);

            // delta = r + gamma P Pi q - q (13)
            double[] delta = [.. Enumerable.Range(0, Pairs).Select(i => Reward[i] + (Gamma * Expect(i, mean)) - before[i])];
            double[] weighted = [.. delta.Select((x, i) => x * (onPolicy ? visits[i / Actions] * pi[i] : 1.0 / Pairs))];
            double[] gradient = new double[Pairs];
            for (int s = 0; s < States; s++)
            {
                if (actor == "actor-o")
                {
                    AddMeanScore(gradient, theta, s, q, (1 - Gamma) * Initial[s]);
                }
                else if (actor != "greedy")
                {
                    AddMeanScore(gradient, theta, s, actor == "actor-g" ? q : truth, visits[s]);
                }
            }

            // (18), and -Psi' D delta of (13)
            double[] flow = Flow(weighted);
            double[] oldPi = pi;
            double[] criticGradient = critic == "temporal-difference"
                ? [.. weighted.Select(x => -x)]
                : [.. weighted.Select((x, i) => -x + (Gamma * oldPi[i] * flow[i / Actions]))];
            if (actor == "greedy")
            {
                pi = Greedy(q);
            }
            else
            {
                theta = actorStep.Ascend(theta, gradient);
                pi = Softmax(theta);
            }

            q = critic == "exact" ? q : criticStep.Descend(q, criticGradient);
            foreach (IIterative learner in learners)
            {
                learner.Advance();
                if (learner == learners[0] || iteration == Iterations)
                {
                    SavedState state = SavedState.Of(learner.Serialize);
                    Near.Equal(theta, state.Doubles("logits"), Tolerance, "theta");
                    Near.Equal(q, state.Doubles("critic"), Tolerance, "critic");
                    Near.Equal(pi, state.Doubles("policy"), Tolerance, "policy");
                }

                Assert.Equal(7 * iteration, learner.Step);
            }
        }
    }

    [Fact]
    public void Policy_iteration_is_greedy_in_the_values_of_the_policy_before()
    {
        IIterative learner = Learner("policy-iteration");
        double[] pi = [.. Enumerable.Repeat(1.0 / Actions, Pairs)];
        for (int iteration = 0; iteration < 3; iteration++)
        {
            double[] q = ActionValues(pi);
            pi = Greedy(q);
            learner.Advance();
            Near.Equal(pi, SavedState.Of(learner.Serialize).Doubles("policy"), Tolerance, "policy");
            Near.Equal(q, SavedState.Of(learner.Serialize).Doubles("critic"), Tolerance, "critic");
        }
    }
}
