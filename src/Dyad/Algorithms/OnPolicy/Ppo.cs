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

/// <summary>Which steps of a rollout make a minibatch.</summary>
public enum MinibatchKind
{
    /// <summary>Any, in a random order.</summary>
    Shuffled,

    /// <summary>Some that follow each other, the stretches in a random order.</summary>
    Segments,
}

/// <summary>Options of <see cref="Ppo"/>; an epoch of <see cref="ActorCriticOptions"/> is a rollout here.</summary>
public sealed record PpoOptions : ActorCriticOptions
{
    /// <summary>Those of common implementations on tasks of real actions.</summary>
    public PpoOptions()
    {
        LastHiddenWidth = 0;
        StepsPerEpoch = 2048;
        GaeLambda = 0.95;
        CriticTarget = CriticTarget.LambdaReturn;
        CriticUpdates = 1;
        InitialLogDeviation = 0;
        ActorLearningRate = 3e-4;
        CriticLearningRate = 3e-4;
        Step = new StepOptions { GradientClip = 0.5 };
        Gradient = new RuleOptions { Order = UpdateOrder.Simultaneous };
    }

    /// <summary>K: passes over a rollout.</summary>
    [Range(1, 1000)]
    public int Passes { get; init; } = 10;

    /// <summary>
    /// M: steps in a minibatch, the last one of a rollout having what is left; 0 for the whole rollout, or of segments for all that an
    /// environment has of it.
    /// </summary>
    [Range(0, 10_000_000)]
    public int MinibatchSize { get; init; } = 64;

    /// <summary>epsilon: how far a ratio of probabilities may move from 1 and still be rewarded.</summary>
    [Range(1e-6, 1e6)]
    public double ClipRange { get; init; } = 0.2;

    /// <summary>How epsilon changes.</summary>
    public Schedule ClipSchedule { get; init; } = Schedule.Constant;

    /// <summary>How far V may move from the rollout's and still be rewarded; 0 for no bound.</summary>
    [Range(0.0, 1e12)]
    public double ValueClip { get; init; }

    /// <summary>c_1: weight of the critic's cost, which matters where a bound or a damping compares it.</summary>
    [Range(1e-12, 1e12)]
    public double ValueCoefficient { get; init; } = 0.5;

    /// <summary>c_2: weight of the entropy in the actor's cost.</summary>
    [Range(0.0, 1e12)]
    public double EntropyCoefficient { get; init; }

    /// <summary>Whether normalised advantages are so in each minibatch; otherwise over the rollout.</summary>
    public bool NormalizePerMinibatch { get; init; } = true;

    /// <summary>Which steps make a minibatch.</summary>
    public MinibatchKind Minibatches { get; init; } = MinibatchKind.Shuffled;

    /// <summary>
    /// Whether A_t is computed anew on each minibatch, of segments, by the critic as it stands where the actor moves; if normalised, then on
    /// the minibatch.
    /// </summary>
    public bool MinibatchAdvantages { get; init; }

    /// <summary>The game of an actor that leads.</summary>
    public SurrogateOptions Surrogate { get; init; } = new();

    /// <summary>Whether advantages and returns are computed anew, by the critic as it stands, before each pass.</summary>
    public bool RecomputeAdvantages { get; init; }

    /// <summary>KL divergence from the policy of the rollout at 1.5 times which its passes end; 0 for no bound.</summary>
    [Range(0.0, 1e12)]
    public double TargetKl { get; init; }

    /// <summary>Whether returns go on with V of the final observation where a time limit ends an episode; otherwise with 0.</summary>
    public bool BootstrapAtTimeLimit { get; init; } = true;

    /// <summary>Added to the root of Adam's second moment.</summary>
    [Range(1e-15, 1.0)]
    public double AdamEpsilon { get; init; } = 1e-5;

    /// <summary>How both networks are drawn.</summary>
    public Initialization Initialization { get; init; } = Initialization.Orthogonal;

    /// <summary>Factor of orthogonal weights between the layers of both networks.</summary>
    [Range(1e-9, 1e3)]
    public double HiddenGain { get; init; } = 1.4142135623730951;

    /// <summary>Factor of the orthogonal weights that give an action.</summary>
    [Range(1e-9, 1e3)]
    public double PolicyGain { get; init; } = 0.01;

