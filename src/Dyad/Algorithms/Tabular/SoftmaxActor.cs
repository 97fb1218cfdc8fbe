using Dyad.Core;
using Dyad.Numerics;
using Dyad.Tabular;

namespace Dyad.Algorithms.Tabular;

/// <summary>The tabular actor: logits theta, their softmax policy, a gradient to add to, and an optimiser.</summary>
internal sealed class SoftmaxActor
{
    private readonly double[] _logits;
    private readonly double[] _gradient;
    private readonly Adam<double> _optimizer;

    /// <summary>An actor with all logits 0: the uniform policy.</summary>
    public SoftmaxActor(Mdp mdp, double learningRate)
    {
        Policy = TabularPolicy.Uniform(mdp);
        _logits = new double[mdp.Pairs];
        _gradient = new double[mdp.Pairs];
        _optimizer = new Adam<double>(mdp.Pairs, learningRate);
    }

    /// <summary>pi_theta.</summary>
    public TabularPolicy Policy { get; }

    /// <summary>The objective's gradient in theta, to be added to.</summary>
    public Span<double> Gradient => _gradient;

    /// <summary>Adds weight * grad log pi(a|s) to the gradient.</summary>
    public void AddScore(int state, int action, double weight)
    {
        int first = state * Policy.Actions;
        ReadOnlySpan<double> pi = Policy.At(state);
        for (int b = 0; b < pi.Length; b++)
        {
            _gradient[first + b] -= weight * pi[b];
        }

        _gradient[first + action] += weight;
    }

    /// <summary>Adds weight * sum_a grad pi(a|s) x(s, a) to the gradient, x with |S||A| entries.</summary>
    public void AddExpectedScore(int state, ReadOnlySpan<double> x, double weight)
    {
        int first = state * Policy.Actions;
        ReadOnlySpan<double> pi = Policy.At(state);
        double mean = 0;
        for (int a = 0; a < pi.Length; a++)
        {
            mean += pi[a] * x[first + a];
        }

        for (int a = 0; a < pi.Length; a++)
        {
            _gradient[first + a] += weight * pi[a] * (x[first + a] - mean);
        }
    }

    /// <summary>
    /// Adds weight times an estimate of sum_a grad pi(a|s) x(s, a): the sum itself, or grad log pi(a|s) x(s, a) at an action
    /// drawn from the policy.
    /// </summary>
    public void AddEstimate(int state, int action, ReadOnlySpan<double> x, double weight, bool sumOverActions)
    {
        if (sumOverActions)
        {
            AddExpectedScore(state, x, weight);
        }
        else
        {
            AddScore(state, action, weight * x[(state * Policy.Actions) + action]);
        }
    }

    /// <summary>One Adam step along the gradient, which is then cleared.</summary>
    public void Ascend()
    {
        _optimizer.Ascend(_logits, _gradient);
        Array.Clear(_gradient);
        Policy.SetLogits(_logits);
    }

    /// <summary>One plain gradient step of the given length, after which the gradient is cleared.</summary>
    public void Ascend(double step)
    {
        for (int i = 0; i < _logits.Length; i++)
        {
            _logits[i] += step * _gradient[i];
        }

        Array.Clear(_gradient);
        Policy.SetLogits(_logits);
    }

    /// <summary>Saves or loads logits and optimiser.</summary>
    public void Serialize(StateArchive archive)
    {
        archive.Array("logits", _logits.AsSpan());
        _optimizer.Serialize(archive);
        Policy.SetLogits(_logits);
    }
}
