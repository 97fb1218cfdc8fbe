using System.ComponentModel.DataAnnotations;
using System.Numerics;
using Dyad.Algorithms.Rules;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Games;
using Dyad.Networks;
using Dyad.Numerics;
using static Dyad.Autodiff.Operations;

namespace Dyad.Algorithms;

/// <summary>Options of <see cref="Sac"/>; defaults are those of Haarnoja et al. 2018b, which Wen et al. 2021 use too.</summary>
public sealed record SacOptions : GameOptions
{
    /// <summary>The defaults.</summary>
    public SacOptions()
    {
        ActorLearningRate = 3e-4;
        CriticLearningRate = 3e-4;
        BatchSize = 256;
    }

    /// <summary>alpha, or its start where it is tuned: weight of the entropy.</summary>
    [Range(1e-12, 1e12)]
    public double EntropyWeight { get; init; } = 0.2;

    /// <summary>Whether alpha is tuned so that the policy's entropy is the target.</summary>
    public bool TuneEntropyWeight { get; init; } = true;

    /// <summary>Target of the entropy per action dimension; the paper's is -1.</summary>
    [Range(-100.0, 100.0)]
    public double TargetEntropyPerAction { get; init; } = -1;

    /// <summary>Step length of the Adam of log alpha.</summary>
    [Range(1e-9, 1.0)]
    public double EntropyLearningRate { get; init; } = 3e-4;

    /// <summary>Two critics, of which the smaller counts (Fujimoto et al. 2018); otherwise one.</summary>
    public bool TwinCritics { get; init; } = true;

    /// <summary>
    /// Whether the target's dependence on the actor counts, as a leading actor needs; without it the players are not coupled. The
    /// plain method is the same either way.
    /// </summary>
    public bool TargetGradient { get; init; } = true;
}

/// <summary>
/// Soft actor-critic (Haarnoja et al. 2018; lecture on soft actor-critic, algorithm 4 without the value network): an actor and a
/// critic whose game a <see cref="GameAgent"/> plays. With the actor or the critic leading it is STSAC (Zheng et al. 2021), with the
/// semi-gradient Stack-SAC (Wen et al. 2021, section 5), with a residual correction Res-SAC (Wen et al. 2021, algorithm 5).
/// <code>
/// theta  actor, a Gaussian squashed by tanh      Actor, policy
/// w      critic, Q1 and Q2; wbar: its target     Critic, critic; target
/// alpha  weight of the entropy                   temperature
///
/// repeat                                                               GameAgent.Update
///     draw (s, a, r, s', d), xi, xi'                                   GameBatch.Draw
///     a, log pi(a|s) from theta and xi; a', log pi(a'|s') from xi'     Game
///     y = r + gamma (1 - d) (min Qbar_i(s', a') - alpha log pi(a'|s')) SacGame.CriticErrors
///     w &lt;- w - rate d_w sum_i mean (Q_i(s, a) - y)^2                   SacGame.CriticCost
///     wbar &lt;- wbar + tau (w - wbar)                                    Targets
///     theta &lt;- theta - rate d_theta mean (alpha log pi(a|s) - min Q_i(s, a))   SacGame.ActorCost
///     log alpha &lt;- log alpha + rate mean (log pi(a|s) + target)        SidePlayers, Temperature.Cost
/// </code>
/// </summary>
/// <remarks>
/// Metrics: those of the <see cref="GameAgent"/>, <c>train/entropy_weight</c> alpha, <c>train/entropy</c> -log pi averaged over the
/// batch.
/// </remarks>
public sealed class Sac : IActorCritic
{
    private readonly SacOptions _options;
    private readonly SquashedGaussianPolicy<float> _policy;
    private readonly TwinActionValue<float> _critic;
    private readonly TwinActionValue<float> _target;
    private readonly Temperature _temperature;