    /// <summary>Factor of the orthogonal weights that give a value.</summary>
    [Range(1e-9, 1e3)]
    public double ValueGain { get; init; } = 1;

    /// <inheritdoc/>
    internal override InitialWeights ActorWeights => new(Initialization, HiddenGain, PolicyGain);

    /// <inheritdoc/>
    internal override InitialWeights CriticWeights => new(Initialization, HiddenGain, ValueGain);

    /// <inheritdoc/>
    internal override double Epsilon => AdamEpsilon;

    /// <inheritdoc/>
    public override void Check()
    {
        base.Check();
        if (Critic == CriticKind.Q)
        {
            throw new UserError("the option 'critic' is 'q'; the advantages of ppo come from a V critic: give critic=v, or take ac");
        }

        bool led = Gradient.Rule == Rule.Stackelberg;
        if ((led || MinibatchAdvantages) && Minibatches != MinibatchKind.Segments)
        {
            throw new UserError($"the option '{(led ? "rule' is 'stackelberg" : "minibatch_advantages' is 'true")}', which needs steps that follow each other: give minibatches=segments");
        }

        if (MinibatchAdvantages && (DirectTerm != DirectTerm.Gae || DiscountedVisits || Correction.Residual))
        {
            throw new UserError("the option 'minibatch_advantages' is true, which goes with direct_term=gae, discounted_visits=false and residual=false");
        }

        if (led && Gradient.IndependentBatches)
        {
            throw new UserError("the option 'independent_batches' is true; the factors of a leader on PPO's surrogate are of one minibatch: give independent_batches=false");
        }

        if (led && Gradient.Solver == Solver.SampleSpace && Surrogate.Coupling != SurrogateCoupling.Returns)
        {
            throw new UserError("the option 'solver' is 'sample-space', which couples the players by the critic's returns alone: give coupling=returns, or another solver");
        }
    }
}

/// <summary>
/// Proximal policy optimization (Schulman et al. 2017, algorithm 1, eqs. 7 and 9), which an <see cref="EpochAgent"/> plays: the game of
/// <see cref="ActorCritic"/> with other costs and several passes over what was seen.
/// <code>
/// theta  actor, a softmax or a Gaussian                        OnPolicyActor
/// w      critic V                                              OnPolicyCritic
///
/// repeat                                                       EpochAgent.Update
///     n environments step under pi_old = pi_theta              EpochAgent.Observe
///     A_t and G_t from V_old = V_w                             EpochEstimates
///     K times, on shuffled minibatches of M steps              ProximalUpdate
///         r_t = pi_theta(a_t|s_t) / pi_old(a_t|s_t)
///         L(w)     = c_1/2 mean (V(s_t) - G_t)^2               PpoGame.CriticCost
///         -J(theta) = -mean min(r_t A_t, clip(r_t, 1 - epsilon, 1 + epsilon) A_t) - c_2 mean H(pi(.|s_t))
///         w &lt;- w - rate d_w L;  theta &lt;- theta + rate d_theta J
/// </code>
/// With one pass over the whole rollout r_t is 1 and the actor's direction the policy gradient: the synchronous advantage actor-critic,
/// A2C (Mnih et al. 2016), is that case.
/// </summary>
public static class Ppo
{
    /// <summary>An untrained agent that plays this game.</summary>
    /// <inheritdoc cref="EpochAgent(AgentTask, ActorCriticOptions, RandomStream)"/>
    public static EpochAgent Agent(AgentTask task, PpoOptions options, RandomStream stream) => new(task, OptionBinder.Checked(options), stream);

    /// <summary>The clipped surrogate of each step, steps x 1 (Schulman et al. 2017, eq. 7).</summary>
    /// <param name="ratio">r_t, steps x 1.</param>
    /// <param name="advantage">A_t, steps x 1.</param>
    /// <param name="clip">epsilon, 1 x 1.</param>
    public static Expression<T> Surrogate<T>(Expression<T> ratio, Expression<T> advantage, Expression<T> clip)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Min(ratio * advantage, Max(Min(ratio, 1 + clip), 1 - clip) * advantage);
}

