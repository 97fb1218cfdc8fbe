using System.Numerics;
using Dyad.Algorithms;
using Dyad.Algorithms.Rules;
using Dyad.Core;
using Dyad.Games;
using Dyad.Numerics;

namespace Dyad.Diagnostics;

/// <summary>How a game is inspected.</summary>
public sealed record InspectionOptions
{
    /// <summary>Who leads; null for the leader of the agent's own rule, or the actor where it has none.</summary>
    public Player? Leader { get; init; }

    /// <summary>Transitions in the batch; null for as many as in an update.</summary>
    public int? BatchSize { get; init; }

    /// <summary>Largest dimension of a Krylov space.</summary>
    public int Steps { get; init; } = 60;

    /// <summary>Up to which norms count as zero, and eigenvalues in units of the largest magnitude of the matrix's.</summary>
    public double Tolerance { get; init; } = 1e-3;
}

/// <summary>The leader's total derivative at a point.</summary>
/// <param name="Norm">Of what the leader descends along, bound and fall-back included.</param>
/// <param name="Direct">|D1 f1|.</param>
/// <param name="Implicit">|(D12 f2)' x|, before the bound.</param>
/// <param name="Cosine">Between D1 f1 and -(D12 f2)' x; 0 where one of them is 0.</param>
/// <param name="Damping">lambda.</param>
/// <param name="Solve">What the solve did.</param>
public sealed record LeaderDirection(double Norm, double Direct, double Implicit, double Cosine, double Damping, SolveReport Solve);

/// <summary>Eigenvalues of the Jacobian of the Stackelberg flow (<see cref="StackelbergJacobian{T}"/>), of those found.</summary>
/// <param name="Lowest">That with the lowest real part; the flow is unstable where it is negative.</param>
/// <param name="Highest">That with the highest.</param>
public readonly record struct FlowReport(Complex Lowest, Complex Highest);

/// <summary>The game of an actor and a critic at a point, on a batch.</summary>
/// <param name="Leader">Who leads.</param>
/// <param name="RuleOptions">The rule of the total derivative.</param>
/// <param name="IsOwnRule">Whether this is the agent's rule, where it stands; otherwise it is one with default options.</param>
/// <param name="BatchSize">Transitions in the batch.</param>
/// <param name="Direction">The leader's total derivative.</param>
/// <param name="Spectrum">Gradients and eigenvalues; the actor in the place of the leader, the critic in that of the follower.</param>
/// <param name="Equilibrium">The point against definition 1.</param>
/// <param name="Flow">The Stackelberg flow's eigenvalues, by the rule with its damping held and no bound, all factors from one batch.</param>
public sealed record GameInspection(
    Player Leader, RuleOptions RuleOptions, bool IsOwnRule, int BatchSize, LeaderDirection Direction, SpectrumReport Spectrum,
    EquilibriumVerdict Equilibrium, FlowReport Flow)
{
    /// <summary>Inspects an agent on a batch from its replay. The agent is left as it was.</summary>
    /// <param name="agent">An agent with experience.</param>
    /// <param name="options">How.</param>
    /// <param name="random">Draws batch, noise, and starts of Krylov spaces.</param>
    /// <exception cref="UserError">The agent has no transitions yet.</exception>
    public static GameInspection Of(GameAgent agent, InspectionOptions options, RandomStream random)
    {
        if (agent.Transitions == 0)
        {
            throw new UserError("there is nothing to inspect yet: the replay holds no transition");
        }

        int size = options.BatchSize ?? agent.BatchSize;
        var leading = new LeaderOnBatch(agent, options.Leader, size, corrected: true, random.Split("solver"));
        leading.Draw(random);
        return Of(leading.First.Game, leading.Directions, size, leading.IsOwnRule, options, random);
    }

    /// <summary>Inspects a game whose inputs hold a batch.</summary>
    /// <param name="game">The game.</param>
    /// <param name="directions">The Stackelberg rule of the game.</param>
    /// <param name="batchSize">Transitions in the batch.</param>
    /// <param name="isOwnRule">Whether the rule is the agent's own.</param>
    /// <param name="options">How; the leader is that of the rule.</param>
    /// <param name="random">Draws starts of Krylov spaces.</param>
    public static GameInspection Of<T>(ActorCriticGame<T> game, GradientRule<T> directions, int batchSize, bool isOwnRule,
        InspectionOptions options, RandomStream random)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Player leader = directions.Options.Leader;
        TotalDerivative<T> total = directions.Leading.Total;
        total.Compute();
        var direction = new LeaderDirection(
            InDouble.Norm(total.Total),
            total.DirectNorm, total.ImplicitNorm, total.Cosine, total.UsedDamping, total.Report);
        SpectrumReport spectrum = new GameSpectrum<T>(game.LedBy(Player.Actor), options.Steps).Compute(random);
        (double gradient, ExtremeEigenvalues follower) = leader == Player.Actor
            ? (spectrum.FollowerGradient, spectrum.FollowerCurvature)
            : (spectrum.LeaderGradient, spectrum.LeaderCurvature);
        ExtremeEigenvalues? response = EquilibriumVerdict.HasBestResponse(follower, options.Tolerance)
            ? new Lanczos<T>(leader == Player.Actor ? game.Actor.Count : game.Critic.Count, options.Steps)
                .Compute(new ResponseCurvature<T>(game.LedBy(leader), options.Steps), random)
            : null;
        return new GameInspection(
            leader, directions.Options, isOwnRule, batchSize, direction, spectrum,
            EquilibriumVerdict.Of(direction.Norm, gradient, follower, response, options.Tolerance),
            FlowOf(game, directions.Options with { Damping = direction.Damping }, options.Steps, random));
    }

    // A flow is a function of the point alone: what a rule remembers, draws or cuts off has no place in it.
    private static FlowReport FlowOf<T>(ActorCriticGame<T> game, RuleOptions rule, int steps, RandomStream random)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        rule = rule with
        {
            DampingSchedule = DampingSchedule.Constant,
            WarmStart = false,
            ImplicitBound = 0,
            IndependentBatches = false,
            Solver = rule.Solver == Solver.Nystrom ? Solver.ConjugateGradient : rule.Solver,
        };
        var flow = new StackelbergJacobian<T>(game.LedBy(rule.Leader), new GradientRule<T>(rule, [game], random.Split("flow")).Leading.Total);
        IReadOnlyList<Complex> values = new Arnoldi<T>(flow.Size, steps).Compute(flow.Multiply, random);
        return new FlowReport(values.MinBy(value => value.Real), values.MaxBy(value => value.Real));
    }
}
