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

/// <summary>Options of <see cref="SacDiscrete"/>.</summary>
public sealed record SacDiscreteOptions : GameOptions
{
    /// <summary>The defaults.</summary>
    public SacDiscreteOptions()
    {
        ActorLearningRate = 3e-4;
        CriticLearningRate = 3e-4;
        BatchSize = 64;
    }

    /// <summary>alpha, or its start where it is tuned: weight of the entropy.</summary>
    [Range(1e-12, 1e12)]
    public double EntropyWeight { get; init; } = 0.2;

    /// <summary>Whether alpha is tuned so that the policy's entropy is the target.</summary>
    public bool TuneEntropyWeight { get; init; } = true;

    /// <summary>
    /// Target of the entropy in units of log |A|, the largest there is. Christodoulou's 0.98 leaves nearly uniform policies: of two
    /// actions the likelier one has then at most 58 %.
    /// </summary>
    [Range(0.0, 1.0)]
    public double TargetEntropyRatio { get; init; } = 0.7;

    /// <summary>Step length of the Adam of log alpha.</summary>
    [Range(1e-9, 1.0)]
    public double EntropyLearningRate { get; init; } = 3e-4;

    /// <summary>Two critics, of which the smaller counts (Fujimoto et al. 2018); otherwise one.</summary>
    public bool TwinCritics { get; init; } = true;

    /// <summary>Whether the critic's target counts the entropy of later actions; otherwise only the actor is rewarded for entropy.</summary>
    public bool EntropyInTarget { get; init; } = true;

    /// <summary>
    /// Whether the target's dependence on the actor counts, as a leading actor needs; without it the players are not coupled. The
    /// plain method is the same either way.
    /// </summary>
    public bool TargetGradient { get; init; } = true;
}

/// <summary>
/// Soft actor-critic for finitely many actions (Christodoulou 2019): an actor and a critic with an output for each action, whose game a
/// <see cref="GameAgent"/> plays. Expectations over actions are exact, so that nothing is drawn for an update. With the actor or the
/// critic leading, and with a residual correction, it is a combination like those of <see cref="Sac"/>.
/// <code>
/// theta  actor, a softmax over actions           Actor, policy
/// w      critic, Q1 and Q2; wbar: its target     Critic, critic; target
/// alpha  weight of the entropy                   temperature
///
/// repeat                                                               GameAgent.Update
///     draw (s, a, r, s', d)                                            GameBatch.Draw
///     v(s') = sum_a' pi(a'|s') (min Qbar_i(s', a') - alpha log pi(a'|s'))
///     y = r + gamma (1 - d) v(s')                                      SacDiscreteGame.CriticErrors
///     w &lt;- w - rate d_w sum_i mean (Q_i(s, a) - y)^2                   SacDiscreteGame.CriticCost
///     wbar &lt;- wbar + tau (w - wbar)                                    Targets
///     theta &lt;- theta - rate d_theta mean sum_a pi(a|s) (alpha log pi(a|s) - min Q_i(s, a))   SacDiscreteGame.ActorCost
///     log alpha &lt;- log alpha - rate mean (H(pi(.|s)) - target)         SidePlayers, Temperature.Cost
/// </code>
/// </summary>
/// <remarks>
/// Metrics: those of the <see cref="GameAgent"/>, <c>train/entropy_weight</c> alpha, <c>train/entropy</c> H(pi(.|s)) averaged over the
/// batch.
/// </remarks>
public sealed class SacDiscrete : IActorCritic
{
    private readonly SacDiscreteOptions _options;
    private readonly CategoricalPolicy<float> _policy;
    private readonly TwinActionValue<float> _critic;
    private readonly TwinActionValue<float> _target;
    private readonly Temperature _temperature;

    /// <summary>Untrained networks.</summary>
    /// <param name="observationSize">Numbers in an observation.</param>
    /// <param name="actionCount">Actions, at least 1.</param>
    /// <param name="options">Options.</param>
    /// <param name="stream">The agent's random numbers.</param>
    /// <exception cref="UserError">An option or a size is not accepted.</exception>
    public SacDiscrete(int observationSize, int actionCount, SacDiscreteOptions options, RandomStream stream)
    {
        _options = OptionBinder.Checked(options);
        Task = AgentTask.FiniteActions(observationSize, actionCount);
        ActionSize = actionCount;
        int[] sizes = options.Sizes(observationSize, actionCount);
        _policy = new CategoricalPolicy<float>(Mlp.Drawn(Actor, "policy", sizes, stream.Split("actor")));

        // The target starts as a copy because it is drawn from the same stream.
        var target = new Parameters<float>("target critic");
        _critic = TwinActionValue.Drawn(Critic, sizes, stream.Split("critic"), options.TwinCritics, ofChoices: true);
        _target = TwinActionValue.Drawn(target, sizes, stream.Split("critic"), options.TwinCritics, ofChoices: true);
        _temperature = new Temperature(options.EntropyWeight);
        Targets = [new TargetNetwork("target", target, Critic, TargetMoment.AfterCritic)];
        SidePlayers = options.TuneEntropyWeight ? [_temperature.Tuned(options.EntropyLearningRate)] : [];
    }

    /// <summary>An untrained agent that plays this game.</summary>
    /// <inheritdoc cref="SacDiscrete(int, int, SacDiscreteOptions, RandomStream)"/>
    public static GameAgent Agent(int observationSize, int actionCount, SacDiscreteOptions options, RandomStream stream) =>
        new(new SacDiscrete(observationSize, actionCount, options, stream), stream);

    /// <inheritdoc/>
    public GameOptions Options => _options;

    /// <inheritdoc/>
    public AgentTask Task { get; }

