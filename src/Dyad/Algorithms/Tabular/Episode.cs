using Dyad.Environments;
using Dyad.Numerics;
using Dyad.Tabular;

namespace Dyad.Algorithms.Tabular;

/// <summary>
/// One episode of fixed length under a policy: the buffer D of Wen et al. (2021), appendix D.1.2. Each transition holds the
/// action that the policy takes next, so that on-policy targets need no further sampling.
/// </summary>
public sealed class Episode
{
    private readonly int[] _states;
    private readonly int[] _actions;
    private readonly double[] _rewards;

    /// <summary>Room for episodes of a length.</summary>
    public Episode(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        Length = length;
        _states = new int[length + 1];
        _actions = new int[length + 1];
        _rewards = new double[length];
    }

    /// <summary>Number of transitions, T.</summary>
    public int Length { get; }

    /// <summary>The start state, a sample of mu0.</summary>
    public int Start => _states[0];

    /// <summary>s_t for t = 0 .. T.</summary>
    public ReadOnlySpan<int> States => _states;

    /// <summary>a_t for t = 0 .. T; the last one is drawn and not taken.</summary>
    public ReadOnlySpan<int> Actions => _actions;

    /// <summary>r_t for t = 0 .. T - 1.</summary>
    public ReadOnlySpan<double> Rewards => _rewards;

    /// <summary>Index of (s_t, a_t) in state-action vectors.</summary>
    public int Pair(int t, int actions) => (_states[t] * actions) + _actions[t];

    /// <summary>Runs the policy from a fresh start state.</summary>
    public void Collect(SampledMdp environment, TabularPolicy policy, RandomStream actionStream)
    {
        _states[0] = environment.Reset();
        for (int t = 0; t < Length; t++)
        {
            _actions[t] = actionStream.Categorical(policy.At(_states[t]));
            _rewards[t] = environment.Step(_actions[t]);
            _states[t + 1] = environment.State;
        }

        _actions[Length] = actionStream.Categorical(policy.At(_states[Length]));
    }
}
