using Dyad.Tabular;

namespace Dyad.Environments.Gridworlds;

/// <summary>
/// The FourRoom task of Wen et al. (2021), figure 4a: four rooms joined by four hallways, 104 cells (the grid of Sutton,
/// Precup and Singh 1999, figure 2).
/// <para>
/// Starts uniform over the unoccupied cells and a reward of 1 at the goal are the paper's, which leaves open which cell is the
/// goal and what happens there. Here the goal is the east hallway (goal G1 of the 1999 paper), entering it pays 1, and the next
/// step leads to a start state (<see cref="GoalRule.Restart"/>). The goal is a start cell too, so that every state is visited
/// under every softmax policy, as assumption 1 of the paper needs; and an episode of fixed length stays informative to its end,
/// which an absorbing goal would not allow. The other two rules are tasks of their own.
/// </para>
/// </summary>
public static class FourRoom
{
    /// <summary>gamma of the paper's table 2.</summary>
    public const double Discount = 0.9;

    /// <summary>Steps of an episode in the paper's table 2.</summary>
    public const int EpisodeLength = 300;

    /// <summary>The grid.</summary>
    public static GridMap Map { get; } = new("""
        #############
        #.....#.....#
        #.....#.....#
        #...........#
        #.....#.....#
        #.....#.....#
        ##.####.....#
        #.....###G###
        #.....#.....#
        #.....#.....#
        #...........#
        #.....#.....#
        #############
        """);

    /// <summary>The environments by name: the task under each rule for its goal, the usual one first.</summary>
    public static IReadOnlyList<(string Name, string Description, GoalRule Goal)> Tasks { get; } =
    [
        ("FourRoom", "Four rooms, 104 cells, a goal in the east hallway; the step after the goal restarts", GoalRule.Restart),
        ("FourRoom-absorb", "The same; the goal pays once and absorbs", GoalRule.Absorb),
        ("FourRoom-stay", "The same; the goal is a cell like others, and every step that ends in it pays", GoalRule.Stay),
    ];

    /// <summary>The task as an MDP.</summary>
    public static Mdp Create(double discount = Discount, GoalRule goal = GoalRule.Restart) => Map.ToMdp(discount, goal);
}
