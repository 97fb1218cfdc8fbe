using Dyad.Core;
using Dyad.Environments.Gridworlds;
using Dyad.Tabular;

namespace Dyad.Tests.Unit.Environments;

[Trait("Category", "unit")]
public sealed class GridMapTests
{
    private const int Up = 0;
    private const int Right = 1;
    private const int Down = 2;
    private const int Left = 3;

    [Fact]
    public void Cells_that_are_not_walls_are_states_row_by_row()
    {
        var map = new GridMap("#####\n#S G#\n#.#.#\n#####");
        Assert.Equal([(1, 1), (1, 2), (1, 3), (2, 1), (2, 3)], map.Cells);
        Assert.Equal(4, map.StateAt(2, 3));
        Assert.Equal([false, false, true, false, false], Enumerable.Range(0, 5).Select(map.IsGoal));
        Assert.Throws<UserError>(() => map.StateAt(2, 2));
        Assert.Throws<UserError>(() => map.StateAt(9, 9));
    }

    [Fact]
    public void Moves_lead_to_neighbours_and_walls_and_edges_stop_them()
    {
        Mdp mdp = new GridMap("..\n#.").ToMdp(0.9, GoalRule.Stay);
        Assert.Equal([0, 1, 0, 0], Next(mdp, 0));
        Assert.Equal([1, 1, 2, 0], Next(mdp, 1));
        Assert.Equal([1, 2, 2, 2], Next(mdp, 2));
    }

    [Fact]
    public void Ragged_rows_end_where_they_end()
    {
        var map = new GridMap("...\r\n.\r\n..  \n\n");
        Assert.Equal([(0, 0), (0, 1), (0, 2), (1, 0), (2, 0), (2, 1)], map.Cells);
        Mdp mdp = map.ToMdp(0.9, GoalRule.Stay);
        Assert.Equal(1, Next(mdp, 1)[Down]);
        Assert.Equal(5, Next(mdp, 5)[Up]);
    }

    [Fact]
    public void Starts_are_uniform_over_the_marked_cells_or_over_all()
    {
        Assert.Equal([0.5, 0, 0.5], new GridMap("S.S").ToMdp(0.9, GoalRule.Stay).Initial.ToArray());
        Assert.Equal([0.25, 0.25, 0.25, 0.25], new GridMap("..\n.G").ToMdp(0.9, GoalRule.Stay).Initial.ToArray());
    }

    [Theory]
    [InlineData(GoalRule.Restart)]
    [InlineData(GoalRule.Absorb)]
    [InlineData(GoalRule.Stay)]
    public void Entering_the_goal_pays_one_and_nothing_else_does_before_it(GoalRule rule)
    {
        Mdp mdp = new GridMap("S.G").ToMdp(0.9, rule);
        Assert.Equal([0, 0, 0, 0, 0, 1, 0, 0], mdp.Reward[..8].ToArray());
    }

    [Fact]
    public void From_a_goal_that_restarts_every_move_leads_to_a_start()
    {
        Mdp mdp = new GridMap("S.GS").ToMdp(0.9, GoalRule.Restart);
        foreach (int action in new[] { Up, Right, Down, Left })
        {
            int pair = (2 * 4) + action;
            Assert.Equal([0, 3], mdp.NextStates(pair).ToArray());
            Assert.Equal([0.5, 0.5], mdp.NextProbabilities(pair).ToArray());
            Assert.Equal(0, mdp.Reward[pair]);
        }
    }

    [Fact]
    public void A_goal_that_absorbs_is_left_no_more_and_pays_no_more()
    {
        Mdp mdp = new GridMap("S.G.").ToMdp(0.9, GoalRule.Absorb);
        Assert.Equal([2, 2, 2, 2], Next(mdp, 2));
        Assert.Equal([0, 0, 0, 0], mdp.Reward.Slice(8, 4).ToArray());
    }

    [Fact]
    public void A_goal_to_stay_at_is_a_cell_like_others_and_pays_each_step_that_ends_in_it()
    {
        Mdp mdp = new GridMap("S.G.").ToMdp(0.9, GoalRule.Stay);
        Assert.Equal([2, 3, 2, 1], Next(mdp, 2));
        Assert.Equal([1, 0, 1, 0], mdp.Reward.Slice(8, 4).ToArray());
    }

    [Theory]
    [InlineData("..\n.x", "'x' in row 2, column 2")]
    [InlineData("s", "'s' in row 1, column 1")]
    [InlineData(".\t.", "'\\u0009' in row 1, column 2")]
    [InlineData("", "no free cell")]
    [InlineData("##\n##", "no free cell")]
    public void A_bad_map_is_refused_with_its_place(string text, string culprit) =>
        Assert.Contains(culprit, Assert.Throws<UserError>(() => new GridMap(text)).Message, StringComparison.Ordinal);

    private static int[] Next(Mdp mdp, int state) =>
        [.. Enumerable.Range(0, 4).Select(action => Assert.Single(mdp.NextStates((state * 4) + action).ToArray()))];

    [Fact]
    public void A_hole_is_fallen_into_for_good()
    {
        Mdp mdp = new GridMap(".H\n.G").ToMdp(0.9, GoalRule.Absorb);
        Assert.Equal([1.0 / 3, 0, 1.0 / 3, 1.0 / 3], mdp.Initial.ToArray());
        Assert.Equal([1], mdp.NextStates((0 * 4) + 1).ToArray());
        Assert.True(mdp.IsTerminal(1) && mdp.IsTerminal(3));
        Assert.Equal(0, mdp.Reward[(0 * 4) + 1]);
        Assert.Contains("no cell to start in", Assert.Throws<UserError>(() => new GridMap("HH").ToMdp(0.9, GoalRule.Stay)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void On_a_slippery_map_a_move_may_lead_to_either_side()
    {
        // In the middle of a cross, meaning to go up.
        Mdp mdp = new GridMap("#.#\n.SG\n#.#").ToMdp(0.9, GoalRule.Absorb, slip: 0.3);
        int up = 2 * 4;
        Assert.Equal([0, 3, 1], mdp.NextStates(up).ToArray());
        Assert.Equal([0.7, 0.15, 0.15], mdp.NextProbabilities(up).ToArray());
        Assert.Equal(0.15, mdp.Reward[up], 15);

        // At an end, both sides are walls.
        Assert.Equal([0], mdp.NextStates(0).ToArray());
        Assert.Throws<UserError>(() => new GridMap("..").ToMdp(0.9, GoalRule.Stay, slip: 1.5));
    }
}
