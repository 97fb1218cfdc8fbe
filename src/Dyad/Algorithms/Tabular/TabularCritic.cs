using Dyad.Core;
using Dyad.Numerics;
using Dyad.Tabular;

namespace Dyad.Algorithms.Tabular;

/// <summary>A directly parametrised critic, q_phi = phi (|S||A| entries), trained by temporal differences.</summary>
public sealed class TabularCritic
{
    private readonly double[] _values;
    private readonly double[] _gradient;
    private readonly Adam<double> _optimizer;
    private readonly double _discount;
    private readonly int _actions;

    /// <summary>A critic of zeros.</summary>
    public TabularCritic(Mdp mdp, double learningRate)
    {
        _values = new double[mdp.Pairs];
        _gradient = new double[mdp.Pairs];
        _optimizer = new Adam<double>(mdp.Pairs, learningRate);
        _discount = mdp.Discount;
        _actions = mdp.Actions;
    }

    /// <summary>q_phi(s, a).</summary>
    public ReadOnlySpan<double> Values => _values;

    /// <summary>The TD error r + gamma q(s', a') - q(s, a) of a transition whose reward is given.</summary>
    public double TemporalDifference(Episode episode, int t, double reward) =>
        reward + (_discount * _values[episode.Pair(t + 1, _actions)]) - _values[episode.Pair(t, _actions)];

    /// <summary>
    /// One Adam step on the mean over the episode of (q(s, a) - (r + gamma q'(s', a')))^2, the target held fixed (Wen et al.
    /// 2021, appendix D.1.2).
    /// </summary>
    /// <param name="episode">The batch B_D.</param>
    /// <param name="rewards">Rewards r, one a transition: the task's, or for a res-critic the critic's TD errors.</param>
    public void Descend(Episode episode, ReadOnlySpan<double> rewards)
    {
        Array.Clear(_gradient);
        double scale = 2.0 / episode.Length;
        for (int t = 0; t < episode.Length; t++)
        {
            _gradient[episode.Pair(t, _actions)] -= scale * TemporalDifference(episode, t, rewards[t]);
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
