using System.ComponentModel.DataAnnotations;
using Dyad.Core;
using Dyad.Games;

namespace Dyad.Algorithms.Rules;

/// <summary>What turns the costs of both players into directions.</summary>
public enum Rule
{
    /// <summary>Each player follows the gradient of its own cost.</summary>
    Individual,

    /// <summary>The leader follows its total derivative, the follower its gradient (Zheng et al. 2021, algorithm 1).</summary>
    Stackelberg,
}

/// <summary>How the implicit term is solved for.</summary>
public enum Solver
{
    /// <summary><see cref="ConjugateGradient{T}"/>.</summary>
    ConjugateGradient,

    /// <summary><see cref="SampleSpaceTerm{T}"/>: exact for the Gauss-Newton curvature of a critic that follows.</summary>
    SampleSpace,

    /// <summary><see cref="Minres{T}"/>.</summary>
    Minres,

    /// <summary><see cref="Nystrom{T}"/>.</summary>
    Nystrom,

    /// <summary><see cref="DenseSolver{T}"/>, for small networks.</summary>
    Exact,

    /// <summary><see cref="IdentitySolver{T}"/>: the damping alone, as if there were no curvature.</summary>
    Identity,
}

/// <summary>Which matrix stands for the follower's curvature.</summary>
public enum Curvature
{
    /// <summary>The Hessian of the follower's cost.</summary>
    Hessian,

    /// <summary>The Gauss-Newton part of a following critic's Hessian, which is never negative.</summary>
    GaussNewton,
}

/// <summary>Which derivative in the critic a leading actor solves for.</summary>
public enum LeaderDerivative
{
    /// <summary>That of its own cost, grad_w Q(s, pi(s)) (Zheng et al. 2021).</summary>
    CurrentAction,

    /// <summary>The semi-gradient grad_w Q(s, a) on replayed pairs (Wen et al. 2021, eq. 42 and appendix C.2).</summary>
    ReplayedAction,
}

/// <summary>Over which states a leading actor's own cost is a mean.</summary>
public enum LeaderStates
{
    /// <summary>Those of the batch, as for an actor that does not lead.</summary>
    Replayed,

    /// <summary>
    /// Those that episodes began in, times 1 - gamma (Wen et al. 2021, eq. 43): with the semi-gradient on replayed actions and no
    /// damping, direct and implicit part then add up to the gradient over the replay's distribution, once.
    /// </summary>
    Start,
}

/// <summary>In which order the players move in an update.</summary>
public enum UpdateOrder
{
    /// <summary>The critic moves, then the actor sees the new critic.</summary>
    InTurn,

    /// <summary>Both directions are computed at the same point (Zheng et al. 2021, algorithm 2).</summary>
    Simultaneous,
}

/// <summary>The gradient rule of a method with two players.</summary>
public sealed record RuleOptions : IChecked
{
    /// <summary>Factors of a total derivative: direct term, leader's derivative in the follower, curvature, mixed derivative.</summary>
    public const int Factors = 4;

    /// <summary>individual or stackelberg.</summary>
    public Rule Rule { get; init; } = Rule.Individual;

    /// <summary>Who leads, under the Stackelberg rule.</summary>
    public Player Leader { get; init; } = Player.Actor;

    /// <summary>In which order the players move.</summary>
    public UpdateOrder Order { get; init; } = UpdateOrder.InTurn;

    /// <summary>m: updates of the follower for each of the leader, each with a batch of its own, under the Stackelberg rule.</summary>
    [Range(1, 1000)]
    public int FollowerSteps { get; init; } = 1;

    /// <summary>How the implicit term is solved for.</summary>
    public Solver Solver { get; init; } = Solver.ConjugateGradient;

    /// <summary>k: steps of an iterative solver, rank of a low-rank one.</summary>
    [Range(1, 10_000)]
    public int SolverIterations { get; init; } = 10;

    /// <summary>From which directions a low-rank solver learns the curvature.</summary>
    public NystromSampling NystromSampling { get; init; } = NystromSampling.Directions;

    /// <summary>Added to the diagonal of a low-rank solver's small system, in units of lambda; 1 in the code of Prakash et al. 2025.</summary>
    [Range(0.0, 1e6)]
    public double NystromJitter { get; init; }

