using Dyad.Core;
using Dyad.Environments.Recording;
using Dyad.Numerics;
using Dyad.Tabular;

namespace Dyad.Environments.Gridworlds;

/// <summary>How a state is shown.</summary>
public enum GridObservation
{
    /// <summary>A vector of zeros with a one at the state.</summary>
    OneHot,

    /// <summary>The state's number.</summary>
    Index,
}

/// <summary>
/// A grid, or any other finite MDP, as a task. Rewards are r(s, a). Terminated: on arrival in one of its terminal states; where
/// the start is such a state, the first step ends the episode.
/// </summary>
public sealed class GridEnvironment : IEnvironment, IRecordable, IShowsStates
{
    private readonly Mdp _mdp;
    private readonly string _name;
    private readonly GridObservation _shown;
    private SampledMdp _sampled;

    /// <summary>The task of a text map.</summary>
    /// <param name="map">The grid.</param>
    /// <param name="goal">What happens at its goal.</param>
    /// <param name="shown">How a state is shown.</param>
    public GridEnvironment(GridMap map, GoalRule goal, GridObservation shown)
        : this(map.ToMdp(FourRoom.Discount, goal), shown, "grid", map)
    {
    }

    /// <summary>The task of an MDP, whose discount plays no role here.</summary>
    /// <param name="mdp">The process.</param>
    /// <param name="shown">How a state is shown.</param>
    /// <param name="name">The task's name in error sentences.</param>
    /// <param name="map">The grid of its states, for a drawing; null where there is none.</param>
    public GridEnvironment(Mdp mdp, GridObservation shown, string name, GridMap? map = null)
    {
        Scene = map?.ToScene();
        _mdp = mdp;
        _name = name;
        _shown = shown;
        _sampled = new SampledMdp(mdp, new RandomStream(0));
        ObservationSpace = shown == GridObservation.OneHot ? Box.Uniform(mdp.States, 0, 1) : new Discrete(mdp.States);
        ActionSpace = new Discrete(mdp.Actions);
    }

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
            _sampled = new SampledMdp(_mdp, new RandomStream(number));
        }

        _sampled.Reset();
        Observe(observation);
    }

    /// <inheritdoc/>
    public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        double reward = _sampled.Step(ActionCheck.Discrete(_name, action, _mdp.Actions));
        Observe(observation);
        return new StepResult(reward, _sampled.Terminated, Truncated: false);
    }

    /// <inheritdoc/>
    int IShowsStates.States => _mdp.States;

    /// <inheritdoc/>
    void IShowsStates.Show(int state, Span<double> observation) => Show(state, observation);

    /// <inheritdoc/>
    public void CopyRow(Span<double> row) => row[0] = _sampled.State;

    /// <inheritdoc/>
    public void Serialize(StateArchive archive) => _sampled.Serialize(archive);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Observe(Span<double> observation) => Show(_sampled.State, observation);

    private void Show(int state, Span<double> observation)
    {
        if (_shown == GridObservation.Index)
        {
            observation[0] = state;
            return;
        }

        observation[.._mdp.States].Clear();
        observation[state] = 1;
    }
}
