using System.Numerics;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Games;
using Dyad.Numerics;

namespace Dyad.Algorithms.Rules;

/// <summary>
/// What a leader follows under the Stackelberg rule: its total derivative with the solver, curvature and damping of the options.
/// <para>
/// Metrics: means over the updates since the last row: <c>train/direct_norm</c> |D1 f1|,
/// <c>train/implicit_norm</c> |(D12 f2)' x| before the bound, <c>train/implicit_cosine</c> between D1 f1 and what is added to it,
/// <c>train/solver_iterations</c>, <c>train/solver_residual</c> |b - (A + lambda I) x| / |b|, <c>train/lowest_curvature</c> the
/// lowest v'Av / v'v that a solve saw, <c>train/damping</c> lambda; and counts since the start:
/// <c>train/negative_curvatures</c>, <c>train/implicit_bound_hits</c>, <c>train/implicit_fallbacks</c>.
/// </para>
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class TotalDirection<T> : IDirection<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly RunningMeans _means = new(
        "train/direct_norm", "train/implicit_norm", "train/implicit_cosine", "train/solver_iterations", "train/solver_residual",
        "train/lowest_curvature", "train/damping");

    private readonly MeasureOutputs<T> _measures;
    private IReadOnlyList<PinnedMemory<T>>? _told;
    private Action? _take;

    /// <summary>Compiles the total derivative, and whatever was asked of the builder before.</summary>
    /// <param name="builder">The program.</param>
    /// <param name="options">The rule.</param>
    /// <param name="games">The game on each of the batches that an update draws (<see cref="RuleOptions.Batches"/>).</param>
    /// <param name="random">Random numbers of the solver.</param>
    /// <exception cref="UserError">A network is too large for the exact solver.</exception>
    public TotalDirection(ProgramBuilder<T> builder, RuleOptions options, Game<T>[] games, RandomStream random)
        : this(builder, options, games, random, new MeasureOutputs<T>(builder, []))
    {
    }

    internal TotalDirection(
        ProgramBuilder<T> builder, RuleOptions options, Game<T>[] games, RandomStream random, MeasureOutputs<T> measures)
    {
        _measures = measures;
        Game<T> game = Combine(options, games);
        var damping = new Damping(options.Damping, options.DampingSchedule, options.DampingDecaySteps);
        Total = new TotalDerivative<T>(builder, game, Term(builder, game, options, random), damping, options.ImplicitBound);
    }

    /// <summary>The total derivative with its parts.</summary>
    public TotalDerivative<T> Total { get; }

    /// <inheritdoc/>
    public T Cost => Total.Cost;

    /// <inheritdoc/>
    public ReadOnlySpan<T> Values => Total.Total;

    /// <inheritdoc/>
    public double ProductFlop => Total.ProductFlop;

    /// <inheritdoc/>
    public ReadOnlySpan<T> Measured(string name) => _measures.Of(name);

    PinnedMemory<T> IDirection<T>.Memory => Total.Memory;

    IReadOnlyList<PinnedMemory<T>> IDirection<T>.Told => _told ??= [Total.CostMemory, .. _measures.Memory];

    PinnedMemory<T> IDirection<T>.MemoryOf(string measure) => _measures.OutputOf(measure).Memory;

    /// <inheritdoc/>
    public void Compute()
    {
        Total.Compute();
        Take();
    }

    void IDirection<T>.Compute(IGameDevice device)
    {
        device.Compute((TotalDerivative<float>)(object)Total);
        device.Then([], _take ??= Take);
    }

    private void Take()
    {
        _means.Add(
            Total.DirectNorm, Total.ImplicitNorm, Total.Cosine, Total.Report.Iterations, Total.Report.Residual, Total.Report.LowestCurvature,
            Total.UsedDamping);
    }

    /// <inheritdoc/>
    public void Measure(IMetrics metrics)
    {
        _means.Flush(metrics);
        metrics.Record("train/negative_curvatures", Total.NegativeCurvatures);
        metrics.Record("train/implicit_bound_hits", Total.BoundHits);
        metrics.Record("train/implicit_fallbacks", Total.Fallbacks);
    }

    /// <inheritdoc/>
    public void Serialize(StateArchive archive)
    {
        Total.Serialize(archive);
        _means.Serialize(archive);
    }

    /// <summary>The game with each factor from the batch that is drawn for it, and the curvature of the options.</summary>
    internal static Game<T> Combine(RuleOptions options, Game<T>[] games)
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
            Solver.ConjugateGradient => new ConjugateGradient<T>(size, options.SolverIterations, options.SolverTolerance, options.StopAtNegativeCurvature),
            Solver.Minres => new Minres<T>(size, options.SolverIterations, options.SolverTolerance),
            Solver.Nystrom => new Nystrom<T>(size, options.SolverIterations, random, options.NystromSampling, options.NystromJitter),
            Solver.Identity => new IdentitySolver<T>(size),
            _ => size <= DenseSolver<T>.LargestSize ? new DenseSolver<T>(size) : throw new UserError(
                $"the option 'solver' is 'exact', which forms a matrix of {size} x {size}; it takes at most {DenseSolver<T>.LargestSize} parameters"),
        };
        return new SolvedTerm<T>(builder, game, solver, options.WarmStart);
    }
}
