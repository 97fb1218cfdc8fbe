namespace Dyad.Environments.ToyText;

/// <summary>
/// Walk along a cliff from one end to the other; Sutton and Barto (2018), example 6.6. Reward: -1 a step, -100 for stepping off
/// the cliff, which leads back to the start. Terminated: at the goal.
/// </summary>
/// <remarks>Gymnasium, <c>cliffwalking.py</c>. 4 x 12 states row by row; actions up, right, down, left.</remarks>
internal static class CliffWalking
{
    private const int Rows = 4;
    private const int Columns = 12;
    private const int Start = (Rows - 1) * Columns;
    private const int Goal = (Rows * Columns) - 1;
    private static readonly (int Row, int Column)[] Moves = [(-1, 0), (0, 1), (1, 0), (0, -1)];

    /// <summary>The map, for a drawing: the cliff as holes.</summary>
    public static IReadOnlyList<string> Map { get; } = ["............", "............", "............", "SHHHHHHHHHHG"];

    /// <summary>The task.</summary>
    public static ToyTable Create()
    {
        var outcomes = new List<IReadOnlyList<ToyOutcome>>();
        for (int state = 0; state < Rows * Columns; state++)
        {
            foreach ((int down, int right) in Moves)
            {
                int row = Math.Clamp((state / Columns) + down, 0, Rows - 1), column = Math.Clamp((state % Columns) + right, 0, Columns - 1);
                int next = (row * Columns) + column;
                outcomes.Add([next is > Start and < Goal ? new(1, Start, -100, Terminated: false) : new(1, next, -1, next == Goal)]);
            }
        }

        return new ToyTable(outcomes, [.. Enumerable.Range(0, Rows * Columns).Select(state => state == Start ? 1.0 : 0.0)]);
    }
}
