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

/// <summary>Options of <see cref="Td3"/>; defaults are the paper's, with networks of 256 units as in Spinning Up.</summary>
public sealed record Td3Options : GameOptions
{
    /// <summary>The defaults.</summary>
    public Td3Options()
    {
        ActorLearningRate = 1e-3;
        CriticLearningRate = 1e-3;
        BatchSize = 100;
        Correction = new() { ResidualLearningRate = 1e-3 };
    }

    /// <summary>Standard deviation of the Gaussian noise on actions in training, in units of the action's bound.</summary>
    [Range(0.0, 10.0)]
    public double ExplorationNoise { get; init; } = 0.1;

    /// <summary>sigma: standard deviation of the noise that smooths the next action in the target, in the same units.</summary>
    [Range(0.0, 10.0)]
    public double TargetNoise { get; init; } = 0.2;

    /// <summary>c: largest magnitude of that noise.</summary>
    [Range(0.0, 10.0)]
    public double TargetNoiseClip { get; init; } = 0.5;

    /// <summary>d: updates of the critic for each of the actor and the targets.</summary>
    [Range(1, 1000)]
    public int ActorDelay { get; init; } = 2;

    /// <summary>Which policy chooses the next action in the critic's target.</summary>
    public NextAction NextAction { get; init; } = NextAction.TargetPolicy;
}

/// <summary>
/// Twin delayed deep deterministic policy gradient (Fujimoto et al. 2018, algorithm 1): an actor and a critic whose game a
/// <see cref="GameAgent"/> plays, under any rule (STTD3, as STDDPG of Zheng et al. 2021) and with a correction of Q1, which the actor
/// follows: the res-critic learns from the TD errors of Q1 with its own target.
/// <code>
/// theta  actor, pi = tanh of a network; thetabar: its target        Actor, DeterministicActor
/// w      critic, Q1 and Q2; wbar: its target                        Critic, critic; target
///
/// repeat                                                            GameAgent.Update
///     draw (s, a, r, s', d), xi                                     GameBatch.Draw
///     a' = clip(pi'(s') + clip(sigma xi, -c, c), -1, 1)             Td3Game.Smoothed; pi' is of thetabar, or of theta: NextAction
///     y = r + gamma (1 - d) min Qbar_i(s', a')                      Td3Game.CriticErrors
///     w &lt;- w - rate d_w sum_i mean (Q_i(s, a) - y)^2                Td3Game.CriticCost
///     every d-th time:                                              ActorDelay
///         theta &lt;- theta + rate d_theta mean Q1(s, pi(s))           Td3Game.ActorCost
///         wbar &lt;- wbar + tau (w - wbar), thetabar likewise          Targets
/// </code>
/// The players meet in Q1 alone: the derivative of J in Q2 is zero, and L has no second derivative across the two.
/// </summary>
/// <remarks>Metrics: those of the <see cref="GameAgent"/>, <c>train/mean_q</c> Q1(s, a) averaged over the batch.</remarks>
public sealed class Td3 : IActorCritic
{
    private readonly Td3Options _options;
    private readonly DeterministicActor _actor;
    private readonly TwinActionValue<float> _critic;
    private readonly TwinActionValue<float> _target;

    /// <summary>Untrained networks.</summary>
    /// <param name="observationSize">Numbers in an observation.</param>
    /// <param name="actionSize">Numbers in an action, each in [-1, 1].</param>
    /// <param name="options">Options.</param>
    /// <param name="stream">The agent's random numbers.</param>
    /// <exception cref="UserError">An option or a size is not accepted.</exception>
    public Td3(int observationSize, int actionSize, Td3Options options, RandomStream stream)
    {
        _options = OptionBinder.Checked(options);
        (ObservationSize, ActionSize) = AgentTask.RealActions(observationSize, actionSize).Sizes;

        _actor = new DeterministicActor(
            Actor, options.Sizes(observationSize, actionSize), options.NextAction, options.ExplorationNoise, stream);

        // The target starts as a copy because it is drawn from the same stream.
        int[] sizes = options.Sizes(observationSize + actionSize, 1);
        var target = new Parameters<float>("target critic");
        _critic = TwinActionValue.Drawn(Critic, sizes, stream.Split("critic"));
        _target = TwinActionValue.Drawn(target, sizes, stream.Split("critic"));
        Targets = [new TargetNetwork("target_critic", target, Critic, TargetMoment.AfterActor), _actor.Target];
    }

    /// <summary>An untrained agent that plays this game.</summary>
    /// <inheritdoc cref="Td3(int, int, Td3Options, RandomStream)"/>
    public static GameAgent Agent(int observationSize, int actionSize, Td3Options options, RandomStream stream) =>
        new(new Td3(observationSize, actionSize, options, stream), stream);

    /// <inheritdoc/>
    public GameOptions Options => _options;

    /// <inheritdoc/>
    public int ObservationSize { get; }

    /// <inheritdoc/>
    public int ActionSize { get; }

    /// <inheritdoc/>
    public Parameters<float> Actor { get; } = new("actor");

    /// <inheritdoc/>
    public PolicyHead Head { get; } = new(PolicyKind.Deterministic);

    /// <inheritdoc/>
    public Parameters<float> Critic { get; } = new("critic");

