using Dyad.Algorithms.Tabular;
using Dyad.Core;
using Dyad.Environments.Gridworlds;
using Dyad.Numerics;
using Dyad.Tabular;
using Dyad.Tests.Unit.Algorithms;

namespace Dyad.Tests.Unit.Tabular;

/// <summary>Large tasks are measured by iteration, to the values that the factorisation gives.</summary>
[Trait("Category", "unit")]
public sealed class IterativeSystemTests
{
    [Fact]
    public void Iteration_gives_the_values_of_the_factorisation() => RandomMdp.ForAll(60, problem =>
    {
        foreach (TabularPolicy policy in new[] { problem.Policy, TabularPolicy.Greedy(problem.Mdp, problem.Critic) })
        {
            CheckSame(problem.Mdp, policy, 1e-10);
        }
    });

    [Theory]
    [InlineData(0.9, GoalRule.Restart)]
    [InlineData(0.9999, GoalRule.Restart)]
    [InlineData(0.999, GoalRule.Stay)]
    [InlineData(1, GoalRule.Absorb)]
    public void So_it_does_on_a_maze(double discount, GoalRule goal)
    {
        Mdp mdp = Maze(18).ToMdp(discount, goal);
        CheckSame(mdp, TabularPolicy.Uniform(mdp), 1e-8);
        var random = new RandomStream(3);
        CheckSame(mdp, TabularPolicy.Softmax(mdp, [.. Enumerable.Range(0, mdp.Pairs).Select(_ => random.Uniform(-2, 2))]), 1e-8);
        if (discount < 1)
        {
            CheckSame(mdp, DynamicProgramming.PolicyIteration(mdp).Policy, 1e-8);
        }
    }

    [Theory]
    [InlineData("q-learning")]
    [InlineData("actor-g")]
    [InlineData("policy-gradient")]
    public void Learners_of_a_large_map_take_memory_in_proportion_to_it(string method)
    {
        Mdp mdp = Maze(150).ToMdp(0.95, GoalRule.Absorb);
        Assert.InRange(mdp.States, 20_000, 22_500);
        long before = GC.GetAllocatedBytesForCurrentThread();
        IIterative learner = method switch
        {
            "q-learning" => new QLearning(mdp, new(), new RandomStream(0)),
            "actor-g" => new ActorGCritic(mdp, new(), new RandomStream(0)),
            _ => new ExactActorCritic(mdp, new()),
        };
        learner.Advance();
        Recorder row = Recorder.Of(learner);
        Assert.InRange(row["eval/return"], 0, 1);

        // A matrix with a row for each state would be 3.5 GB.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 60_000_000);
    }

    [Fact]
    public void A_matrix_beyond_memory_is_refused_before_it_is_made()
    {
        Mdp mdp = Maze(230).ToMdp(0.9, GoalRule.Restart);
        string sentence = Assert.Throws<UserError>(() => new PolicyEvaluation(mdp)).Message;
        Assert.StartsWith($"the exact quantities of {mdp.States} states need {8e-9 * mdp.States * mdp.States:0.0} GB of memory", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Starts_that_many_goals_share_are_stored_once()
    {
        // 2500 goals, each of whose four actions leads to any of 2500 cells.
        long before = GC.GetAllocatedBytesForCurrentThread();
        Mdp mdp = new GridMap(string.Join('\n', Enumerable.Repeat(new string('G', 50), 50))).ToMdp(0.9, GoalRule.Restart);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 20_000_000);
        Assert.Equal(2500, mdp.NextStates(9999).Length);
        Assert.Equal(mdp.NextStates(0).ToArray(), mdp.NextStates(9999).ToArray());
    }

    private static void CheckSame(Mdp mdp, TabularPolicy policy, double tolerance)
    {
        var expected = new PolicyEvaluation(mdp, policy);
        var actual = PolicyEvaluation.Iterative(mdp);
        actual.Evaluate(policy);
        Near.Equal(expected.StateValue, actual.StateValue, tolerance, "v");
        Near.Equal(expected.ActionValue, actual.ActionValue, tolerance, "q");
        Near.Equal(expected.Occupancy, actual.Occupancy, tolerance, "d");
    }

    // Walls at one cell in twelve, none of which closes a way.
    private static GridMap Maze(int side) => new(string.Join('\n', Enumerable.Range(0, side).Select(row =>
        string.Concat(Enumerable.Range(0, side).Select(column =>
            (row, column) == (0, 0) ? 'S' : (row, column) == (side - 1, side - 1) ? 'G' : row % 3 == 1 && column % 4 == 2 ? '#' : '.')))));
}
