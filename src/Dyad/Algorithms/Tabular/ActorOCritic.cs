using System.ComponentModel.DataAnnotations;
using Dyad.Core;
using Dyad.Numerics;
using Dyad.Tabular;

namespace Dyad.Algorithms.Tabular;

/// <summary>Options of <see cref="ActorOCritic"/>.</summary>
public sealed record ActorOCriticOptions : TabularActorCriticOptions
{
    /// <summary>Start states drawn from the buffer O for an update of the actor, |B_O|.</summary>
    [Range(1, 1_000_000)]
    public int BatchSize { get; init; } = 300;
}

/// <summary>
/// Actor_o-Critic from samples (Wen et al. 2021, algorithm 1): the actor ascends J_pi of (10), which asks for good actions in
/// start states only.
/// </summary>
public sealed class ActorOCritic : ITabularLearner
{
    private readonly Mdp _mdp;
    private readonly ActorOCriticOptions _options;
    private readonly EpisodeSource _source;
    private readonly SoftmaxActor _actor;
    private readonly TabularCritic _critic;
    private readonly ExactMeasures _measures;
    private long _step;

    /// <summary>A learner at the uniform policy and the first critic that the options ask for.</summary>
    /// <exception cref="UserError">An option is not accepted.</exception>
    public ActorOCritic(Mdp mdp, ActorOCriticOptions options, RandomStream stream)
    {
        _mdp = mdp;
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

        // theta <- theta + alpha d_theta mean over B_O of log pi(a|s) q(s, a), with a drawn from the present policy
        for (int i = 0; i < _options.BatchSize; i++)
        {
            int s = _source.SampleStart();
            int a = _source.SampleAction(_actor.Policy, s);
            _actor.AddEstimate(s, a, _critic.Values, 1.0 / _options.BatchSize, _options.SumOverActions);
        }

        _actor.Ascend();

        // phi <- phi - alpha d_phi J_q
        for (int k = 0; k < _options.CriticSteps; k++)
        {
            _critic.Descend(_source.Rollout, _source.Rollout.Rewards);
        }

        _step += _source.Rollout.Length;
    }

    /// <inheritdoc/>
    public void Measure(IMetrics metrics)
    {
        _measures.Return(metrics, _actor.Policy);
        _measures.Critic(metrics, "critic", _critic.Values);
        _measures.Gap(metrics, _options.EpisodeLength, (_, result) =>
            _actor.Policy.AddGradient(_mdp.Initial, _critic.Values, result));
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
