namespace Dyad.Environments.ToyText;

/// <summary>
/// A taxi takes a passenger from one of four places to another; Dietterich (2000). Reward: -1 a step, 20 for the delivery, -10 for picking
/// up or putting down where that is wrong. Terminated: on the delivery.
/// </summary>
/// <remarks>
/// Gymnasium, <c>taxi.py</c>; v3 and v4 are the same without rain and whims. State ((row * 5 + column) * 5 + passenger) * 4 +
/// destination, a passenger 4 being in the taxi; actions south, north, east, west, pick up, put down.
/// </remarks>
internal static class Taxi
{
    private const int Side = 5;
    private const int Aboard = 4;
    private const int Destinations = 4;

    // Red, green, yellow, blue.
    private static readonly (int Row, int Column)[] Places = [(0, 0), (0, 4), (4, 0), (4, 3)];

    // A wall on the east side of a cell.
    private static readonly (int Row, int Column)[] Walls = [(0, 1), (1, 1), (3, 0), (4, 0), (3, 2), (4, 2)];

    /// <summary>The task.</summary>
    public static ToyTable Create()
    {
        var outcomes = new List<IReadOnlyList<ToyOutcome>>();
        var initial = new List<double>();
        for (int state = 0; state < Side * Side * (Aboard + 1) * Destinations; state++)
        {
            int destination = state % Destinations, passenger = state / Destinations % (Aboard + 1), cell = state / Destinations / (Aboard + 1);
            (int row, int column) = (cell / Side, cell % Side);
            initial.Add(passenger != Aboard && passenger != destination ? 1.0 / (Side * Side * Aboard * (Destinations - 1)) : 0);
            bool canEast = column < Side - 1 && !Walls.Contains((row, column)), canWest = column > 0 && !Walls.Contains((row, column - 1));
            outcomes.Add([Moved(Math.Min(row + 1, Side - 1), column)]);
            outcomes.Add([Moved(Math.Max(row - 1, 0), column)]);
            outcomes.Add([Moved(row, canEast ? column + 1 : column)]);
            outcomes.Add([Moved(row, canWest ? column - 1 : column)]);
            outcomes.Add([passenger < Aboard && Places[passenger] == (row, column) ? At(row, column, Aboard, -1) : At(row, column, passenger, -10)]);
            outcomes.Add([PutDown()]);

            ToyOutcome At(int toRow, int toColumn, int who, double reward, bool terminated = false) =>
                new(1, (((((toRow * Side) + toColumn) * (Aboard + 1)) + who) * Destinations) + destination, reward, terminated);

            ToyOutcome Moved(int toRow, int toColumn) => At(toRow, toColumn, passenger, -1);

            ToyOutcome PutDown()
            {
                int place = Array.IndexOf(Places, (row, column));
                return passenger != Aboard || place < 0 ? At(row, column, passenger, -10)
                    : place == destination ? At(row, column, place, 20, terminated: true)
                    : At(row, column, place, -1);
            }
        }

        return new ToyTable(outcomes, initial);
    }
}
