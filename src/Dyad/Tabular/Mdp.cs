using System.Runtime.InteropServices;
using Dyad.Core;
using Dyad.Numerics;

namespace Dyad.Tabular;

/// <summary>
/// A finite Markov decision process M = {S, A, r, P, mu0, gamma} in matrix form (Wen et al. 2021, section 2). State-action
/// vectors have |S||A| entries, state by state: entry <c>s * Actions + a</c>. The |S||A| x |S| matrix P keeps its non-zero
/// entries only, row by row, and once where rows are the same object.
/// </summary>
public sealed class Mdp
{
    private const double SumTolerance = 1e-8;

    private readonly double[] _reward;
    private readonly double[] _initial;
    private readonly int[] _rowStart;
    private readonly int[] _rowEnd;
    private readonly int[] _nextState;
    private readonly double[] _probability;
    private readonly bool[] _isTerminal;

    /// <summary>An MDP from its parts; all are copied and checked.</summary>
    /// <param name="rewards">r, |S||A| entries.</param>
    /// <param name="transitions">The row of P of each state-action pair: next states with their probabilities.</param>
    /// <param name="initial">mu0, |S| entries.</param>
    /// <param name="discount">gamma, in [0, 1]; 1 only where every state can reach a termination.</param>
    /// <exception cref="UserError">A part has the wrong shape, is not finite, or a distribution does not sum to 1.</exception>
    public Mdp(
        IReadOnlyList<double> rewards,
        IReadOnlyList<IReadOnlyList<(int NextState, double Probability)>> transitions,
        IReadOnlyList<double> initial,
        double discount)
    {
        States = initial.Count;
        if (States == 0)
        {
            throw new UserError("an MDP needs at least one state; the initial distribution is empty");
        }

        if (transitions.Count == 0 || transitions.Count % States != 0)
        {
            throw new UserError($"{transitions.Count} transition rows do not divide evenly over {States} states");
        }

        Actions = transitions.Count / States;
        if (rewards.Count != transitions.Count)
        {
            throw new UserError($"{rewards.Count} rewards given for {transitions.Count} state-action pairs");
        }

        if (!(discount >= 0 && discount <= 1))
        {
            throw new UserError(FormattableString.Invariant($"gamma is {discount}; it must be at least 0 and at most 1"));
        }

        Discount = discount;
        _reward = [.. rewards];
        int bad = Array.FindIndex(_reward, r => !double.IsFinite(r));
        if (bad >= 0)
        {
            throw new UserError($"the reward of state {bad / Actions}, action {bad % Actions} is {_reward[bad]}; it must be finite");
        }

        _initial = [.. initial];
        CheckDistribution(_initial, () => "the initial distribution");

        // An outcome that many pairs share, a start after each goal for instance, is stored once.
        var first = new Dictionary<object, int>(ReferenceEqualityComparer.Instance);
        _rowStart = new int[transitions.Count];
        _rowEnd = new int[transitions.Count];
        int stored = 0;
        for (int row = 0; row < transitions.Count; row++)
        {
            if (first.TryAdd(transitions[row], row))
            {
                _rowStart[row] = stored;
                stored = checked(stored + transitions[row].Count(entry => entry.Probability != 0));
                _rowEnd[row] = stored;
            }
        }

        _nextState = new int[stored];
        _probability = new double[stored];
        for (int row = 0; row < transitions.Count; row++)
        {
            int same = first[transitions[row]];
            if (same == row)
            {
                FillRow(row, transitions[row]);
            }
            else
            {
                (_rowStart[row], _rowEnd[row]) = (_rowStart[same], _rowEnd[same]);
            }
        }

        _isTerminal = [.. Enumerable.Range(0, States).Select(EndsHere)];
        TerminalStates = [.. Enumerable.Range(0, States).Where(s => _isTerminal[s])];
        if (discount == 1)
        {
            EndWithoutFuture();
        }
    }

    private Mdp(Mdp other, double discount)
    {
        (States, Actions, Discount, TerminalStates) = (other.States, other.Actions, discount, other.TerminalStates);
        (_initial, _isTerminal, _reward, _nextState, _probability) = (other._initial, other._isTerminal, other._reward, other._nextState, other._probability);
        (_rowStart, _rowEnd) = ([.. other._rowStart], [.. other._rowEnd]);
        if (discount == 1)
        {
            EndWithoutFuture();
        }
    }

