using System.ComponentModel.DataAnnotations;
using System.Numerics.Tensors;
using Dyad.Core;
using Dyad.Numerics;
using Dyad.Tabular;

namespace Dyad.Algorithms.Tabular;

/// <summary>Options of <see cref="ResidualActorCritic"/>.</summary>
public sealed record ResidualActorCriticOptions : TabularActorCriticOptions
{
    /// <summary>Step length of the res-critic's Adam, alpha_psi.</summary>
    [Range(1e-9, 10.0)]
    public double ResCriticLearningRate { get; init; } = 0.02;

    /// <summary>Updates of the res-critic for each update of the critic; the paper's figure 2 uses 5.</summary>
    [Range(0, 10_000)]
    public int ResCriticSteps { get; init; } = 1;

    /// <summary>
    /// The same as <see cref="TabularActorCriticOptions.CriticDeviation"/>, of the first res-critic w, which the paper's algorithm 4 does
    /// not initialise.
    /// </summary>
    [Range(0.0, 1e6)]
    [Neutral(0.0)]
    public double ResidualDeviation { get; init; }
}

/// <summary>
/// Res-AC from samples (Wen et al. 2021, section 4.3 and algorithm 4): a res-critic w learns the value of the critic's TD
/// errors, and the actor follows q + w. With an exact w this is the policy gradient for any critic.
/// </summary>
public sealed class ResidualActorCritic : ITabularLearner
{
    private readonly ResidualActorCriticOptions _options;
    private readonly EpisodeSource _source;
    private readonly SoftmaxActor _actor;
    private readonly TabularCritic _critic;
    private readonly TabularCritic _resCritic;
    private readonly ExactMeasures _measures;
    private readonly double[] _residuals;
    private readonly double[] _corrected;
    private long _step;

    /// <summary>A learner at the uniform policy and the first critics that the options ask for.</summary>
    /// <exception cref="UserError">An option is not accepted.</exception>
    public ResidualActorCritic(Mdp mdp, ResidualActorCriticOptions options, RandomStream stream)
    {
        _options = OptionBinder.Checked(options);
        _source = new EpisodeSource(mdp, options.EpisodeLength, stream);
        _actor = new SoftmaxActor(mdp, options.ActorLearningRate);
        _critic = new TabularCritic(mdp, options.CriticLearningRate, options.CriticDeviation, stream.Split("critic"));
        _resCritic = new TabularCritic(mdp, options.ResCriticLearningRate, options.ResidualDeviation, stream.Split("res-critic"));
        _measures = new ExactMeasures(mdp);
        _residuals = new double[options.EpisodeLength];
        _corrected = new double[mdp.Pairs];
    }

    /// <inheritdoc/>
    public long Step => _step;

    /// <inheritdoc/>
    public TabularPolicy Policy => _actor.Policy;

    /// <inheritdoc/>
    public ReadOnlySpan<double> Critic => _critic.Values;

    /// <inheritdoc/>
    public ReadOnlySpan<double> ResCritic => _resCritic.Values;

    /// <inheritdoc/>
    public void Advance()
    {
        _source.Collect(_actor.Policy);
        TabularRollout rollout = _source.Rollout;

        // theta <- theta + alpha d_theta mean over B_D of log pi(a|s) (q(s, a) + w(s, a))
        TensorPrimitives.Add(_critic.Values, _resCritic.Values, _corrected);
        for (int t = 0; t < rollout.Length; t++)
        {
            _actor.AddEstimate(
                rollout.States[t], rollout.Actions[t], _corrected, 1.0 / rollout.Length, _options.SumOverActions);
        }

        _actor.Ascend();

        // phi <- phi - alpha d_phi J_q
        for (int k = 0; k < _options.CriticSteps; k++)
        {
            _critic.Descend(rollout, rollout.Rewards);
        }

        // psi <- psi - alpha d_psi J_w, rewarded by the TD error of the critic as it is now
        for (int t = 0; t < rollout.Length; t++)
        {
            _residuals[t] = _critic.TemporalDifference(rollout, t, rollout.Rewards[t]);
        }

        for (int k = 0; k < _options.ResCriticSteps; k++)
        {
            _resCritic.Descend(rollout, _residuals);
        }

        _step += rollout.Length;
    }

    /// <inheritdoc/>
    public void Measure(IMetrics metrics)
    {
        TensorPrimitives.Add(_critic.Values, _resCritic.Values, _corrected);
        _measures.Return(metrics, _actor.Policy);
        _measures.Critic(metrics, "critic", _critic.Values);
        _measures.Critic(metrics, "corrected", _corrected);
        _measures.Gap(metrics, _options.EpisodeLength, (visits, result) =>
            _actor.Policy.AddGradient(visits, _corrected, result));
    }

    /// <inheritdoc/>
    public void Serialize(StateArchive archive)
    {
        archive.Value("step", ref _step);
        _source.Serialize(archive);
        _actor.Serialize(archive);
        _critic.Serialize(archive);
        _resCritic.Serialize(archive);
    }
}
