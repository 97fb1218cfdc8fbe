using System.Numerics.Tensors;
using Dyad.Core;
using Dyad.Numerics;
using Dyad.Tabular;

namespace Dyad.Algorithms.Tabular;

/// <summary>
/// A directly parametrised critic, q_phi = phi (|S||A| entries), trained by temporal differences. A termination has no value: its
/// entries are 0, and since no transition begins there that pays, they stay 0.
/// </summary>
internal sealed class TabularCritic
{
    private readonly double[] _values;
    private readonly double[] _gradient;
    private readonly Adam<double> _optimizer;
    private readonly double _discount;

    /// <summary>A critic at its start.</summary>
    /// <param name="mdp">The task.</param>
    /// <param name="learningRate">Step length of its Adam.</param>
    /// <param name="deviation">Standard deviation of its first values; 0 for a critic of zeros.</param>
    /// <param name="stream">What they are drawn by.</param>
    public TabularCritic(Mdp mdp, double learningRate, double deviation, RandomStream stream)
    {
        _values = FirstValues(mdp, deviation, stream);
        _gradient = new double[mdp.Pairs];
        _optimizer = new Adam<double>(mdp.Pairs, learningRate);
        _discount = mdp.Discount;
    }

    /// <summary>q_phi(s, a).</summary>
    public ReadOnlySpan<double> Values => _values;

    /// <summary>Values of every state-action pair drawn from N(0, deviation^2); a termination has no value.</summary>
    public static double[] FirstValues(Mdp mdp, double deviation, RandomStream stream)
    {
        double[] values = new double[mdp.Pairs];
        if (deviation > 0)
        {
            stream.Normal<double>(values);
            TensorPrimitives.Multiply(values, deviation, values);
            foreach (int state in mdp.TerminalStates)
            {
                values.AsSpan(state * mdp.Actions, mdp.Actions).Clear();
            }
        }

        return values;
    }

    /// <summary>The TD error r + gamma q(s', a') - q(s, a) of a transition whose reward is given.</summary>
    public double TemporalDifference(TabularRollout rollout, int t, double reward) =>
        reward + (_discount * _values[rollout.NextPairs[t]]) - _values[rollout.Pairs[t]];

    /// <summary>
    /// One Adam step on the mean over the transitions of (q(s, a) - (r + gamma q'(s', a')))^2, the target held fixed (Wen et al.
    /// 2021, appendix D.1.2).
    /// </summary>
    /// <param name="rollout">The batch B_D.</param>
    /// <param name="rewards">Rewards r, one a transition: the task's, or for a res-critic the critic's TD errors.</param>
    public void Descend(TabularRollout rollout, ReadOnlySpan<double> rewards)
    {
        Array.Clear(_gradient);
        double scale = 2.0 / rollout.Length;
        for (int t = 0; t < rollout.Length; t++)
        {
            _gradient[rollout.Pairs[t]] -= scale * TemporalDifference(rollout, t, rewards[t]);
        }

        _optimizer.Descend(_values, _gradient);
    }

    /// <summary>Saves or loads values and optimiser.</summary>
    public void Serialize(StateArchive archive)
    {
        archive.Array("values", _values.AsSpan());
        _optimizer.Serialize(archive);
    }
}