    private Mdp(Mdp other, double[] reward)
    {
        (States, Actions, Discount, TerminalStates) = (other.States, other.Actions, other.Discount, other.TerminalStates);
        (_initial, _isTerminal, _rowStart, _rowEnd) = (other._initial, other._isTerminal, other._rowStart, other._rowEnd);
        (_nextState, _probability, _reward) = (other._nextState, other._probability, reward);
    }

    /// <summary>|S|.</summary>
    public int States { get; }

    /// <summary>|A|.</summary>
    public int Actions { get; }

    /// <summary>|S||A|.</summary>
    public int Pairs => _reward.Length;

    /// <summary>gamma.</summary>
    public double Discount { get; }

    /// <summary>
    /// The factor 1 - gamma that makes the occupancy (3) a distribution and J (6) a mean reward. At gamma = 1 it is left out, that is
    /// 1: the occupancy then counts visits, and J is the expected sum of rewards.
    /// </summary>
    public double Normalizer => Discount < 1 ? 1 - Discount : 1;

    /// <summary>r, |S||A| entries.</summary>
    public ReadOnlySpan<double> Reward => _reward;

    /// <summary>mu0, |S| entries.</summary>
    public ReadOnlySpan<double> Initial => _initial;

    /// <summary>
    /// The terminations: states that no action leaves and that pay nothing. A termination has no future, so no value; and no
    /// entropy, since no action is taken there.
    /// </summary>
    public IReadOnlyList<int> TerminalStates { get; }

    /// <summary>Whether a state is one of <see cref="TerminalStates"/>.</summary>
    public bool IsTerminal(int state) => _isTerminal[state];

    /// <summary>States that follow a state-action pair with positive probability; at gamma = 1, none follows a termination.</summary>
    public ReadOnlySpan<int> NextStates(int pair) => _nextState.AsSpan(_rowStart[pair].._rowEnd[pair]);

    /// <summary>Probabilities of <see cref="NextStates"/>, in the same order.</summary>
    public ReadOnlySpan<double> NextProbabilities(int pair) =>
        _probability.AsSpan(_rowStart[pair].._rowEnd[pair]);

    /// <summary>
    /// An MDP from dense arrays: <c>transition[s, a, s']</c>, <c>reward[s, a]</c>, <c>initial[s]</c>.
    /// </summary>
    /// <exception cref="UserError">The shapes disagree, or the content is not an MDP.</exception>
    public static Mdp FromDense(double[,,] transition, double[,] reward, double[] initial, double discount)
    {
        (int states, int actions) = (transition.GetLength(0), transition.GetLength(1));
        if (transition.GetLength(2) != states || initial.Length != states
            || reward.GetLength(0) != states || reward.GetLength(1) != actions)
        {
            throw new UserError(
                $"the transition array is {states} x {actions} x {transition.GetLength(2)}, the reward array "
                + $"{reward.GetLength(0)} x {reward.GetLength(1)} and the initial distribution has {initial.Length} entries; "
                + "they must be S x A x S, S x A and S");
        }

        var rows = new List<(int, double)>[states * actions];
        double[] rewards = new double[states * actions];
        for (int pair = 0; pair < rows.Length; pair++)
        {
            (int s, int a) = (pair / actions, pair % actions);
            rewards[pair] = reward[s, a];
            rows[pair] = [];
            for (int next = 0; next < states; next++)
            {
                if (transition[s, a, next] != 0)
                {
                    rows[pair].Add((next, transition[s, a, next]));
                }
            }
        }

        return new Mdp(rewards, rows, initial, discount);
    }

    /// <summary>The expectation over next states, P v: |S| entries to |S||A|.</summary>
    public void ExpectNext(ReadOnlySpan<double> stateValues, Span<double> result)
    {
        for (int pair = 0; pair < Pairs; pair++)
        {
            double sum = 0;
            for (int k = _rowStart[pair]; k < _rowEnd[pair]; k++)
            {
                sum += _probability[k] * stateValues[_nextState[k]];
            }

            result[pair] = sum;
        }
    }

