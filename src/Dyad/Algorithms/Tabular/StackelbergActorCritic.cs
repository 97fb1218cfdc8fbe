using System.ComponentModel.DataAnnotations;
using Dyad.Core;
using Dyad.Numerics;
using Dyad.Tabular;

namespace Dyad.Algorithms.Tabular;

/// <summary>Options of <see cref="StackelbergActorCritic"/>.</summary>
public sealed record StackelbergActorCriticOptions : TabularActorCriticOptions
{
    /// <summary>Start states drawn from the buffer O for an update of the actor, |B_O|.</summary>
    [Range(1, 1_000_000)]
    public int BatchSize { get; init; } = 300;

    /// <summary>Damping of the follower's semi-Hessian, eta.</summary>
    [Range(0.0, 1e12)]
    public double Damping { get; init; } = 0.5;
}

/// <summary>
/// Stack-AC from samples (Wen et al. 2021, section 5.3 and algorithm 3): the actor leads, the critic follows by semi-gradient,
/// and the actor ascends g_S of (43) with each factor replaced by its estimate from the batch.
/// <para>
/// To be buildable from samples, the estimates are: the semi-derivative of J_pi (42) is the visit frequency n(s, a) / |B_D|;
/// the semi-Hessian of the printed loss, which has no 1/2, is 2 n(s, a) / |B_D| plus the damping eta; the critic's target is
/// sum_a pi(a|s') q(s', a), so that a derivative in theta exists; and the derivative through the distribution of the samples
/// is left out, as in the paper. The direct term lacks the factor 1 - gamma of (10), as printed.
/// </para>
/// </summary>
public sealed class StackelbergActorCritic : ITabularLearner
{
    private readonly Mdp _mdp;
    private readonly StackelbergActorCriticOptions _options;
    private readonly EpisodeSource _source;
    private readonly SoftmaxActor _actor;
    private readonly TabularCritic _critic;
    private readonly ExactMeasures _measures;
    private readonly double[] _frequency;
    private long _step;

    /// <summary>A learner at the uniform policy and the first critic that the options ask for.</summary>
    /// <exception cref="UserError">An option is not accepted.</exception>
    public StackelbergActorCritic(Mdp mdp, StackelbergActorCriticOptions options, RandomStream stream)
    {
        _mdp = mdp;
        _options = OptionBinder.Checked(options);
        _source = new EpisodeSource(mdp, options.EpisodeLength, stream);
        _actor = new SoftmaxActor(mdp, options.ActorLearningRate);
        _critic = new TabularCritic(mdp, options.CriticLearningRate, options.CriticDeviation, stream.Split("critic"));
        _measures = new ExactMeasures(mdp);
        _frequency = new double[mdp.Pairs];
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

        // direct term: d_theta mean over B_O of log pi(a|s) q(s, a)
        for (int i = 0; i < _options.BatchSize; i++)
        {
            int s = _source.SampleStart();
            int a = _source.SampleAction(_actor.Policy, s);
            _actor.AddEstimate(s, a, _critic.Values, 1.0 / _options.BatchSize, _options.SumOverActions);
        }

        // implicit term: -(d_theta d_q J_q)' x with x = (semi-Hessian + eta)^-1 (semi-derivative of J_pi)
        Array.Clear(_frequency);
        for (int t = 0; t < rollout.Length; t++)
        {
            _frequency[rollout.Pairs[t]] += 1.0 / rollout.Length;
        }

        for (int t = 0; t < rollout.Length; t++)
        {
            double x = FollowerResponse(_frequency[rollout.Pairs[t]]);
            double weight = 2 * _mdp.Discount * x / rollout.Length;
            _actor.AddExpectedScore(rollout.NextStates[t], _critic.Values, weight);
        }

        _actor.Ascend();

        // q <- q - alpha d_q^semi J_q
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
        _measures.Gap(metrics, _options.EpisodeLength, AddExpectedUpdate);
    }

    /// <inheritdoc/>
    public void Serialize(StateArchive archive)
    {
        archive.Value("step", ref _step);
        _source.Serialize(archive);
        _actor.Serialize(archive);
        _critic.Serialize(archive);
    }

    private double FollowerResponse(double frequency) => frequency / ((2 * frequency) + _options.Damping);

    // The update where visit frequencies equal their expectation: it is not linear in them, so this is its limit for long
    // batches rather than its mean.
    private void AddExpectedUpdate(ReadOnlySpan<double> visits, Span<double> result)
    {
        _actor.Policy.AddGradient(_mdp.Initial, _critic.Values, result);
        double[] weights = new double[_mdp.Pairs];
        _actor.Policy.Spread(visits, weights);
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] *= weights[i] > 0 ? 2 * _mdp.Discount * FollowerResponse(weights[i]) : 0;
        }

        double[] flow = new double[_mdp.States];
        _mdp.FlowToNext(weights, flow);
        _actor.Policy.AddGradient(flow, _critic.Values, result);
    }
}
