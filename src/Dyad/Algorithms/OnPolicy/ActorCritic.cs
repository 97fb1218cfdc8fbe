using System.ComponentModel.DataAnnotations;
using System.Numerics;
using Dyad.Algorithms.Rules;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Numerics;
using static Dyad.Autodiff.Operations;

namespace Dyad.Algorithms;

/// <summary>What the critic estimates.</summary>
public enum CriticKind
{
    /// <summary>V(s), as in proposition 1 of Zheng et al. 2021.</summary>
    V,

    /// <summary>Q(s, a), as in their theorem 1; the value of a state is its mean over the policy's actions.</summary>
    Q,
}

/// <summary>What the critic is compared with.</summary>
public enum CriticTarget
{
    /// <summary>G_t: discounted return to go, with V at a cut.</summary>
    MonteCarlo,

    /// <summary>r_t + gamma V(s_{t+1}), with the w of each of the critic's steps.</summary>
    Bootstrapped,

    /// <summary>V(s_t) + A_t by generalised advantage estimation.</summary>
    LambdaReturn,
}

/// <summary>A_t of the actor's gradient.</summary>
public enum DirectTerm
{
    /// <summary>Generalised advantage estimation (Schulman et al. 2016).</summary>
    Gae,

    /// <summary>G_t, without a baseline.</summary>
    Returns,

    /// <summary>The critic after its steps: Q(s_t, a_t) as in eq. 3 of Zheng et al. 2021, or r_t + gamma V(s_{t+1}).</summary>
    Critic,
}

/// <summary>How a leading actor's game is estimated with a V critic; with a Q critic it is theorem 1 (<see cref="EpisodeGame"/>).</summary>
public enum EpisodeForm
{
    /// <summary>Proposition 1, J in w being E[V(s_0)], beside the plain gradient.</summary>
    StartValue,

    /// <summary>Proposition 1 with J = E[r_0 + gamma V(s_1)], whose direct term is that of the first action.</summary>
    OneStep,

    /// <summary>As the code of Zheng et al. 2021 has it: the implicit part is a multiple of the plain gradient.</summary>
    AsPublished,
}

/// <summary>Options of the on-policy <see cref="ActorCritic"/>.</summary>
public record ActorCriticOptions : OnPolicyOptions, IChecked
{
    /// <summary>The published networks: 64 and 32 units.</summary>
    public ActorCriticOptions() => LastHiddenWidth = 32;

    /// <summary>What the critic estimates.</summary>
    public CriticKind Critic { get; init; } = CriticKind.V;

    /// <summary>What the critic is compared with.</summary>
    public CriticTarget CriticTarget { get; init; } = CriticTarget.MonteCarlo;

    /// <summary>A_t of the actor's gradient.</summary>
    public DirectTerm DirectTerm { get; init; } = DirectTerm.Gae;

    /// <summary>lambda of generalised advantage estimation.</summary>
    [Range(0.0, 1.0)]
    public double GaeLambda { get; init; } = 0.97;

    /// <summary>Whether A_t is brought to mean 0 and standard deviation 1 over the epoch.</summary>
    public bool NormalizeAdvantages { get; init; } = true;

    /// <summary>Environment steps of an epoch, of all environments together.</summary>
    [Range(1, 10_000_000)]
    public int StepsPerEpoch { get; init; } = 4000;

    /// <summary>n: environments that step together.</summary>
    [Range(1, 4096)]
    public int Environments { get; init; } = 1;

    /// <summary>m: steps of the critic in an epoch, for one of the actor.</summary>
    [Range(0, 10_000)]
    public int CriticUpdates { get; init; } = 80;

    /// <summary>
    /// Whether an epoch goes on to the end of the running episode, so that none is cut; for a single environment. Otherwise a
    /// running episode goes on in the next epoch.
    /// </summary>
    public bool WholeEpisodes { get; init; }

    /// <summary>How a leading actor's game is estimated.</summary>
    public EpisodeForm EpisodeForm { get; init; } = EpisodeForm.StartValue;