/// <summary>The costs of PPO on steps of a rollout as functions of their symbols.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Batch">Steps, with what the policy and the critic of the rollout said of them.</param>
/// <param name="LogProbability">log pi(a_t|s_t), steps x 1.</param>
/// <param name="Entropy">Entropy of pi(.|s_t), steps x 1.</param>
/// <param name="Taken">V(s_t), steps x 1.</param>
/// <param name="NextValue">V(s_{t+1}), steps x 1.</param>
/// <param name="Clip">epsilon, 1 x 1.</param>
/// <param name="Ppo">Options.</param>
internal sealed record PpoGame<T>(
    RolloutInputs<T> Batch, Expression<T> LogProbability, Expression<T> Entropy, Expression<T> Taken, Expression<T> NextValue,
    Expression<T> Clip, PpoOptions Ppo)
    : EpochGame<T>(Batch, LogProbability, Entropy, Taken, NextValue, Ppo)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// L(w) = c_1/2 mean of (V - G)^2, 1 x 1 (Schulman et al. 2017, eq. 9); with a bound on V's movement, of the larger of that and
    /// (V_old + clip(V - V_old) - G)^2.
    /// </summary>
    public override Expression<T> CriticCost
    {
        get
        {
            Expression<T> squares = Square(Taken - Target);
            return Ppo.ValueCoefficient / 2 * Mean(Ppo.ValueClip == 0
                ? squares
                : Max(squares, Square(Batch.OldValue + Clamp(Taken - Batch.OldValue, -Ppo.ValueClip, Ppo.ValueClip) - Target)));
        }
    }

    /// <summary>-J, 1 x 1: minus the mean of the clipped surrogate and of c_2 times the entropy (eq. 9).</summary>
    public override Expression<T> ActorCost
    {
        get
        {
            Expression<T> surrogate = -Mean(Algorithms.Ppo.Surrogate(Ratio, Advantage, Clip));
            return Ppo.EntropyCoefficient == 0 ? surrogate : surrogate - (Ppo.EntropyCoefficient * Mean(Entropy));
        }
    }

    /// <summary>
    /// Entropy; KL(pi_old, pi) as the mean of r - 1 - log r, which is unbiased and never negative; share of steps whose ratio is beyond
    /// the clip.
    /// </summary>
    public override IReadOnlyList<Measure<T>> ActorMeasures =>
    [
        .. base.ActorMeasures,
        new(KlName, Mean(Ratio - 1 - LogRatio), kl => kl),
        new("train/clip_fraction", Mean(Greater(Square(Ratio - 1), Square(Clip))), fraction => fraction),
    ];

    /// <summary>Name of the measured divergence.</summary>
    public static string KlName => "train/approx_kl";

    /// <summary>The game that the actor leads, on steps that follow each other.</summary>
    /// <param name="actor">theta.</param>
    /// <param name="critic">w.</param>
    /// <param name="segment">The batch.</param>
    public Game<T> LedByActor(Parameters<T> actor, Parameters<T> critic, SegmentInputs<T> segment) => SurrogateGame.Of(
        actor, critic, segment, ActorCost, LogProbability, Taken, Live(segment), Ppo.MinibatchAdvantages ? Deviation(segment) : segment.AdvantageUnit, Clip,
        Ppo.Discount * Ppo.GaeLambda, Ppo.Surrogate);

    // A_t of the actor's step, of which no derivative is taken in w.
    private Expression<T> Advantage => !Ppo.MinibatchAdvantages || Batch is not SegmentInputs<T> segment ? Batch.Weight
        : Ppo.NormalizeAdvantages ? (Live(segment) - Mean(Live(segment))) / Deviation(segment)
        : Live(segment);

    // A_t as a function of w.
    private Expression<T> Live(SegmentInputs<T> segment) => segment.Advantages(Taken, NextValue, Ppo.Discount, Ppo.GaeLambda);

    // What A_t on the minibatch is divided by, 1 x 1.
    private Expression<T> Deviation(SegmentInputs<T> segment) => Ppo.NormalizeAdvantages
        ? Stop(Sqrt(Mean(Square(Live(segment) - Mean(Live(segment))))) + EpochEstimates.SmallestDeviation)
        : Number<T>(1);

    private Expression<T> LogRatio => LogProbability - Batch.OldLogProbability;

    // r_t
    private Expression<T> Ratio => Exp(LogRatio);
}
