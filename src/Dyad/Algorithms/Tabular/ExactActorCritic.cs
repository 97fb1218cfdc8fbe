using System.ComponentModel.DataAnnotations;
using Dyad.Core;
using Dyad.Numerics;
using Dyad.Tabular;

namespace Dyad.Algorithms.Tabular;

/// <summary>How the actor moves, given the critic.</summary>
public enum ActorUpdate
{
    /// <summary>Along Actor_o (12).</summary>
    ActorO,

    /// <summary>Along Actor_g (9).</summary>
    ActorG,

    /// <summary>Along the policy gradient (8), whatever the critic says.</summary>
    PolicyGradient,

    /// <summary>To the policy that is greedy in the critic.</summary>
    Greedy,
}

/// <summary>How the critic moves, given the actor.</summary>
public enum CriticUpdate
{
    /// <summary>Down the gradient of the Bellman residual (13).</summary>
    BellmanResidual,

    /// <summary>Down the semi-gradient (18).</summary>
    TemporalDifference,

    /// <summary>To the exact values of the actor's policy.</summary>
    Exact,
}

/// <summary>Options of <see cref="ExactActorCritic"/>; the step lengths are those of Wen et al. (2021), appendix D.1.1.</summary>
public sealed record ExactActorCriticOptions
{
    /// <summary>The row of table 1.</summary>
    public ActorUpdate Actor { get; init; } = ActorUpdate.PolicyGradient;

    /// <summary>The column of table 1, and how its first column moves.</summary>
    public CriticUpdate Critic { get; init; } = CriticUpdate.Exact;

    /// <summary>Step length of the actor's Adam.</summary>
    [Range(1e-9, 10.0)]
    public double ActorLearningRate { get; init; } = 0.01;

    /// <summary>Step length of the critic's Adam.</summary>
    [Range(1e-9, 10.0)]
    public double CriticLearningRate { get; init; } = 0.02;

    /// <summary>
    /// Whether the critic's loss is weighted by the occupancy d_theta, as in the paper's experiments; otherwise all
    /// state-action pairs weigh the same. Under a greedy actor the occupancy forgets the actions not taken.
    /// </summary>
    public bool OnPolicyWeights { get; init; } = true;

    /// <summary>
    /// Standard deviation of the first critic's entries; 0 for a critic of zeros. Of no effect where the critic is exact.
    /// </summary>
    [Range(0.0, 1e6)]
    [Neutral(0.0)]
    public double CriticDeviation { get; init; }

    /// <summary>What one iteration adds to the step count; 300 aligns it with learners that update once in 300 steps.</summary>
    [Range(1, 1_000_000)]
    public int StepsPerIteration { get; init; } = 1;
}

/// <summary>
/// Actor-critic with a known model: every cell of table 1 of Wen et al. (2021), and the curves of figure 4. Actor_o or Actor_g
/// with a critic that moves by gradient are the actor-critics; with an exact critic, the two policy gradients; a greedy actor
/// gives Q-learning and policy iteration.
/// </summary>
public sealed class ExactActorCritic : ITabularLearner
{
    private readonly Mdp _mdp;
    private readonly ExactActorCriticOptions _options;
    private readonly SoftmaxActor _actor;
    private readonly TabularPolicy _policy;
    private readonly PolicyEvaluation _evaluation;
    private readonly double[] _critic;
    private readonly Adam<double> _criticOptimizer;
    private readonly double[] _uniformWeights;
    private readonly ExactMeasures _measures;
    private long _step;

    /// <summary>A learner at the uniform policy and the first critic that the options ask for.</summary>
    /// <param name="mdp">The task.</param>
    /// <param name="options">How the players move.</param>
    /// <param name="stream">What the first critic is drawn by; nothing else is random. That of seed 0 if null.</param>
    /// <exception cref="UserError">An option is not accepted.</exception>
    public ExactActorCritic(Mdp mdp, ExactActorCriticOptions options, RandomStream? stream = null)
    {
        if (options.Actor == ActorUpdate.Greedy)
        {
            DynamicProgramming.RequireTermination(mdp);
        }

        _mdp = mdp;
        _options = OptionBinder.Checked(options);
        _actor = new SoftmaxActor(mdp, options.ActorLearningRate);
        _policy = options.Actor == ActorUpdate.Greedy ? TabularPolicy.Uniform(mdp) : _actor.Policy;
        _evaluation = PolicyEvaluation.ForLearner(mdp);
        _evaluation.Evaluate(_policy);
        _critic = TabularCritic.FirstValues(mdp, options.CriticDeviation, (stream ?? new RandomStream(0)).Split("critic"));
        _criticOptimizer = new Adam<double>(mdp.Pairs, options.CriticLearningRate);
        _uniformWeights = new double[mdp.Pairs];
        Array.Fill(_uniformWeights, 1.0 / mdp.Pairs);
        _measures = new ExactMeasures(mdp);
    }

    /// <inheritdoc/>
    public long Step => _step;

    /// <inheritdoc/>
    public TabularPolicy Policy => _policy;

    /// <inheritdoc/>
    public ReadOnlySpan<double> Critic => _critic;

    /// <inheritdoc/>
    public void Advance()
    {
        // An exact critic knows the present policy; otherwise the actor sees the critic as the last iteration left it.
        if (_options.Critic == CriticUpdate.Exact)
        {
            _evaluation.ActionValue.CopyTo(_critic);
        }

        var gradients = new ExactGradients(_evaluation, _critic);
        double[]? criticGradient = CriticGradient(gradients);
        switch (_options.Actor)
        {
            case ActorUpdate.Greedy:
                _policy.SetGreedy(_critic);
                break;
            case ActorUpdate.ActorO:
                Ascend(gradients.ActorO());
                break;
            case ActorUpdate.ActorG:
                Ascend(gradients.ActorG());
                break;
            default:
                Ascend(gradients.PolicyGradient());
                break;
        }

        if (criticGradient is not null)
        {
            _criticOptimizer.Descend(_critic, criticGradient);
        }

        _evaluation.Evaluate(_policy);
        _step += _options.StepsPerIteration;
    }

    /// <inheritdoc/>
    public void Measure(IMetrics metrics)
    {
        _measures.Return(metrics, _policy);
        if (_options.Critic == CriticUpdate.Exact)
        {
            return;
        }

        metrics.Record("eval/critic_objective", new ExactGradients(_evaluation, _critic).CriticObjective);
        _measures.Critic(metrics, "critic", _critic);
    }

    /// <inheritdoc/>
    public void Serialize(StateArchive archive)
    {
        archive.Value("step", ref _step);
        _actor.Serialize(archive);
        archive.Array("critic", _critic.AsSpan());
        _criticOptimizer.Serialize(archive);
        double[] probabilities = _policy.Probabilities.ToArray();
        archive.Array("policy", probabilities.AsSpan());
        _policy.CopyFrom(probabilities);
        _evaluation.Evaluate(_policy);
    }

    private double[]? CriticGradient(ExactGradients gradients)
    {
        ReadOnlySpan<double> weights = _options.OnPolicyWeights ? _evaluation.Occupancy : _uniformWeights;
        return _options.Critic switch
        {
            CriticUpdate.BellmanResidual => gradients.BellmanResidualGradient(weights),
            CriticUpdate.TemporalDifference => gradients.SemiGradient(weights),
            _ => null,
        };
    }

    private void Ascend(double[] gradient)
    {
        gradient.CopyTo(_actor.Gradient);
        _actor.Ascend();
    }
}