    /// <summary>Relative residual at which an iterative solver stops.</summary>
    [Range(0.0, 1.0)]
    public double SolverTolerance { get; init; } = 1e-5;

    /// <summary>Whether conjugate gradient ends at a direction of negative curvature; otherwise it goes on.</summary>
    public bool StopAtNegativeCurvature { get; init; } = true;

    /// <summary>Whether a solve starts from the solution before.</summary>
    public bool WarmStart { get; init; }

    /// <summary>Which matrix stands for the follower's curvature.</summary>
    public Curvature Curvature { get; init; } = Curvature.Hessian;

    /// <summary>lambda: added to the diagonal of the curvature.</summary>
    [Range(0.0, 1e15)]
    public double Damping { get; init; } = 1;

    /// <summary>How lambda changes.</summary>
    public DampingSchedule DampingSchedule { get; init; } = DampingSchedule.Constant;

    /// <summary>tau: the leader's updates in which an exponential lambda falls to 1/e.</summary>
    [Range(1.0, 1e12)]
    public double DampingDecaySteps { get; init; } = 1e5;

    /// <summary>Largest norm of the implicit part in units of the direct part's; 0 for no bound.</summary>
    [Range(0.0, 1e12)]
    public double ImplicitBound { get; init; }

    /// <summary>Which derivative in the critic a leading actor solves for.</summary>
    public LeaderDerivative LeaderDerivative { get; init; } = LeaderDerivative.CurrentAction;

    /// <summary>Over which states a leading actor's own cost is a mean.</summary>
    [Neutral(LeaderStates.Replayed)]
    public LeaderStates LeaderStates { get; init; } = LeaderStates.Replayed;

    /// <summary>
    /// Whether each factor of the implicit part is estimated from a batch of its own, so that their product is not biased by what
    /// they share (Zheng et al. 2021, appendix D).
    /// </summary>
    public bool IndependentBatches { get; init; }

    /// <summary>p of the actor's step length a / (1 + k)^p, k counting its steps.</summary>
    [Range(0.0, 1.0)]
    public double ActorRatePower { get; init; }

    /// <summary>p of the critic's step length a / (1 + k)^p, k counting its steps.</summary>
    [Range(0.0, 1.0)]
    public double CriticRatePower { get; init; }

    /// <summary>Number of batches an update draws.</summary>
    public int Batches => Rule == Rule.Stackelberg && IndependentBatches ? Factors : 1;

    /// <summary>Whether an actor leads and its own cost is a mean over states that episodes began in.</summary>
    public bool LeadsFromStarts => Rule == Rule.Stackelberg && Leader == Player.Actor && LeaderStates == LeaderStates.Start;

    /// <summary>Follower steps for a player: m for the follower, else 1.</summary>
    public int StepsOf(Player player) => Rule == Rule.Stackelberg && player != Leader ? FollowerSteps : 1;

    /// <inheritdoc/>
    public void Check()
    {
        if (Rule == Rule.Individual)
        {
            return;
        }

        if (Curvature == Curvature.GaussNewton && Leader == Player.Critic)
        {
            throw new UserError("the option 'curvature' is 'gauss-newton', which needs the critic to follow: give leader=actor or curvature=hessian");
        }

        if (LeaderDerivative == LeaderDerivative.ReplayedAction && Leader == Player.Critic)
        {
            throw new UserError("the option 'leader_derivative' is 'replayed-action', which is for a leading actor: give leader=actor or leader_derivative=current-action");
        }

        if (LeaderStates == LeaderStates.Start && Leader == Player.Critic)
        {
            throw new UserError("the option 'leader_states' is 'start', which is for a leading actor: give leader=actor or leader_states=replayed");
        }

        if (Solver == Solver.SampleSpace && (Curvature != Curvature.GaussNewton || IndependentBatches))
        {
            throw new UserError("the option 'solver' is 'sample-space', which solves for the Gauss-Newton curvature on one batch: give curvature=gauss-newton and independent_batches=false");
        }

        if (Damping == 0 && (Solver is Solver.Nystrom or Solver.Identity || DampingSchedule == DampingSchedule.Adaptive))
        {
            throw new UserError("the option 'damping' is 0; solver=nystrom, solver=identity and damping_schedule=adaptive need a positive one");
        }
    }
}
