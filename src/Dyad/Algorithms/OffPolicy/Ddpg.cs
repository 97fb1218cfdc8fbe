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

/// <summary>Options of <see cref="Ddpg"/>; defaults are those of Spinning Up, which the experiments of Zheng et al. 2021 build on.</summary>
public sealed record DdpgOptions : GameOptions
{
    /// <summary>The defaults.</summary>
    public DdpgOptions()
    {
        ActorLearningRate = 1e-3;
        CriticLearningRate = 1e-3;
        BatchSize = 100;
        Correction = new() { ResidualLearningRate = 1e-3 };
    }

    /// <summary>Standard deviation of the Gaussian noise on actions in training, in units of the action's bound.</summary>
    [Range(0.0, 10.0)]
    public double ExplorationNoise { get; init; } = 0.1;

    /// <summary>Which policy chooses the next action in the critic's target.</summary>
    public NextAction NextAction { get; init; } = NextAction.TargetPolicy;
}

/// <summary>
/// Deep deterministic policy gradient (Lillicrap et al. 2016, algorithm 1; Zheng et al. 2021, eqs. 7 and 8): an actor and a critic whose
/// game a <see cref="GameAgent"/> plays. With the actor or the critic leading it is STDDPG (Zheng et al. 2021, algorithms 1 and 2); with
/// a residual correction the actor follows q + w (Wen et al. 2021, section 4.3).
/// <code>
/// theta  actor, pi = tanh of a network; thetabar: its target   Actor, DeterministicActor
/// w      critic Q; wbar: its target                            Critic, critic; target
///
/// repeat                                                       GameAgent.Update
///     draw (s, a, r, s', d)                                    GameBatch.Draw
///     y = r + gamma (1 - d) Qbar(s', pi'(s'))                  DdpgGame.CriticErrors; pi' is of thetabar, or of theta: NextAction
///     w &lt;- w - rate d_w mean (Q(s, a) - y)^2                   DdpgGame.CriticCost
///     theta &lt;- theta + rate d_theta mean Q(s, pi(s))           DdpgGame.ActorCost
///     wbar &lt;- wbar + tau (w - wbar), thetabar likewise         Targets
/// </code>
/// </summary>
/// <remarks>Metrics: those of the <see cref="GameAgent"/>.</remarks>
public sealed class Ddpg : IActorCritic
{
    private readonly DdpgOptions _options;
    private readonly DeterministicActor _actor;

    /// <summary>Untrained networks.</summary>
    /// <param name="observationSize">Numbers in an observation.</param>
    /// <param name="actionSize">Numbers in an action, each in [-1, 1].</param>
    /// <param name="options">Options.</param>
    /// <param name="stream">The agent's random numbers.</param>
    /// <exception cref="UserError">An option or a size is not accepted.</exception>
    public Ddpg(int observationSize, int actionSize, DdpgOptions options, RandomStream stream)
    {
        _options = OptionBinder.Checked(options);
        (ObservationSize, ActionSize) = AgentTask.RealActions(observationSize, actionSize).Sizes;

        _actor = new DeterministicActor(
            Actor, options.Sizes(observationSize, actionSize), options.NextAction, options.ExplorationNoise, stream);

        // The target starts as a copy because it is drawn from the same stream.
        int[] sizes = options.Sizes(observationSize + actionSize, 1);
        var target = new Parameters<float>("target critic");
        FollowedCritic = new(new ActionValue<float>(Mlp.Drawn(Critic, "q", sizes, stream.Split("critic"))), null);
        FollowedTarget = new(new ActionValue<float>(Mlp.Drawn(target, "q", sizes, stream.Split("critic"))), null);
        Targets = [new TargetNetwork("target_critic", target, Critic, TargetMoment.AfterActor), _actor.Target];
    }

    /// <summary>An untrained agent that plays this game.</summary>
    /// <inheritdoc cref="Ddpg(int, int, DdpgOptions, RandomStream)"/>
    public static GameAgent Agent(int observationSize, int actionSize, DdpgOptions options, RandomStream stream) =>
        new(new Ddpg(observationSize, actionSize, options, stream), stream);

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
    public TwinActionValue<float> FollowedCritic { get; }

