using Dyad.Tabular;

namespace Dyad.Environments.Gridworlds;

/// <summary>
/// The FourRoom task of Wen et al. (2021), figure 4a: four rooms joined by four hallways, 104 cells (the grid of Sutton,
/// Precup and Singh 1999, figure 2).
/// <para>
/// The paper leaves open which cell is the goal and what happens there. Here the goal is the east hallway (goal G1 of the
/// 1999 paper), entering it pays 1, and the next step leads to a start state (<see cref="GoalRule.Restart"/>). The start is
/// uniform over all 104 cells, the goal included, so that every state is visited under every softmax policy, as assumption 1
/// of the paper needs; and an episode of fixed length stays informative to its end, which an absorbing goal would not allow.
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

    /// <summary>The task as an MDP.</summary>
    public static Mdp Create(double discount = Discount, GoalRule goal = GoalRule.Restart) => Map.ToMdp(discount, goal);
}
