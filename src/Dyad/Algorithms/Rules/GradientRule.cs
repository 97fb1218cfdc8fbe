using System.Numerics;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Games;
using Dyad.Numerics;

namespace Dyad.Algorithms.Rules;

/// <summary>Numbers of the gradient rule that depend on no type.</summary>
public static class GradientRule
{
    /// <summary>Factors of a total derivative: direct term, leader's derivative in the follower, curvature, mixed derivative.</summary>
    public const int Factors = 4;
}

/// <summary>
/// Turns the costs of an actor and a critic into directions to descend: the individual gradients, or for the leader of a
/// Stackelberg game its total derivative. The programs are compiled once; a computation leaves its results in place until the
/// next of the same player.
/// <para>
/// Metrics of the Stackelberg rule, means over the updates since the last row: <c>train/direct_norm</c> |D1 f1|,
/// <c>train/implicit_norm</c> |(D12 f2)' x| before the bound, <c>train/implicit_cosine</c> between D1 f1 and what is added to it,
/// <c>train/solver_iterations</c>, <c>train/solver_residual</c> |b - (A + lambda I) x| / |b|, <c>train/lowest_curvature</c> the
/// lowest v'Av / v'v that a solve saw, <c>train/damping</c> lambda; and counts since the start:
/// <c>train/negative_curvatures</c>, <c>train/implicit_bound_hits</c>, <c>train/implicit_fallbacks</c>.
/// </para>
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class GradientRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Player? _leader;
    private readonly IndividualProgram<T>? _actor;
    private readonly IndividualProgram<T>? _critic;
    private readonly TotalDerivative<T>? _total;
    private readonly PlayerOutputs<T>? _along;
    private readonly IReadOnlyList<Output<T>> _leaderMeasures = [];
    private readonly RunningMeans _means = new(
        "train/direct_norm", "train/implicit_norm", "train/implicit_cosine", "train/solver_iterations", "train/solver_residual",
        "train/lowest_curvature", "train/damping");

    // Whether the follower's last direction came from the leader's program.
    private bool _together;

    /// <summary>Compiles the directions.</summary>
    /// <param name="options">The rule.</param>
    /// <param name="games">
    /// The costs on each of the batches an update draws (<see cref="RuleOptions.Batches"/>); individual gradients and direct term
    /// use the first.
    /// </param>
    /// <param name="random">Random numbers of the solver.</param>
    /// <exception cref="UserError">The options do not go together, or a network is too large for the exact solver.</exception>
    public GradientRule(RuleOptions options, IReadOnlyList<ActorCriticGame<T>> games, RandomStream random)
    {
        options.Check();
        ActorCriticGame<T> costs = games[0];
        _leader = options.Rule == Rule.Stackelberg ? options.Leader : null;
        _actor = _leader == Player.Actor ? null : new IndividualProgram<T>(costs.ActorCost, costs.Actor, costs.ActorMeasures);
        _critic = _leader == Player.Critic ? null : new IndividualProgram<T>(costs.CriticCost, costs.Critic, costs.CriticMeasures);
        if (_leader is not Player leader)
        {
            return;
        }

        Game<T> game = Combine(options, [.. games.Select(g => g.LedBy(leader))]);
        var builder = new ProgramBuilder<T>();
        _leaderMeasures = [.. (leader == Player.Actor ? costs.ActorMeasures : costs.CriticMeasures).Select(x => builder.Output(x))];

        // In a simultaneous update the follower's gradient shares the leader's activations.
        if (options.Order == UpdateOrder.Simultaneous)
        {
            _along = leader == Player.Actor
                ? new PlayerOutputs<T>(builder, costs.CriticCost, costs.Critic, costs.CriticMeasures)
                : new PlayerOutputs<T>(builder, costs.ActorCost, costs.Actor, costs.ActorMeasures);
        }

        var damping = new Damping(options.Damping, options.DampingSchedule, options.DampingDecaySteps);
        _total = new TotalDerivative<T>(builder, game, Term(builder, game, options, random), damping, options.ImplicitBound);
    }

    /// <summary>-J of the last computation.</summary>
    public T ActorCost => _leader == Player.Actor ? _total!.Cost : Following(_actor).Cost.Value;

    /// <summary>What the actor descends along.</summary>
    public ReadOnlySpan<T> ActorDirection => _leader == Player.Actor ? _total!.Total : Following(_actor).Gradient.Values;

    /// <summary>L of the last computation.</summary>
    public T CriticCost => _leader == Player.Critic ? _total!.Cost : Following(_critic).Cost.Value;

    /// <summary>What the critic descends along.</summary>
    public ReadOnlySpan<T> CriticDirection => _leader == Player.Critic ? _total!.Total : Following(_critic).Gradient.Values;

    /// <summary>The leader's total derivative with its parts; null under the individual rule.</summary>
    public TotalDerivative<T>? Leading => _total;

    /// <summary>One of the game's <see cref="ActorCriticGame{T}.ActorMeasures"/> at the last computation.</summary>
    public ReadOnlySpan<T> ActorMeasure(int index) =>
        (_leader == Player.Actor ? _leaderMeasures : Following(_actor).Measures)[index].Values;

    /// <summary>One of the game's <see cref="ActorCriticGame{T}.CriticMeasures"/> at the last computation.</summary>
    public ReadOnlySpan<T> CriticMeasure(int index) =>
        (_leader == Player.Critic ? _leaderMeasures : Following(_critic).Measures)[index].Values;

    /// <summary>Computes the actor's direction.</summary>
    public void ComputeActor() => Compute(Player.Actor, _actor);

    /// <summary>Computes the critic's direction.</summary>
    public void ComputeCritic() => Compute(Player.Critic, _critic);

    /// <summary>Computes both directions at the same point.</summary>
    public void ComputeBoth()
    {
        if (_along is null)
        {
            ComputeCritic();
            ComputeActor();
            return;
        }

        ComputeLeader();
        _together = true;
    }

    /// <summary>Records what happened since the last call; nothing under the individual rule.</summary>
    public void Measure(IMetrics metrics)
    {
        if (_total is not null)
        {
            _means.Flush(metrics);
            metrics.Record("train/negative_curvatures", _total.NegativeCurvatures);
            metrics.Record("train/implicit_bound_hits", _total.BoundHits);
            metrics.Record("train/implicit_fallbacks", _total.Fallbacks);
        }
    }

    /// <summary>Saves or loads what later directions depend on; nothing under the individual rule.</summary>
    public void Serialize(StateArchive archive)
    {
        if (_total is not null)
        {
            _total.Serialize(archive);
            _means.Serialize(archive);
        }
    }

    private void Compute(Player player, IndividualProgram<T>? individual)
    {
        if (player == _leader)
        {
            ComputeLeader();
            return;
        }

        individual!.Program.Run();
        _together = false;
    }

    private void ComputeLeader()
    {
        TotalDerivative<T> total = _total!;
        total.Compute();
        _means.Add(
            total.DirectNorm, total.ImplicitNorm, total.Cosine, total.Report.Iterations, total.Report.Residual, total.Report.LowestCurvature,
            total.UsedDamping);
    }

    // Under the individual rule both players follow.
    private PlayerOutputs<T> Following(IndividualProgram<T>? individual) => _together ? _along! : individual!.Outputs;

    // Each factor from the batch that is drawn for it.
    private static Game<T> Combine(RuleOptions options, Game<T>[] games)
    {
        Game<T> On(int factor) => games[factor % games.Length];
        Game<T> curved = On(2);
        Game<T> game = games[0] with
        {
            LeaderCostInFollower = On(1).LeaderCostInFollower,
            Curvature = curved.Curvature,
            Coupling = On(3).Coupling,
        };
        return options.Curvature == Curvature.Hessian ? game : game with
        {
            Curvature = GaussNewton.Product(curved.Follower, [.. curved.FollowerErrors.Select(e => e.Prediction)]),
        };
    }

    private static IImplicitTerm<T> Term(ProgramBuilder<T> builder, Game<T> game, RuleOptions options, RandomStream random)
    {
        int size = game.Follower.Count;
        if (options.Solver == Solver.SampleSpace)
        {
            return new SampleSpaceTerm<T>(builder, game);
        }

        IImplicitSolver<T> solver = options.Solver switch
        {
            Solver.ConjugateGradient => new ConjugateGradient<T>(size, options.SolverIterations, options.SolverTolerance),
            Solver.Minres => new Minres<T>(size, options.SolverIterations, options.SolverTolerance),
            Solver.Nystrom => new Nystrom<T>(size, options.SolverIterations, random),
            _ => size <= DenseSolver<T>.LargestSize ? new DenseSolver<T>(size) : throw new UserError(
                $"the option 'solver' is 'exact', which forms a matrix of {size} x {size}; it takes at most {DenseSolver<T>.LargestSize} parameters"),
        };
        return new SolvedTerm<T>(builder, game, solver, options.WarmStart);
    }
}

/// <summary>A player's cost and gradient, and what is computed along, in a program.</summary>
internal sealed class PlayerOutputs<T>(ProgramBuilder<T> builder, Expression<T> cost, Parameters<T> player, IReadOnlyList<Expression<T>> measures)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public Output<T> Cost { get; } = builder.Output(cost);

    public Output<T> Gradient { get; } = builder.Output(Derivatives.Gradient(cost, player));

    public IReadOnlyList<Output<T>> Measures { get; } = [.. measures.Select(x => builder.Output(x))];
}

/// <summary>A player's cost and gradient as a program of their own.</summary>
internal sealed class IndividualProgram<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public IndividualProgram(Expression<T> cost, Parameters<T> player, IReadOnlyList<Expression<T>> measures)
    {
        var builder = new ProgramBuilder<T>();
        Outputs = new PlayerOutputs<T>(builder, cost, player, measures);
        Program = builder.Build();
    }

    public PlayerOutputs<T> Outputs { get; }

    public CompiledProgram Program { get; }
}