    /// <summary>Share of an epoch's episodes that the implicit part is estimated from.</summary>
    [Range(0.0, 1.0)]
    public double ImplicitShare { get; init; } = 1;

    /// <summary>
    /// Whether a leading actor moves along its plain gradient, as far as its total derivative would take it: what an ablation needs
    /// to tell direction from step length.
    /// </summary>
    public bool LengthOnly { get; init; }

    /// <summary>What turns the costs into directions; only the actor can lead.</summary>
    public RuleOptions Gradient { get; init; } = new();

    /// <summary>Whether and how a res-critic corrects the critic that the actor follows: a Q critic, or a V critic in its advantages.</summary>
    public ResidualOptions Correction { get; init; } = new();

    /// <summary>What lies between a player's direction and its step.</summary>
    public StepOptions Step { get; init; } = new();

    /// <summary>How the actor's network is drawn.</summary>
    internal virtual InitialWeights ActorWeights => default;

    /// <summary>How the critic's network is drawn.</summary>
    internal virtual InitialWeights CriticWeights => default;

    /// <summary>Added to the root of Adam's second moment.</summary>
    internal virtual double Epsilon => 1e-8;

    /// <inheritdoc/>
    public virtual void Check()
    {
        Gradient.Check();
        if (Correction.Residual && (Gradient.Rule != Rule.Individual || DirectTerm != (Critic == CriticKind.Q ? DirectTerm.Critic : DirectTerm.Gae)))
        {
            throw new UserError("the option 'residual' is true, which corrects the critic that the actor follows: give rule=individual and either critic=q, direct_term=critic or critic=v, direct_term=gae");
        }

        if (StepsPerEpoch % Environments != 0)
        {
            throw new UserError(
                $"steps_per_epoch is {StepsPerEpoch} and environments {Environments}; the first must be a multiple of the second");
        }

        if (WholeEpisodes && Environments > 1)
        {
            throw new UserError($"the option 'whole_episodes' is true with {Environments} environments; it takes environments=1");
        }

        if (Correction.MeasuresCritic)
        {
            throw new UserError("the option 'td_errors' is true, which in an on-policy method takes residual=true");
        }

        if (Gradient.Rule == Rule.Stackelberg)
        {
            CheckLeader();
        }
    }

    /// <summary>Whether an actor can lead by these options.</summary>
    /// <exception cref="UserError">Options do not go together.</exception>
    internal void CheckLeader()
    {
        if (Gradient.Leader == Player.Critic)
        {
            throw new UserError("the option 'leader' is 'critic'; of on-policy methods only the actor leads: give leader=actor");
        }

        if (Gradient.LeaderDerivative == LeaderDerivative.ReplayedAction)
        {
            throw new UserError("the option 'leader_derivative' is 'replayed-action', which is for methods with a replay; give leader_derivative=current-action");
        }

        if (Gradient.LeaderStates == LeaderStates.Start)
        {
            throw new UserError("the option 'leader_states' is 'start', which is for methods with a replay; give leader_states=replayed");
        }

        if (EpisodeForm != EpisodeForm.StartValue && Critic == CriticKind.Q)
        {
            throw new UserError("the option 'episode_form' is for a V critic; with critic=q leave it at start-value");
        }

        if (Gradient.Solver == Solver.SampleSpace && (EpisodeForm == EpisodeForm.AsPublished || Critic == CriticKind.Q))
        {
            throw new UserError("the option 'solver' is 'sample-space', whose coupling is that of proposition 1: give critic=v and episode_form=start-value or one-step");
        }
    }
}

