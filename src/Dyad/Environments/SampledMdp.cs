using Dyad.Core;
using Dyad.Numerics;
using Dyad.Tabular;

namespace Dyad.Environments;

/// <summary>
/// A finite MDP as something to sample from: it holds a state, and its reward is the expected one, r(s, a).
/// </summary>
internal sealed class SampledMdp
{
    private readonly RandomStream _stream;
    private int _state;

    /// <summary>An environment in no state yet: reset it first.</summary>
    public SampledMdp(Mdp mdp, RandomStream stream)
    {
        Mdp = mdp;
        _stream = stream;
    }

    /// <summary>The process.</summary>
    public Mdp Mdp { get; }

    /// <summary>The present state.</summary>
    public int State => _state;

    /// <summary>Whether the present state is a termination: an episode that gets there is over.</summary>
    public bool Terminated => Mdp.IsTerminal(_state);

    /// <summary>Draws a start state from mu0.</summary>
    public int Reset() => _state = _stream.Categorical(Mdp.Initial);

    /// <summary>Takes an action: returns the reward and moves to the next state.</summary>
    public double Step(int action)
    {
        int pair = (_state * Mdp.Actions) + action;
        ReadOnlySpan<int> next = Mdp.NextStates(pair);
        _state = next.Length switch
        {
            0 => _state,
            1 => next[0],
            _ => next[_stream.Categorical(Mdp.NextProbabilities(pair))],
        };
        return Mdp.Reward[pair];
    }

    /// <summary>Saves or loads state and random stream.</summary>
    public void Serialize(StateArchive archive)
    {
        archive.Value("state", ref _state);
        _stream.Serialize(archive);
    }
}