    /// <inheritdoc/>
    public int ObservationSize => Task.ObservationSize;

    /// <inheritdoc/>
    public int ActionSize { get; }

    /// <inheritdoc/>
    public Parameters<float> Actor { get; } = new("actor");

    /// <inheritdoc/>
    public PolicyHead Head { get; } = new(PolicyKind.Categorical);

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

    // log |A|, of which the target is a part.
    private double TargetEntropy => _options.TargetEntropyRatio * Math.Log(ActionSize);

    /// <inheritdoc/>
    public ActorCriticGame<float> Game(TransitionInputs<float> batch, NoiseInputs noise, TwinActionValue<float> followed)
    {
        var game = new SacDiscreteGame<float>(batch, _critic, _target, _policy, _temperature.Value, _options) { Followed = followed };
        Expression<float> expected = ExpectedLog(_policy.LogProbabilities(batch.Observation));
        return game.Between(Actor, Critic) with
        {
            ActorMeasures = [_temperature.Gradient(expected, TargetEntropy), _temperature.Measure, Temperature.Entropy(expected)],
        };
    }

    /// <inheritdoc/>
    public NextMove<float> Next(Expression<float> observation, Expression<float> noise)
    {
        Expression<float> log = _policy.LogProbabilities(observation);
        return new(Exp(log), _options.EntropyInTarget ? EntropyOf(log) : null);
    }

    /// <inheritdoc/>
    public NextMove<float> Explore(Expression<float> observation, Expression<float> noise)
    {
        Expression<float> log = _policy.LogProbabilities(observation);
        return new(log, EntropyOf(log));
    }

    /// <inheritdoc/>
    public Expression<float> Exploit(Expression<float> observation) => _policy.LogProbabilities(observation);

    // alpha H(pi(.|s)), rows x 1.
    private Expression<float> EntropyOf(Expression<float> log) => -(_temperature.Value * ExpectedLog(log));

    // -H(pi(.|s)), rows x 1: the expectation of log pi(a|s).
    private static Expression<float> ExpectedLog(Expression<float> log) => SumColumns(Exp(log) * log);
}

/// <summary>
/// The costs of soft actor-critic for finitely many actions on a batch as functions of its symbols; derivatives flow through all of
/// them. A replayed action is a row of weights, 1 at the one that was taken.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Batch">(s, a, r, s', d).</param>
/// <param name="Critic">Q1 and Q2, or one of them, of w.</param>
/// <param name="TargetCritic">Qbar1 and Qbar2.</param>
/// <param name="Policy">pi, of theta.</param>
/// <param name="Temperature">alpha, 1 x 1.</param>
/// <param name="Options">Options.</param>
internal sealed record SacDiscreteGame<T>(
    TransitionInputs<T> Batch, TwinActionValue<T> Critic, TwinActionValue<T> TargetCritic, CategoricalPolicy<T> Policy,
    Expression<T> Temperature, SacDiscreteOptions Options)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>What the actor follows: the critic, or with a correction Q1 + W1 and Q2 + W2.</summary>
    public TwinActionValue<T> Followed { get; init; } = Critic;

    /// <summary>
    /// Q_i(s, a) against y = r + gamma (1 - d) sum_a' pi(a'|s') (min(Qbar1, Qbar2)(s', a') - alpha log pi(a'|s')) (Christodoulou 2019,
    /// algorithm 1), which is held fixed without <see cref="SacDiscreteOptions.TargetGradient"/>.
    /// </summary>
    public IReadOnlyList<SquaredError<T>> CriticErrors
    {
        get
        {
            Expression<T> log = Policy.LogProbabilities(Batch.NextObservation), value = TargetCritic.SmallerValues(Batch.NextObservation);
            Expression<T> soft = Options.EntropyInTarget ? value - (Temperature * log) : value;
            Expression<T> y = Batch.Target(Options.Discount, SumColumns(Exp(log) * soft));
            return Batch.Errors(Critic, Options.TargetGradient ? y : Stop(y));
        }
    }

    /// <summary>L(theta, w) = mean (Q1(s, a) - y)^2 + mean (Q2(s, a) - y)^2, 1 x 1.</summary>
    public Expression<T> CriticCost => SquaredError.Sum(CriticErrors);

    /// <summary>-J(theta, w) = mean sum_a pi(a|s) (alpha log pi(a|s) - min(Q1, Q2)(s, a)), 1 x 1 (Christodoulou 2019, algorithm 1).</summary>
    public Expression<T> ActorCost => CostIn(Batch.Observation);

    /// <summary>-(1 - gamma) J over states that episodes began in, 1 x 1: the direct term of Wen et al. 2021, eq. 43.</summary>
    public Expression<T> StartActorCost => (1 - Options.Discount) * CostIn(Batch.StartObservation);

    /// <summary>-mean min(Q1, Q2)(s, a) on the replayed a, 1 x 1: its gradient in w is Wen's semi-gradient (2021, eq. 42).</summary>
    public Expression<T> ReplayedActorCost => -Mean(Followed.Smaller(Batch.Observation, Batch.Action));

    /// <summary>The game of both players.</summary>
    /// <param name="actor">theta.</param>
    /// <param name="critic">w.</param>
    public ActorCriticGame<T> Between(Parameters<T> actor, Parameters<T> critic) =>
        ActorCriticGame.Of(actor, critic, ActorCost, () => StartActorCost, ReplayedActorCost, CriticErrors, Options.Gradient);

    private Expression<T> CostIn(Expression<T> observation)
    {
        Expression<T> log = Policy.LogProbabilities(observation);
        return Mean(SumColumns(Exp(log) * ((Temperature * log) - Followed.SmallerValues(observation))));
    }
}