/// <summary>
/// On-policy actor-critic (Zheng et al. 2021, section 3.3, eqs. 2-6), which an <see cref="EpochAgent"/> plays; with the actor leading
/// it is STAC (section 4.2; <see cref="EpisodeGame"/> has its games).
/// <code>
/// theta  actor, a softmax or a Gaussian        OnPolicyActor
/// w      critic, V or Q                        OnPolicyCritic
///
/// repeat                                                       EpochAgent.Update
///     n environments step under pi_theta                       EpochAgent.Observe
///     A_t and G_t from V_w                                     EpochAgent.Evaluate, EpochAgent.Weigh
///     m times: w &lt;- w - rate d_w mean (V(s_t) - G_t)^2         EpochGame.CriticCost
///     theta &lt;- theta + rate d_theta mean A_t log pi(a_t|s_t)   EpochGame.ActorCost
/// </code>
/// </summary>
public static class ActorCritic
{
    /// <summary>An untrained agent that plays this game.</summary>
    /// <inheritdoc cref="EpochAgent(AgentTask, ActorCriticOptions, RandomStream)"/>
    public static EpochAgent Agent(AgentTask task, ActorCriticOptions options, RandomStream stream) => new(task, options, stream);

    /// <summary>-mean of A_t log pi(a_t|s_t), 1 x 1: minus its gradient is eq. 3 of Zheng et al. 2021 with A_t for Q_w.</summary>
    /// <param name="batch">Steps; the weight is A_t, times gamma^t where visits are discounted.</param>
    /// <param name="logProbability">log pi(a_t|s_t), steps x 1.</param>
    public static Expression<T> ActorCost<T>(RolloutInputs<T> batch, Expression<T> logProbability)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => -Mean(batch.Weight * logProbability);
}

/// <summary>The costs of the on-policy actor-critic on steps of an epoch as functions of their symbols.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Batch">Steps; the weight is A_t, the return G_t.</param>
/// <param name="LogProbability">log pi(a_t|s_t), steps x 1.</param>
/// <param name="Entropy">Entropy of pi(.|s_t), steps x 1.</param>
/// <param name="Taken">V(s_t) or Q(s_t, a_t), steps x 1.</param>
/// <param name="NextValue">V(s_{t+1}), steps x 1.</param>
/// <param name="Options">Options.</param>
internal record EpochGame<T>(
    RolloutInputs<T> Batch, Expression<T> LogProbability, Expression<T> Entropy, Expression<T> Taken, Expression<T> NextValue,
    ActorCriticOptions Options)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>w(s_t, a_t), what a res-critic adds where the actor sees Q, steps x 1; null without a correction.</summary>
    public Expression<T>? Correction { get; init; }

    /// <summary>L(w) = mean of (critic - target)^2, 1 x 1 (Zheng et al. 2021, eq. 4).</summary>
    public virtual Expression<T> CriticCost => Mean(Square(Taken - Target));

    /// <summary>-J, 1 x 1 (Zheng et al. 2021, eq. 3).</summary>
    public virtual Expression<T> ActorCost => ActorCritic.ActorCost(Batch, LogProbability);

    /// <summary>The critic as the actor's gradient sees it, steps x 1: Q(s_t, a_t), or r_t + gamma V(s_{t+1}).</summary>
    public Expression<T> Seen => Options.Critic != CriticKind.Q
        ? Batch.Target(Options.Discount, NextValue)
        : Correction is null ? Taken : Taken + Correction;

    /// <summary>What else is computed with the actor's direction.</summary>
    public virtual IReadOnlyList<Measure<T>> ActorMeasures => [new("train/entropy", Mean(Entropy), entropy => entropy)];

    /// <summary>G_t, or r_t + gamma V(s_{t+1}) without derivatives, steps x 1.</summary>
    protected Expression<T> Target => Options.CriticTarget == CriticTarget.Bootstrapped
        ? Stop(Batch.Target(Options.Discount, NextValue))
        : Batch.Return;

    /// <summary>The game of both players.</summary>
    /// <param name="actor">theta.</param>
    /// <param name="critic">w.</param>
    public ActorCriticGame<T> Between(Parameters<T> actor, Parameters<T> critic) => new(actor, critic, ActorCost, CriticCost)
    {
        ActorMeasures = ActorMeasures,
    };
}
