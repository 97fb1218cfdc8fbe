using Dyad.Environments.Gridworlds;

namespace Dyad.Environments.ToyText;

/// <summary>
/// Cross a frozen lake from the start to the goal without falling into a hole. On slippery ice a move goes where it was meant to with
/// one third, and to either side of that with one third each. Reward: 1 at the goal. Terminated: in a hole and at the goal.
/// </summary>
/// <remarks>Gymnasium, <c>frozen_lake.py</c>. States row by row; actions left, down, right, up.</remarks>
internal static class FrozenLake
{
    private static readonly (int Row, int Column)[] Moves = [(0, -1), (1, 0), (0, 1), (-1, 0)];

    /// <summary>The map of FrozenLake-v1: S start, F ice, H hole, G goal.</summary>
    public static IReadOnlyList<string> Small { get; } = ["SFFF", "FHFH", "FFFH", "HFFG"];

    /// <summary>The map of FrozenLake8x8-v1.</summary>
    public static IReadOnlyList<string> Large { get; } =
        ["SFFFFFFF", "FFFFFFFF", "FFFHFFFF", "FFFFFHFF", "FFFHFFFF", "FHHFFFHF", "FHFFHFHF", "FFFHFFFG"];

    /// <summary>The task of a map.</summary>
    /// <param name="map">Rows of one length.</param>
    /// <param name="isSlippery">Whether the ice is.</param>
    public static ToyTable Create(IReadOnlyList<string> map, bool isSlippery = true)
    {
        ArgumentNullException.ThrowIfNull(map);
        int rows = map.Count, columns = map[0].Length;
        var outcomes = new List<IReadOnlyList<ToyOutcome>>();
        for (int state = 0; state < rows * columns; state++)
        {
            for (int action = 0; action < Moves.Length; action++)
            {
                int[] moves = isSlippery ? [(action + 3) % 4, action, (action + 1) % 4] : [action];
                outcomes.Add(map[state / columns][state % columns] is 'H' or 'G'
                    ? [new(1, state, 0, Terminated: true)]
                    : [.. moves.Select(move => Outcome(state, move, 1.0 / moves.Length))]);
            }
        }

        double starts = map.Sum(row => row.Count(cell => cell == 'S'));
        return new ToyTable(outcomes, [.. map.SelectMany(row => row).Select(cell => cell == 'S' ? 1 / starts : 0)]);

        ToyOutcome Outcome(int state, int move, double probability)
        {
            int row = Math.Clamp((state / columns) + Moves[move].Row, 0, rows - 1), column = Math.Clamp((state % columns) + Moves[move].Column, 0, columns - 1);
            char cell = map[row][column];
            return new ToyOutcome(probability, (row * columns) + column, cell == 'G' ? 1 : 0, cell is 'H' or 'G');
        }
    }

    /// <summary>What a replay draws: the map, ice as blanks.</summary>
    public static string Scene(IReadOnlyList<string> map) => new GridMap(string.Join('\n', map).Replace('F', '.')).ToScene();
}
