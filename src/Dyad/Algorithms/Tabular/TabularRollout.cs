using Dyad.Environments;
using Dyad.Numerics;
using Dyad.Tabular;

namespace Dyad.Algorithms.Tabular;

/// <summary>
/// Transitions of one policy: the buffer D of Wen et al. (2021), appendix D.1.2. They are one episode, and where that terminates,
/// further ones; where the start is a termination, the first step ends the episode. Each transition holds the action that the
/// policy takes next, so that on-policy targets need no further sampling; at a termination, where none is taken, it is action 0.
/// </summary>
internal sealed class TabularRollout
{
    private readonly int[] _states;
    private readonly int[] _actions;
    private readonly int[] _nextStates;
    private readonly int[] _pairs;
    private readonly int[] _nextPairs;
    private readonly double[] _rewards;
    private readonly List<int> _starts = [];

    /// <summary>Room for as many transitions.</summary>
    public TabularRollout(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        _states = new int[length];
        _actions = new int[length];
        _nextStates = new int[length];
        _pairs = new int[length];
        _nextPairs = new int[length];
        _rewards = new double[length];
    }

    /// <summary>Number of transitions, T.</summary>
    public int Length { get; private set; }

    /// <summary>Start states of the episodes, samples of mu0.</summary>
    public IReadOnlyList<int> Starts => _starts;

    /// <summary>s_t for t = 0 .. T - 1.</summary>
    public ReadOnlySpan<int> States => _states.AsSpan(0, Length);

    /// <summary>a_t for t = 0 .. T - 1.</summary>
    public ReadOnlySpan<int> Actions => _actions.AsSpan(0, Length);

    /// <summary>r_t for t = 0 .. T - 1.</summary>
    public ReadOnlySpan<double> Rewards => _rewards.AsSpan(0, Length);

    /// <summary>The state that follows s_t.</summary>
    public ReadOnlySpan<int> NextStates => _nextStates.AsSpan(0, Length);

    /// <summary>Index of (s_t, a_t) in state-action vectors.</summary>
    public ReadOnlySpan<int> Pairs => _pairs.AsSpan(0, Length);

    /// <summary>Index of the pair that follows (s_t, a_t); the last one is drawn and not taken.</summary>
    public ReadOnlySpan<int> NextPairs => _nextPairs.AsSpan(0, Length);

    /// <summary>Runs the policy from a fresh start state.</summary>
    /// <param name="environment">The process.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="actionStream">Draws its actions.</param>
    /// <param name="oneEpisode">Whether a termination is the end; otherwise another episode follows until the room is full.</param>
    public void Collect(SampledMdp environment, TabularPolicy policy, RandomStream actionStream, bool oneEpisode = false)
    {
        _starts.Clear();
        Length = _states.Length;
        (int s, int a) = Begin(environment, policy, actionStream);
        for (int t = 0; t < Length; t++)
        {
            _states[t] = s;
            _actions[t] = a;
            _pairs[t] = (s * policy.Actions) + a;
            _rewards[t] = environment.Step(a);
            s = environment.State;
            a = environment.Terminated ? 0 : actionStream.Categorical(policy.At(s));
            _nextStates[t] = s;
            _nextPairs[t] = (s * policy.Actions) + a;
            if (!environment.Terminated)
            {
                continue;
            }

            if (oneEpisode)
            {
                Length = t + 1;
            }
            else if (t + 1 < Length)
            {
                (s, a) = Begin(environment, policy, actionStream);
            }
        }
    }

    private (int State, int Action) Begin(SampledMdp environment, TabularPolicy policy, RandomStream actionStream)
    {
        int s = environment.Reset();
        _starts.Add(s);
        return (s, actionStream.Categorical(policy.At(s)));
    }
}