    /// <inheritdoc/>
    public IReadOnlyList<TargetNetwork> Targets { get; }

    /// <inheritdoc/>
    public int ActorDelay => _options.ActorDelay;

    /// <inheritdoc/>
    public TwinActionValue<float> FollowedCritic => new(_critic.First, null);

    /// <inheritdoc/>
    public TwinActionValue<float> FollowedTarget => new(_target.First, null);

    /// <inheritdoc/>
    public ActorCriticGame<float> Game(TransitionInputs<float> batch, NoiseInputs noise, TwinActionValue<float> followed)
    {
        var game = new Td3Game<float>(batch, _critic, _target, _actor.Policy, _actor.NextPolicy, noise["target noise"], _options)
        {
            Followed = followed.First,
        };
        return game.Between(Actor, Critic) with
        {
            CriticMeasures = [game.MeanValue],
        };
    }

    /// <inheritdoc/>
    public NextMove<float> Next(Expression<float> observation, Expression<float> noise) =>
        new(Td3Game<float>.Smoothed(_actor.NextPolicy, observation, noise, _options));

    /// <inheritdoc/>
    public NextMove<float> Explore(Expression<float> observation, Expression<float> noise) =>
        _actor.Explore(observation, noise);

    /// <inheritdoc/>
    public Expression<float> Exploit(Expression<float> observation) => _actor.Policy.Action(observation);
}

/// <summary>
/// The costs of TD3 on a batch as functions of its symbols. Derivatives flow through the policy of the target, not through clips
/// that hold.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Batch">(s, a, r, s', d).</param>
/// <param name="Critic">Q1 and Q2, of w.</param>
/// <param name="TargetCritic">Qbar1 and Qbar2.</param>
/// <param name="Policy">pi, of theta.</param>
/// <param name="NextPolicy">pi': the current policy, or a target policy as in the paper.</param>
/// <param name="Noise">xi, batch x actions, standard normal.</param>
/// <param name="Options">Options.</param>
internal sealed record Td3Game<T>(
    TransitionInputs<T> Batch, TwinActionValue<T> Critic, TwinActionValue<T> TargetCritic, DeterministicPolicy<T> Policy,
    DeterministicPolicy<T> NextPolicy, Expression<T> Noise, Td3Options Options)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>What the actor follows: Q1, or with a correction Q1 + W.</summary>
    public ActionValue<T> Followed { get; init; } = Critic.First;

    /// <summary>Q_i(s, a) against y = r + gamma (1 - d) min(Qbar1, Qbar2)(s', a') (Fujimoto et al. 2018, eqs. 10 and 15).</summary>
    public IReadOnlyList<SquaredError<T>> CriticErrors
    {
        get
        {
            Expression<T> next = Smoothed(NextPolicy, Batch.NextObservation, Noise, Options);
            Expression<T> y = Batch.Target(Options.Discount, TargetCritic.Smaller(Batch.NextObservation, next));
            return Batch.Errors(Critic, y);
        }
    }

    /// <summary>L(theta, w) = mean (Q1(s, a) - y)^2 + mean (Q2(s, a) - y)^2, 1 x 1.</summary>
    public Expression<T> CriticCost => SquaredError.Sum(CriticErrors);

    /// <summary>-J(theta, w) = -mean Q1(s, pi(s)), 1 x 1: the first critic alone.</summary>
    public Expression<T> ActorCost => CostIn(Batch.Observation);

    /// <summary>-(1 - gamma) J over states that episodes began in, 1 x 1: the direct term of Wen et al. 2021, eq. 43.</summary>
    public Expression<T> StartActorCost => (1 - Options.Discount) * CostIn(Batch.StartObservation);

    /// <summary>-mean Q1(s, a) on the replayed a, 1 x 1: its gradient in w is Wen's semi-gradient (2021, eq. 42).</summary>
    public Expression<T> ReplayedActorCost => -Mean(Followed.Value(Batch.Observation, Batch.Action));

    /// <summary>The metric <c>train/mean_q</c>: Q1(s, a) averaged over the batch.</summary>
    public Measure<T> MeanValue => new("train/mean_q", Mean(Critic.First.Value(Batch.Observation, Batch.Action)), mean => mean);

    /// <summary>The game of both players.</summary>
    /// <param name="actor">theta.</param>
    /// <param name="critic">w.</param>
    public ActorCriticGame<T> Between(Parameters<T> actor, Parameters<T> critic) =>
        ActorCriticGame.Of(actor, critic, ActorCost, () => StartActorCost, ReplayedActorCost, CriticErrors, Options.Gradient);

    /// <summary>clip(pi(s') + clip(sigma noise, -c, c), -1, 1) (Fujimoto et al. 2018, eq. 14).</summary>
    internal static Expression<T> Smoothed(DeterministicPolicy<T> policy, Expression<T> observation, Expression<T> noise, Td3Options options) =>
        Clamp(policy.Action(observation) + Clamp(options.TargetNoise * noise, -options.TargetNoiseClip, options.TargetNoiseClip), -1, 1);

    private Expression<T> CostIn(Expression<T> observation) => -Mean(Followed.Value(observation, Policy.Action(observation)));
}