    /// <summary>The flow of a state-action vector to next states, P' y: |S||A| entries to |S|.</summary>
    public void FlowToNext(ReadOnlySpan<double> pairWeights, Span<double> result)
    {
        result.Clear();
        for (int pair = 0; pair < Pairs; pair++)
        {
            double weight = pairWeights[pair];
            for (int k = _rowStart[pair]; k < _rowEnd[pair]; k++)
            {
                result[_nextState[k]] += _probability[k] * weight;
            }
        }
    }

    /// <summary>Refuses what cannot be a probability; that they are at most 1 follows from their sum.</summary>
    internal static void CheckProbability(double probability, Func<string> name)
    {
        if (!(probability >= 0) || !double.IsFinite(probability))
        {
            throw new UserError(FormattableString.Invariant(
                $"{name()} holds the probability {probability}; it must be between 0 and 1"));
        }
    }

    /// <summary>A number that differs, in all likelihood, for any other MDP: FNV-1a over all parts.</summary>
    public ulong Fingerprint()
    {
        ulong hash = Fnv1a.Empty;
        void Add<T>(ReadOnlySpan<T> values)
            where T : struct => hash = Fnv1a.Append(hash, MemoryMarshal.AsBytes(values));

        Add<double>([Discount]);
        Add<double>(_reward);
        Add<double>(_initial);
        int end = 0;
        Add<int>([end]);
        for (int pair = 0; pair < Pairs; pair++)
        {
            end += NextStates(pair).Length;
            Add<int>([end]);
        }

        for (int pair = 0; pair < Pairs; pair++)
        {
            Add(NextStates(pair));
        }

        for (int pair = 0; pair < Pairs; pair++)
        {
            Add(NextProbabilities(pair));
        }

        return hash;
    }

    /// <summary>The same process with other rewards, |S||A| entries, which leave its terminations as they are.</summary>
    internal Mdp WithRewards(double[] rewards) => new(this, rewards);

    /// <summary>The same process with another gamma, in [0, 1].</summary>
    /// <exception cref="UserError">gamma is 1, and a state has no way to a termination.</exception>
    internal Mdp WithDiscount(double discount) => discount == Discount ? this : new(this, discount);

    // With gamma = 1 a termination that leads to itself would be visited without end.
    private void EndWithoutFuture()
    {
        if (Termination.Endless(this) is int state)
        {
            throw new UserError(TerminalStates.Count == 0
                ? "gamma is 1; it must be less than 1 where nothing terminates, that is where each state is left by an action or pays"
                : $"gamma is 1; it must be less than 1 where a state has no way to a termination, and state {state} has none");
        }

        foreach (int s in TerminalStates)
        {
            Array.Clear(_rowEnd, s * Actions, Actions);
            Array.Clear(_rowStart, s * Actions, Actions);
        }
    }

    private bool EndsHere(int state)
    {
        for (int pair = state * Actions; pair < (state + 1) * Actions; pair++)
        {
            if (_reward[pair] != 0 || NextStates(pair).IndexOfAnyExcept(state) >= 0)
            {
                return false;
            }
        }

        return true;
    }

    private void FillRow(int row, IReadOnlyList<(int NextState, double Probability)> entries)
    {
        string Name() => $"the transition row of state {row / Actions}, action {row % Actions}";
        int next = _rowStart[row];
        foreach ((int state, double probability) in entries)
        {
            if (state < 0 || state >= States)
            {
                throw new UserError($"{Name()} leads to state {state}; states are 0 to {States - 1}");
            }

            if (probability != 0)
            {
                _nextState[next] = state;
                _probability[next++] = probability;
            }
        }

        CheckDistribution(_probability.AsSpan(_rowStart[row].._rowEnd[row]), Name);
    }

    private static void CheckDistribution(ReadOnlySpan<double> probabilities, Func<string> name)
    {
        double sum = 0;
        foreach (double p in probabilities)
        {
            CheckProbability(p, name);
            sum += p;
        }

        if (Math.Abs(sum - 1) > SumTolerance)
        {
            throw new UserError(FormattableString.Invariant($"{name()} sums to {sum:G10}; it must sum to 1"));
        }
    }
}
