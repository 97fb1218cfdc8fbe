using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Networks;
using Dyad.Numerics;
using static Dyad.Autodiff.Operations;

namespace Dyad.Algorithms;

/// <summary>
/// The critic of an on-policy method, V or Q. The Q-critic's value of a state is the mean over its actions, exact where they are
/// finitely many, otherwise of one action drawn anew.
/// </summary>
internal sealed class OnPolicyCritic
{
    private readonly bool _isQ;
    private readonly Mlp<float> _network;
    private readonly OnPolicyActor _actor;
    private RandomStream _random;

    // Noise of the actions that a Q critic of real vectors averages over; null where there are none.
    private readonly Input<float>? _noise;

    /// <summary>An untrained critic.</summary>
    /// <param name="task">Sizes of observations and actions.</param>
    /// <param name="options">V or Q, and sizes of the network.</param>
    /// <param name="actor">Whose actions are averaged over.</param>
    /// <param name="rows">Rows of states whose value is asked for.</param>
    /// <param name="stream">The method's random numbers.</param>
    /// <param name="name">Name of its parameters.</param>
    /// <param name="startsAtZero">Whether the last layer is zero, as of a res-critic.</param>
    public OnPolicyCritic(
        AgentTask task, ActorCriticOptions options, OnPolicyActor actor, Extent rows, RandomStream stream, string name = "critic", bool startsAtZero = false)
    {
        Parameters = new(name);
        _actor = actor;
        _random = stream.Split("values");
        _isQ = options.Critic == CriticKind.Q;
        if (_isQ && task.Actions is MultiDiscrete)
        {
            throw new UserError("the option 'critic' is 'q', which values each action, and those of this task are several choices at once: give critic=v");
        }

        bool discrete = task.Actions is Discrete;
        int inputs = task.ObservationSize + (_isQ && !discrete ? task.ActionSize : 0), outputs = _isQ && discrete ? task.ActionCount : 1;
        _network = new Mlp<float>(Parameters, _isQ ? "q" : "v", options.Sizes(inputs, outputs), options.Activation);
        InitialWeights weights = options.CriticWeights;
        _network.Initialize(stream.Split("critic"), weights.Kind, weights.HiddenGain, weights.LastGain);
        if (startsAtZero)
        {
            _network.ClearLast();
        }

        _noise = _isQ && !discrete ? new Input<float>("action noise", rows, task.ActionSize) : null;
        Draw = _noise is null ? null : () => DrawFrom(_random);
    }

    /// <summary>w.</summary>
    public Parameters<float> Parameters { get; }

    /// <summary>Draws the actions that values of states are of; null where none are needed.</summary>
    public Action? Draw { get; }

    /// <summary>The same by a stream of the caller's, which changes nothing here.</summary>
    public void DrawFrom(RandomStream random) => random.Normal(_noise!.Values);

    /// <summary>Draws by another stream from now on.</summary>
    public void DrawBy(RandomStream random) => _random = random;

    /// <summary>V(s_t) or Q(s_t, a_t), rows x 1.</summary>
    public Expression<float> Taken(RolloutInputs<float> batch) => !_isQ
        ? _network.Apply(batch.Observation)
        : _noise is null
            ? GatherColumns(_network.Apply(batch.Observation), batch.Choice)
            : new ActionValue<float>(_network).Value(batch.Observation, batch.Action);

    /// <summary>V(s), rows x 1.</summary>
    public Expression<float> Value(Expression<float> observation) => Value(observation, _noise);

    /// <summary>The same with noise of the caller's for the action that a Q critic of real vectors is asked about.</summary>
    public Expression<float> Value(Expression<float> observation, Input<float>? noise) => !_isQ
        ? _network.Apply(observation)
        : _noise is null
            ? SumColumns(_actor.Probabilities(observation) * _network.Apply(observation))
            : new ActionValue<float>(_network).Value(observation, _actor.Sample(observation, noise!));

    /// <summary>Saves or loads parameters and random numbers.</summary>
    public void Serialize(StateArchive archive, string name = "critic")
    {
        archive.Array(name, Parameters.Values);
        _random.Serialize(archive);
    }
}
