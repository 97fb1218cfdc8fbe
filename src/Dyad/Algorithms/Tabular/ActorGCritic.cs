using Dyad.Core;
using Dyad.Numerics;
using Dyad.Tabular;

namespace Dyad.Algorithms.Tabular;

/// <summary>
/// Actor_g-Critic from samples (Wen et al. 2021, algorithm 2): the policy gradient with the critic in the place of the true
/// action values, (9). What is usually called actor-critic.
/// </summary>
public sealed class ActorGCritic : ITabularLearner
{
    private readonly TabularActorCriticOptions _options;
    private readonly EpisodeSource _source;
    private readonly SoftmaxActor _actor;
    private readonly TabularCritic _critic;
    private readonly ExactMeasures _measures;
    private long _step;

    /// <summary>A learner at the uniform policy and the first critic that the options ask for.</summary>
    /// <exception cref="UserError">An option is not accepted.</exception>
    public ActorGCritic(Mdp mdp, TabularActorCriticOptions options, RandomStream stream)
    {
        _options = OptionBinder.Checked(options);
        _source = new EpisodeSource(mdp, options.EpisodeLength, stream);
        _actor = new SoftmaxActor(mdp, options.ActorLearningRate);
        _critic = new TabularCritic(mdp, options.CriticLearningRate, options.CriticDeviation, stream.Split("critic"));
        _measures = new ExactMeasures(mdp);
    }

    /// <inheritdoc/>
    public long Step => _step;

    /// <inheritdoc/>
    public TabularPolicy Policy => _actor.Policy;

    /// <inheritdoc/>
    public ReadOnlySpan<double> Critic => _critic.Values;

    /// <inheritdoc/>
    public void Advance()
    {
        _source.Collect(_actor.Policy);
        TabularRollout rollout = _source.Rollout;

        // theta <- theta + alpha d_theta mean over B_D of log pi(a|s) q(s, a)
        for (int t = 0; t < rollout.Length; t++)
        {
            _actor.AddEstimate(
                rollout.States[t], rollout.Actions[t], _critic.Values, 1.0 / rollout.Length, _options.SumOverActions);
        }

        _actor.Ascend();

        // phi <- phi - alpha d_phi J_q
        for (int k = 0; k < _options.CriticSteps; k++)
        {
            _critic.Descend(rollout, rollout.Rewards);
        }

        _step += rollout.Length;
    }

    /// <inheritdoc/>
    public void Measure(IMetrics metrics)
    {
        _measures.Return(metrics, _actor.Policy);
        _measures.Critic(metrics, "critic", _critic.Values);
        _measures.Gap(metrics, _options.EpisodeLength, (visits, result) =>
            _actor.Policy.AddGradient(visits, _critic.Values, result));
    }

    /// <inheritdoc/>
    public void Serialize(StateArchive archive)
    {
        archive.Value("step", ref _step);
        _source.Serialize(archive);
        _actor.Serialize(archive);
        _critic.Serialize(archive);
    }
}
