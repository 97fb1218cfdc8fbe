using Dyad.Core;
using Dyad.Environments.Recording;
using Dyad.Numerics;

namespace Dyad.Environments.ToyText;

/// <summary>
/// A toy-text task to act in: outcomes are drawn with their own rewards. An observation is a one-hot vector of the state, or what
/// the task shows of it. Terminated: on an outcome that says so.
/// </summary>
internal sealed class ToyEnvironment : IEnvironment, IRecordable, IShowsStates
{
    private readonly ToyTable _table;
    private readonly string _name;
    private readonly Func<int, IReadOnlyList<int>>? _shown;
    private readonly double[] _initial;
    private RandomStream _stream = new(0);
    private int _state;
    private bool _isOver = true;

    /// <summary>The task of a table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="name">The task's name, for sentences.</param>
    /// <param name="scene">What a replay draws; null where nothing but the state's number.</param>
    /// <param name="size">Numbers of an observation.</param>
    /// <param name="shown">Which of them are 1 in a state; null for the state's own, of as many as there are states.</param>
    public ToyEnvironment(ToyTable table, string name, string? scene = null, int? size = null, Func<int, IReadOnlyList<int>>? shown = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        (_table, _name, _shown, Scene) = (table, name, shown, scene);
        _initial = [.. table.Initial];
        ObservationSpace = Box.Uniform(size ?? table.States, 0, 1);
        ActionSpace = new Discrete(table.Actions);
    }

    /// <summary>The task with the states of <see cref="ToyTable.ToMdp"/> for observations.</summary>
    public static ToyEnvironment OfTable(ToyTable table, string name, string? scene) => new(table, name, scene, table.States + 1);

    /// <inheritdoc/>
    public Space ObservationSpace { get; }

    /// <inheritdoc/>
    public Space ActionSpace { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Columns { get; } = ["state"];

    /// <inheritdoc/>
    public double TimeStep => 1;

    /// <inheritdoc/>
    public string? Scene { get; }

    /// <inheritdoc/>
    public void Reset(Span<double> observation, long? seed = null)
    {
        if (seed is long number)
        {
            _stream = new RandomStream(number);
        }

        _state = _stream.Categorical(_initial);
        _isOver = false;
        Observe(observation);
    }

    /// <inheritdoc/>
    public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        int choice = ActionCheck.Discrete(_name, action, _table.Actions);
        if (_isOver)
        {
            throw new InvalidOperationException("the episode is over: reset the task before the next step");
        }

        ToyOutcome outcome = Draw(_table.Of(_state, choice));
        _state = outcome.Next;
        _isOver = outcome.Terminated;
        Observe(observation);
        return new StepResult(outcome.Reward, outcome.Terminated, Truncated: false);
    }

    /// <inheritdoc/>
    public int States => _table.States;

    /// <inheritdoc/>
    public void Show(int state, Span<double> observation)
    {
        observation[..ObservationSpace.Size].Clear();
        if (_shown is null)
        {
            observation[state] = 1;
            return;
        }

        IReadOnlyList<int> ones = _shown(state);
        for (int i = 0; i < ones.Count; i++)
        {
            observation[ones[i]] = 1;
        }
    }

    /// <inheritdoc/>
    public void CopyRow(Span<double> row) => row[0] = _state;

    /// <inheritdoc/>
    public void Serialize(StateArchive archive)
    {
        archive.Value("state", ref _state);
        archive.Value("is_over", ref _isOver);
        _stream.Serialize(archive);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private ToyOutcome Draw(IReadOnlyList<ToyOutcome> outcomes)
    {
        if (outcomes.Count == 1)
        {
            return outcomes[0];
        }

        double left = _stream.Uniform(0, 1);
        for (int i = 0; i < outcomes.Count - 1; i++)
        {
            left -= outcomes[i].Probability;
            if (left < 0)
            {
                return outcomes[i];
            }
        }

        return outcomes[^1];
    }

    private void Observe(Span<double> observation) => Show(_state, observation);
}
