using System.ComponentModel.DataAnnotations;
using Dyad.Core;
using Dyad.Numerics;
using Dyad.Tabular;

namespace Dyad.Algorithms.Tabular;

/// <summary>Options of <see cref="TabularReinforce"/>.</summary>
public sealed record TabularReinforceOptions
{
    /// <summary>Step length of the policy, alpha_phi.</summary>
    [Range(1e-9, 100.0)]
    public double PolicyLearningRate { get; init; } = 0.5;

    /// <summary>Step length of the baseline, alpha_theta.</summary>
    [Range(1e-9, 1.0)]
    public double BaselineLearningRate { get; init; } = 0.05;

    /// <summary>Most environment steps of an episode; where no termination ends it sooner, returns are cut off there.</summary>
    [Range(1, 1_000_000)]
    public int EpisodeLength { get; init; } = 300;
}

/// <summary>
/// REINFORCE with a state-value baseline in tabular form (lecture on soft actor-critic, algorithm 1, with t from 0): after each
/// episode, delta = G_t - V(s_t) moves the baseline and, weighted by gamma^t, the policy.
/// </summary>
public sealed class TabularReinforce : ITabularLearner
{
    private readonly TabularReinforceOptions _options;
    private readonly double _discount;
    private readonly EpisodeSource _source;
    private readonly SoftmaxActor _actor;
    private readonly double[] _baseline;
    private readonly double[] _returns;
    private readonly ExactMeasures _measures;
    private long _step;

    /// <summary>A learner at the uniform policy and a baseline of zeros.</summary>
    /// <exception cref="UserError">An option is not accepted.</exception>
    public TabularReinforce(Mdp mdp, TabularReinforceOptions options, RandomStream stream)
    {
        _options = OptionBinder.Checked(options);
        _discount = mdp.Discount;
        _source = new EpisodeSource(mdp, options.EpisodeLength, stream);
        _actor = new SoftmaxActor(mdp, options.PolicyLearningRate);
        _baseline = new double[mdp.States];
        _returns = new double[options.EpisodeLength];
        _measures = new ExactMeasures(mdp);
    }

    /// <inheritdoc/>
    public long Step => _step;

    /// <inheritdoc/>
    public TabularPolicy Policy => _actor.Policy;

    /// <inheritdoc/>
    public void Advance()
    {
        _source.CollectEpisode(_actor.Policy);
        TabularRollout episode = _source.Rollout;

        // G_t = r_t + gamma G_{t+1}
        double g = 0;
        for (int t = episode.Length - 1; t >= 0; t--)
        {
            g = episode.Rewards[t] + (_discount * g);
            _returns[t] = g;
        }

        double discountPower = 1;
        for (int t = 0; t < episode.Length; t++)
        {
            int s = episode.States[t];
            double delta = _returns[t] - _baseline[s];
            _baseline[s] += _options.BaselineLearningRate * delta;
            _actor.AddScore(s, episode.Actions[t], discountPower * delta);
            discountPower *= _discount;
        }

        _actor.Ascend(_options.PolicyLearningRate);
        _step += episode.Length;
    }

    /// <inheritdoc/>
    public void Measure(IMetrics metrics) => _measures.Return(metrics, _actor.Policy);

    /// <inheritdoc/>
    public void Serialize(StateArchive archive)
    {
        archive.Value("step", ref _step);
        _source.Serialize(archive);
        _actor.Serialize(archive);
        archive.Array("baseline", _baseline.AsSpan());
    }
}
