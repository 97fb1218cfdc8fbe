using System.Text.Json.Nodes;
using Dyad.Core;
using Dyad.Tabular;

namespace Dyad.Environments.Gridworlds;

/// <summary>What happens at a goal cell.</summary>
public enum GoalRule
{
    /// <summary>Entering the goal pays 1; from the goal every action leads to a start state and pays 0.</summary>
    Restart,

    /// <summary>Entering the goal pays 1; the goal is left no more and pays 0 from then on.</summary>
    Absorb,

    /// <summary>The goal is a cell like others: every step that ends in it pays 1, bumping into a wall there included.</summary>
    Stay,
}

/// <summary>
/// A grid of cells as an MDP. Text map: <c>#</c> wall, <c>S</c> start, <c>G</c> goal, <c>H</c> hole, <c>.</c> or a blank free. States are
/// the cells that are not walls, row by row; the four actions are up, right, down, left; moving into a wall or off the map leaves
/// the agent where it is; whoever falls into a hole stays there for nothing. Without an S, every cell that is neither wall nor hole is a start.
/// </summary>
public sealed class GridMap
{
    private static readonly (int Row, int Column)[] Moves = [(-1, 0), (0, 1), (1, 0), (0, -1)];

    private readonly string[] _rows;
    private readonly Dictionary<(int Row, int Column), int> _states = [];
    private readonly List<(int Row, int Column)> _cells = [];

    /// <summary>A grid from its text.</summary>
    /// <exception cref="UserError">An unknown character, or no free cell.</exception>
    public GridMap(string text)
    {
        _rows = [.. text.Split('\n').Select(row => row.TrimEnd('\r', ' ')).SkipWhile(row => row.Length == 0)];
        for (int row = 0; row < _rows.Length; row++)
        {
            for (int column = 0; column < _rows[row].Length; column++)
            {
                AddCell(row, column);
            }
        }

        if (_cells.Count == 0)
        {
            throw new UserError("the map has no free cell: '.' or a blank is free, '#' a wall, 'S' a start, 'G' a goal, 'H' a hole");
        }
    }

    /// <summary>Row and column of each state's cell.</summary>
    public IReadOnlyList<(int Row, int Column)> Cells => _cells;

    /// <summary>The rule for goals that a user names.</summary>
    /// <param name="text"><c>restart</c>, <c>absorb</c> or <c>stay</c>.</param>
    /// <param name="what">What names it, for the sentence.</param>
    /// <exception cref="UserError">There is no such rule.</exception>
    public static GoalRule RuleOf(string text, string what) => text switch
    {
        "restart" => GoalRule.Restart,
        "absorb" => GoalRule.Absorb,
        "stay" => GoalRule.Stay,
        _ => throw new UserError($"{what} is '{text}'; it must be restart, absorb or stay"),
    };

    /// <summary>The state of a cell.</summary>
    /// <exception cref="UserError">The cell is a wall or off the map.</exception>
    public int StateAt(int row, int column) => _states.TryGetValue((row, column), out int state)
        ? state
        : throw new UserError($"the cell in row {row}, column {column} is a wall or off the map");

    /// <summary>The MDP of the grid.</summary>
    /// <param name="discount">gamma, in [0, 1]; 1 only with a goal that absorbs and that every cell can reach.</param>
    /// <param name="goal">What happens at a goal.</param>
    /// <param name="slip">Probability in [0, 1] of moving to one of the two sides instead of where the action says, half of it to each.</param>
    /// <exception cref="UserError">The slip is no probability, or gamma is 1 where a policy may go on without end.</exception>
    public Mdp ToMdp(double discount, GoalRule goal, double slip = 0)
    {
        if (!(slip >= 0 && slip <= 1))
        {
            throw new UserError(FormattableString.Invariant($"slip is {slip}; it must be at least 0 and at most 1"));
        }

        double[] initial = StartDistribution();
        var restart = new List<(int, double)>();
        for (int s = 0; s < initial.Length; s++)
        {
            if (initial[s] > 0)
            {
                restart.Add((s, initial[s]));
            }
        }

        var rewards = new List<double>();
        var rows = new List<IReadOnlyList<(int, double)>>();
        for (int s = 0; s < _cells.Count; s++)
        {
            for (int action = 0; action < Moves.Length; action++)
            {
                (IReadOnlyList<(int, double)> outcome, double reward) = (At(_cells[s]), goal) switch
                {
                    ('H', _) or ('G', GoalRule.Absorb) => ([(s, 1.0)], 0.0),
                    ('G', GoalRule.Restart) => (restart, 0.0),
                    _ => Move(s, action, slip),
                };
                rows.Add(outcome);
                rewards.Add(reward);
            }
        }

        return new Mdp(rewards, rows, initial, discount);
    }

    private (IReadOnlyList<(int, double)> Outcome, double Reward) Move(int state, int action, double slip)
    {
        (int Turn, double Probability)[] turns = slip > 0 ? [(0, 1 - slip), (1, slip / 2), (3, slip / 2)] : [(0, 1)];
        (int, double)[] outcome = [.. turns.Where(turn => turn.Probability > 0)
            .Select(turn => (Next: Next(state, (action + turn.Turn) % Moves.Length), turn.Probability))
            .GroupBy(turn => turn.Next).Select(same => (same.Key, same.Sum(turn => turn.Probability)))];
        return (outcome, outcome.Sum(next => IsGoal(next.Item1) ? next.Item2 : 0));
    }

    private int Next(int state, int action)
    {
        (int row, int column) = _cells[state];
        return _states.GetValueOrDefault((row + Moves[action].Row, column + Moves[action].Column), state);
    }

    /// <summary>What a replay draws, as JSON: the map's rows, and row and column of each state's cell.</summary>
    internal string ToScene() => new JsonObject
    {
        ["draw"] = "grid",
        ["rows"] = new JsonArray([.. _rows.Select(row => JsonValue.Create(row))]),
        ["cells"] = new JsonArray([.. _cells.Select(cell => new JsonArray(cell.Row, cell.Column))]),
    }.ToJsonString();

    /// <summary>Whether a state's cell is a goal.</summary>
    public bool IsGoal(int state) => At(_cells[state]) == 'G';

    private double[] StartDistribution()
    {
        bool isMarked = _cells.Any(cell => At(cell) == 'S');
        double[] starts = [.. _cells.Select(cell => (isMarked ? At(cell) == 'S' : At(cell) != 'H') ? 1.0 : 0)];
        double count = starts.Sum();
        return count > 0 ? [.. starts.Select(start => start / count)] : throw new UserError("the map has no cell to start in: all are holes or walls");
    }

    private char At((int Row, int Column) cell) => _rows[cell.Row][cell.Column];

    private void AddCell(int row, int column)
    {
        char cell = _rows[row][column];
        if (cell is '.' or ' ' or 'S' or 'G' or 'H')
        {
            _states[(row, column)] = _cells.Count;
            _cells.Add((row, column));
        }
        else if (cell != '#')
        {
            string shown = char.IsControl(cell) || char.IsSurrogate(cell) ? $"\\u{(int)cell:x4}" : $"{cell}";
            throw new UserError(
                $"the map has '{shown}' in row {row + 1}, column {column + 1}; '#' is a wall, 'S' a start, 'G' a goal, 'H' a hole, '.' or a blank free");
        }
    }
}
