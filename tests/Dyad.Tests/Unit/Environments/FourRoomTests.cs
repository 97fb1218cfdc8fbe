using System.Numerics.Tensors;
using Dyad.Environments.Gridworlds;
using Dyad.Tabular;

namespace Dyad.Tests.Unit.Environments;

/// <summary>The FourRoom task against a search on its text that knows nothing of MDPs.</summary>
[Trait("Category", "unit")]
public sealed class FourRoomTests
{
    private static readonly string[] Rows =
    [
        "#############", "#.....#.....#", "#.....#.....#", "#...........#", "#.....#.....#", "#.....#.....#", "##.####.....#",
        "#.....###G###", "#.....#.....#", "#.....#.....#", "#...........#", "#.....#.....#", "#############",
    ];

    [Fact]
    public void There_are_104_cells_and_four_moves()
    {
        Mdp mdp = FourRoom.Create();
        Assert.Equal(104, mdp.States);
        Assert.Equal(4, mdp.Actions);
        Assert.Equal(0.9, mdp.Discount);
        Assert.Equal(Rows.Sum(row => row.Count(cell => cell != '#')), mdp.States);
        Assert.All(mdp.Initial.ToArray(), p => Assert.Equal(1.0 / 104, p, 1e-15));
        Assert.Equal(FourRoom.Map.StateAt(7, 9), Enumerable.Range(0, 104).Single(FourRoom.Map.IsGoal));
    }

    [Theory]
    [InlineData(GoalRule.Restart)]
    [InlineData(GoalRule.Absorb)]
    [InlineData(GoalRule.Stay)]
    public void The_optimal_return_is_that_of_shortest_paths(GoalRule rule)
    {
        const double Gamma = FourRoom.Discount;
        int[] distances = Distances();
        // The value at a distance of k > 0 is gamma^(k - 1) times what the step into the goal is worth, 1 + gamma v(goal).
        double mean = distances.Where(k => k > 0).Sum(k => Math.Pow(Gamma, k - 1)) / distances.Length;
        double atGoal = rule switch
        {
            // v = gamma (mean (1 + gamma v) + v / n), once more from a start, which may be the goal itself.
            GoalRule.Restart => Gamma * mean / (1 - (Gamma * Gamma * mean) - (Gamma / distances.Length)),
            GoalRule.Absorb => 0,
            // In the hallway, bumping into a wall is a step that ends in the goal.
            _ => 1 / (1 - Gamma),
        };
        double expected = (mean * (1 + (Gamma * atGoal))) + (atGoal / distances.Length);

        Mdp mdp = FourRoom.Create(goal: rule);
        double[] values = DynamicProgramming.PolicyIteration(mdp).StateValue;
        Assert.Equal(expected, TensorPrimitives.Dot(mdp.Initial, values), 1e-11);
        for (int s = 0; s < values.Length; s++)
        {
            double value = distances[s] == 0 ? atGoal : Math.Pow(Gamma, distances[s] - 1) * (1 + (Gamma * atGoal));
            Assert.Equal(value, values[s], 1e-11);
        }
    }

    // Breadth-first from the goal, cells in reading order.
    private static int[] Distances()
    {
        var distance = new Dictionary<(int Row, int Column), int> { [(7, 9)] = 0 };
        var queue = new Queue<(int Row, int Column)>(distance.Keys);
        while (queue.TryDequeue(out var cell))
        {
            foreach (var next in new[] { (cell.Row - 1, cell.Column), (cell.Row + 1, cell.Column), (cell.Row, cell.Column - 1), (cell.Row, cell.Column + 1) })
            {
                if (Rows[next.Item1][next.Item2] != '#' && distance.TryAdd(next, distance[cell] + 1))
                {
                    queue.Enqueue(next);
                }
            }
        }

        return [.. distance.OrderBy(entry => entry.Key).Select(entry => entry.Value)];
    }
}