    /// <inheritdoc/>
    public TwinActionValue<float> FollowedTarget { get; }

    /// <inheritdoc/>
    public ActorCriticGame<float> Game(TransitionInputs<float> batch, NoiseInputs noise, TwinActionValue<float> followed) =>
        new DdpgGame<float>(batch, FollowedCritic.First, FollowedTarget.First, _actor.Policy, _actor.NextPolicy, _options)
        {
            Followed = followed.First,
        }.Between(Actor, Critic);

    /// <inheritdoc/>
    public NextMove<float> Next(Expression<float> observation, Expression<float> noise) => new(_actor.NextPolicy.Action(observation));

    /// <inheritdoc/>
    public NextMove<float> Explore(Expression<float> observation, Expression<float> noise) =>
        _actor.Explore(observation, noise);

    /// <inheritdoc/>
    public Expression<float> Exploit(Expression<float> observation) => _actor.Policy.Action(observation);
}

/// <summary>
/// The costs of DDPG on a batch as functions of its symbols. Derivatives flow through the policy of the target: with the current
/// policy the critic's cost depends on the actor (Zheng et al. 2021 need this; with a target policy the mixed derivative is zero).
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Batch">(s, a, r, s', d).</param>
/// <param name="Critic">Q, of w.</param>
/// <param name="TargetCritic">Qbar.</param>
/// <param name="Policy">pi, of theta.</param>
/// <param name="NextPolicy">pi': the current policy, or a target policy for textbook DDPG.</param>
/// <param name="Options">Options.</param>
internal sealed record DdpgGame<T>(
    TransitionInputs<T> Batch, ActionValue<T> Critic, ActionValue<T> TargetCritic, DeterministicPolicy<T> Policy,
    DeterministicPolicy<T> NextPolicy, DdpgOptions Options)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>What the actor follows: the critic, or with a correction Q + W.</summary>
    public ActionValue<T> Followed { get; init; } = Critic;

    /// <summary>Q(s, a) against y = r + gamma (1 - d) Qbar(s', pi'(s')) (Zheng et al. 2021, eq. 8).</summary>
    public IReadOnlyList<SquaredError<T>> CriticErrors => [new(
        Critic.Value(Batch.Observation, Batch.Action),
        Batch.Target(Options.Discount, TargetCritic.Value(Batch.NextObservation, NextPolicy.Action(Batch.NextObservation))))];

    /// <summary>L(theta, w) = mean (Q(s, a) - y)^2, 1 x 1 and without a factor 1/2.</summary>
    public Expression<T> CriticCost => SquaredError.Sum(CriticErrors);

    /// <summary>-J(theta, w) = -mean Q(s, pi(s)), 1 x 1 (Zheng et al. 2021, eq. 7).</summary>
    public Expression<T> ActorCost => CostIn(Batch.Observation);

    /// <summary>-(1 - gamma) J over states that episodes began in, 1 x 1: the direct term of Wen et al. 2021, eq. 43.</summary>
    public Expression<T> StartActorCost => (1 - Options.Discount) * CostIn(Batch.StartObservation);

    /// <summary>-mean Q(s, a) on the replayed a, 1 x 1: its gradient in w is Wen's semi-gradient (2021, eq. 42).</summary>
    public Expression<T> ReplayedActorCost => -Mean(Followed.Value(Batch.Observation, Batch.Action));

    /// <summary>The game of both players.</summary>
    /// <param name="actor">theta.</param>
    /// <param name="critic">w.</param>
    public ActorCriticGame<T> Between(Parameters<T> actor, Parameters<T> critic) =>
        ActorCriticGame.Of(actor, critic, ActorCost, () => StartActorCost, ReplayedActorCost, CriticErrors, Options.Gradient);

    private Expression<T> CostIn(Expression<T> observation) => -Mean(Followed.Value(observation, Policy.Action(observation)));
}