    /// <summary>Untrained networks.</summary>
    /// <param name="observationSize">Numbers in an observation.</param>
    /// <param name="actionSize">Numbers in an action, each in [-1, 1].</param>
    /// <param name="options">Options.</param>
    /// <param name="stream">The agent's random numbers.</param>
    /// <exception cref="UserError">An option or a size is not accepted.</exception>
    public Sac(int observationSize, int actionSize, SacOptions options, RandomStream stream)
    {
        _options = OptionBinder.Checked(options);
        (ObservationSize, ActionSize) = AgentTask.RealActions(observationSize, actionSize).Sizes;
        _policy = new SquashedGaussianPolicy<float>(
            Mlp.Drawn(Actor, "policy", options.Sizes(observationSize, 2 * actionSize), stream.Split("actor")));

        // The target starts as a copy because it is drawn from the same stream.
        int[] sizes = options.Sizes(observationSize + actionSize, 1);
        var target = new Parameters<float>("target critic");
        _critic = TwinActionValue.Drawn(Critic, sizes, stream.Split("critic"), options.TwinCritics);
        _target = TwinActionValue.Drawn(target, sizes, stream.Split("critic"), options.TwinCritics);
        _temperature = new Temperature(options.EntropyWeight);
        Targets = [new TargetNetwork("target", target, Critic, TargetMoment.AfterCritic)];
        SidePlayers = options.TuneEntropyWeight ? [_temperature.Tuned(options.EntropyLearningRate)] : [];
    }

    /// <summary>An untrained agent that plays this game.</summary>
    /// <inheritdoc cref="Sac(int, int, SacOptions, RandomStream)"/>
    public static GameAgent Agent(int observationSize, int actionSize, SacOptions options, RandomStream stream) =>
        new(new Sac(observationSize, actionSize, options, stream), stream);

    /// <inheritdoc/>
    public GameOptions Options => _options;

    /// <inheritdoc/>
    public int ObservationSize { get; }

    /// <inheritdoc/>
    public int ActionSize { get; }

    /// <inheritdoc/>
    public Parameters<float> Actor { get; } = new("actor");

    /// <inheritdoc/>
    public PolicyHead Head { get; } = new(PolicyKind.SquashedGaussian);

    /// <inheritdoc/>
    public Parameters<float> Critic { get; } = new("critic");

    /// <inheritdoc/>
    public IReadOnlyList<TargetNetwork> Targets { get; }

    /// <inheritdoc/>
    public IReadOnlyList<SidePlayer> SidePlayers { get; }

    /// <inheritdoc/>
    public double? EntropyWeight => _temperature.Present;

    /// <inheritdoc/>
    public TwinActionValue<float> FollowedCritic => _critic;

    /// <inheritdoc/>
    public TwinActionValue<float> FollowedTarget => _target;

    /// <inheritdoc/>
    public ActorCriticGame<float> Game(TransitionInputs<float> batch, NoiseInputs noise, TwinActionValue<float> followed)
    {
        SampledAction<float> next = _policy.Sample(batch.NextObservation, noise["next noise"]);
        SampledAction<float> now = _policy.Sample(batch.Observation, noise["noise"]);
        var game = new SacGame<float>(batch, _critic, _target, now, next, _temperature.Value, _options)
        {
            Followed = followed,
            Start = _options.Gradient.LeadsFromStarts ? _policy.Sample(batch.StartObservation, noise["start noise"]) : null,
        };
        return game.Between(Actor, Critic) with
        {
            ActorMeasures =
            [
                _temperature.Gradient(now.LogProbability, _options.TargetEntropyPerAction * ActionSize),
                _temperature.Measure,
                Temperature.Entropy(now.LogProbability),
            ],
        };
    }

    /// <inheritdoc/>
    public NextMove<float> Next(Expression<float> observation, Expression<float> noise) => Explore(observation, noise);

