using System.Numerics.Tensors;
using Dyad.Core;

namespace Dyad.Tabular;

/// <summary>
/// A policy pi as a table of probabilities, |S||A| entries, and the operators that the matrix form of Wen et al. (2021) builds
/// from it: Pi (1), and the actor's Jacobian H_theta (2) for a softmax over logits theta.
/// </summary>
public sealed class TabularPolicy
{
    private readonly double[] _probabilities;

    private TabularPolicy(int states, int actions)
    {
        States = states;
        Actions = actions;
        _probabilities = new double[states * actions];
    }

    /// <summary>|S|.</summary>
    public int States { get; }

    /// <summary>|A|.</summary>
    public int Actions { get; }

    /// <summary>pi(a|s), |S||A| entries.</summary>
    public ReadOnlySpan<double> Probabilities => _probabilities;

    /// <summary>The probabilities of one state's actions.</summary>
    public ReadOnlySpan<double> At(int state) => _probabilities.AsSpan(state * Actions, Actions);

    /// <summary>All actions equally likely.</summary>
    public static TabularPolicy Uniform(Mdp mdp)
    {
        var policy = new TabularPolicy(mdp.States, mdp.Actions);
        Array.Fill(policy._probabilities, 1.0 / mdp.Actions);
        return policy;
    }

    /// <summary>The softmax of logits theta, |S||A| entries, divided by a positive temperature.</summary>
    public static TabularPolicy Softmax(Mdp mdp, ReadOnlySpan<double> logits, double temperature = 1)
    {
        var policy = new TabularPolicy(mdp.States, mdp.Actions);
        policy.SetLogits(logits, temperature);
        return policy;
    }

    /// <summary>The policy that takes the action of largest value, of |S||A| entries, in each state, the first of equals.</summary>
    public static TabularPolicy Greedy(Mdp mdp, ReadOnlySpan<double> actionValues)
    {
        var policy = new TabularPolicy(mdp.States, mdp.Actions);
        policy.SetGreedy(actionValues);
        return policy;
    }

    /// <summary>A policy from its probabilities, |S||A| entries.</summary>
    /// <exception cref="UserError">A state's probabilities are negative or do not sum to 1.</exception>
    public static TabularPolicy FromProbabilities(Mdp mdp, ReadOnlySpan<double> probabilities)
    {
        var policy = new TabularPolicy(mdp.States, mdp.Actions);
        probabilities.CopyTo(policy._probabilities);
        for (int s = 0; s < policy.States; s++)
        {
            double sum = TensorPrimitives.Sum(policy.At(s));
            if (!(Math.Abs(sum - 1) <= 1e-8) || TensorPrimitives.Min(policy.At(s)) < 0)
            {
                throw new UserError(FormattableString.Invariant(
                    $"the policy's probabilities of state {s} sum to {sum:G10} or are negative; they must be a distribution"));
            }
        }

        return policy;
    }

    /// <summary>Makes this the softmax of logits, |S||A| entries, divided by a positive temperature.</summary>
    public void SetLogits(ReadOnlySpan<double> logits, double temperature = 1)
    {
        for (int s = 0; s < States; s++)
        {
            SetLogits(s, logits, temperature);
        }
    }

    /// <summary>Makes one state's probabilities the softmax of its logits, taken from the table of all.</summary>
    public void SetLogits(int state, ReadOnlySpan<double> logits, double temperature = 1)
    {
        ReadOnlySpan<double> row = logits.Slice(state * Actions, Actions);
        Span<double> target = _probabilities.AsSpan(state * Actions, Actions);
        double largest = TensorPrimitives.Max(row);
        double sum = 0;
        for (int a = 0; a < Actions; a++)
        {
            target[a] = Math.Exp((row[a] - largest) / temperature);
            sum += target[a];
        }

        for (int a = 0; a < Actions; a++)
        {
            target[a] /= sum;
        }
    }

    /// <summary>Makes this the policy that is greedy in the given action values, |S||A| entries.</summary>
    /// <returns>Whether an action changed.</returns>
    public bool SetGreedy(ReadOnlySpan<double> actionValues)
    {
        bool changed = false;
        for (int s = 0; s < States; s++)
        {
            int best = TensorPrimitives.IndexOfMax(actionValues.Slice(s * Actions, Actions));
            Span<double> target = _probabilities.AsSpan(s * Actions, Actions);
            changed |= target[best] != 1;
            target.Clear();
            target[best] = 1;
        }

        return changed;
    }

    /// <summary>Takes over another policy's probabilities, |S||A| entries.</summary>
    public void CopyFrom(ReadOnlySpan<double> probabilities) => probabilities.CopyTo(_probabilities);

    /// <summary>Pi x: the mean over actions, |S||A| entries to |S|.</summary>
    public void Average(ReadOnlySpan<double> pairValues, Span<double> result)
    {
        for (int s = 0; s < States; s++)
        {
            result[s] = TensorPrimitives.Dot(At(s), pairValues.Slice(s * Actions, Actions));
        }
    }

    /// <summary>Pi' y: state weights spread over actions, |S| entries to |S||A|.</summary>
    public void Spread(ReadOnlySpan<double> stateWeights, Span<double> result)
    {
        for (int s = 0; s < States; s++)
        {
            TensorPrimitives.Multiply(At(s), stateWeights[s], result.Slice(s * Actions, Actions));
        }
    }

    /// <summary>
    /// The gradient sum_s weight(s) sum_a x(s, a) d pi(a|s) / d theta in the logits: H_theta Delta(Xi' weight) x, |S||A|
    /// entries, added to <paramref name="result"/>. For a softmax, H is block-diagonal with the blocks diag(pi) - pi pi'.
    /// </summary>
    public void AddGradient(ReadOnlySpan<double> stateWeights, ReadOnlySpan<double> x, Span<double> result)
    {
        for (int s = 0; s < States; s++)
        {
            ReadOnlySpan<double> pi = At(s);
            ReadOnlySpan<double> row = x.Slice(s * Actions, Actions);
            double mean = TensorPrimitives.Dot(pi, row);
            for (int a = 0; a < Actions; a++)
            {
                result[(s * Actions) + a] += stateWeights[s] * pi[a] * (row[a] - mean);
            }
        }
    }

    /// <summary>
    /// log pi, |S||A| entries. Where pi is 0 the result is 0: every formula multiplies it by pi, and pi log pi tends to 0. At a
    /// termination it is 0 as well: no action is taken there, so there is no entropy.
    /// </summary>
    public double[] LogProbabilities(Mdp mdp)
    {
        double[] result = new double[_probabilities.Length];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = _probabilities[i] > 0 ? Math.Log(_probabilities[i]) : 0;
        }

        foreach (int s in mdp.TerminalStates)
        {
            Array.Clear(result, s * Actions, Actions);
        }

        return result;
    }
}