    /// <inheritdoc/>
    public NextMove<float> Explore(Expression<float> observation, Expression<float> noise)
    {
        SampledAction<float> move = _policy.Sample(observation, noise);
        return new(move.Action, -(_temperature.Value * move.LogProbability));
    }

    /// <inheritdoc/>
    public Expression<float> Exploit(Expression<float> observation) => _policy.MeanAction(observation);
}

/// <summary>The costs of soft actor-critic on a batch as functions of its symbols; derivatives flow through all of them.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Batch">(s, a, r, s', d).</param>
/// <param name="Critic">Q1 and Q2, or one of them, of w.</param>
/// <param name="TargetCritic">Qbar1 and Qbar2.</param>
/// <param name="Now">a and log pi(a|s), of theta.</param>
/// <param name="Next">a' and log pi(a'|s'), of theta.</param>
/// <param name="Temperature">alpha, 1 x 1.</param>
/// <param name="Options">Options.</param>
internal sealed record SacGame<T>(
    TransitionInputs<T> Batch, TwinActionValue<T> Critic, TwinActionValue<T> TargetCritic, SampledAction<T> Now, SampledAction<T> Next,
    Expression<T> Temperature, SacOptions Options)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>What the actor follows: the critic, or with a correction Q1 + W1 and Q2 + W2.</summary>
    public TwinActionValue<T> Followed { get; init; } = Critic;

    /// <summary>a_0 and log pi(a_0|s_0) in states that episodes began in, of theta; null where no cost depends on them.</summary>
    public SampledAction<T>? Start { get; init; }

    /// <summary>
    /// Q_i(s, a) against y = r + gamma (1 - d) (min(Qbar1, Qbar2)(s', a') - alpha log pi(a'|s')), which is held fixed without
    /// <see cref="SacOptions.TargetGradient"/> (the target of Zheng et al. 2021, eq. 10).
    /// </summary>
    public IReadOnlyList<SquaredError<T>> CriticErrors
    {
        get
        {
            Expression<T> soft = TargetCritic.Smaller(Batch.NextObservation, Next.Action) - (Temperature * Next.LogProbability);
            Expression<T> y = Batch.Target(Options.Discount, soft);
            return Batch.Errors(Critic, Options.TargetGradient ? y : Stop(y));
        }
    }

    /// <summary>L(theta, w) = mean (Q1(s, a) - y)^2 + mean (Q2(s, a) - y)^2, 1 x 1 (Zheng et al. 2021, eq. 10).</summary>
    public Expression<T> CriticCost => SquaredError.Sum(CriticErrors);

    /// <summary>-J(theta, w) = mean (alpha log pi(a|s) - min(Q1, Q2)(s, a)), 1 x 1, a from theta (Zheng et al. 2021, eq. 9).</summary>
    public Expression<T> ActorCost => CostIn(Batch.Observation, Now);

    /// <summary>-(1 - gamma) J over states that episodes began in, 1 x 1: the direct term of Wen et al. 2021, eq. 43.</summary>
    public Expression<T> StartActorCost => (1 - Options.Discount) * CostIn(Batch.StartObservation, Start!.Value);

    /// <summary>-mean min(Q1, Q2)(s, a) on the replayed a, 1 x 1: its gradient in w is Wen's semi-gradient (2021, eq. 42).</summary>
    public Expression<T> ReplayedActorCost => -Mean(Followed.Smaller(Batch.Observation, Batch.Action));

    /// <summary>The game of both players.</summary>
    /// <param name="actor">theta.</param>
    /// <param name="critic">w.</param>
    public ActorCriticGame<T> Between(Parameters<T> actor, Parameters<T> critic) =>
        ActorCriticGame.Of(actor, critic, ActorCost, () => StartActorCost, ReplayedActorCost, CriticErrors, Options.Gradient);

    private Expression<T> CostIn(Expression<T> observation, SampledAction<T> move) =>
        Mean((Temperature * move.LogProbability) - Followed.Smaller(observation, move.Action));
}
