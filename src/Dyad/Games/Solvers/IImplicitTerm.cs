using System.Numerics;
using Dyad.Autodiff;
using Dyad.Core;

namespace Dyad.Games;

/// <summary>
/// The part of the leader's total derivative that foresees the follower (Zheng et al. 2021, eqs. 15 and 16):
/// (D12 f2)' (D22 f2 + damping I)^-1 D2 f1. It is computed after the program without <see cref="Changing"/> has run.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public interface IImplicitTerm<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The leaves that change in a solve.</summary>
    IEnumerable<Leaf<T>> Changing { get; }

    /// <summary>The term of the last computation; as long as the leader's parameters.</summary>
    ReadOnlySpan<T> Values { get; }

    /// <summary>Float operations of the matrix products of the last computation.</summary>
    double ProductFlop { get; }

    /// <summary>Solves and multiplies.</summary>
    /// <param name="damping">At least 0.</param>
    SolveReport Compute(double damping);

    /// <summary>Forgets what the next solve would start from.</summary>
    void Reset();

    /// <summary>Saves or loads what later solves depend on.</summary>
    void Serialize(StateArchive archive);
}

/// <summary>The implicit term by a solver that sees the curvature through products.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class SolvedTerm<T> : IImplicitTerm<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Parameters<T> _direction;
    private readonly Output<T> _right;
    private readonly Output<T> _mixed;
    private readonly CompiledCurvature<T> _curvature;
    private readonly CompiledProgram _couple;
    private readonly IImplicitSolver<T> _solver;
    private readonly bool _warmStart;
    private readonly T[] _solution;
    private long _productsBefore;

    /// <summary>Asks the builder for what is needed.</summary>
    /// <param name="builder">The program of the leader.</param>
    /// <param name="game">The game.</param>
    /// <param name="solver">The solver, for as many unknowns as the follower has parameters.</param>
    /// <param name="warmStart">Whether a solve starts from the solution before.</param>
    public SolvedTerm(ProgramBuilder<T> builder, Game<T> game, IImplicitSolver<T> solver, bool warmStart = false)
    {
        _direction = game.Follower.Like("direction");
        _right = builder.Output(Derivatives.Gradient(game.LeaderCostInFollower, game.Follower));
        Output<T> product = builder.Output(game.Curvature(_direction.Leaves));
        _mixed = builder.Output(Derivatives.MixedProduct(game.Coupling, game.Leader, game.Follower, _direction.Leaves));
        _curvature = new CompiledCurvature<T>(_direction, product, builder.After(_direction.Leaves, product));
        _couple = builder.After(_direction.Leaves, _mixed);
        _solver = solver;
        _warmStart = warmStart;
        _solution = new T[game.Follower.Count];
    }

    /// <summary>What a device needs of it: vectors, programs, solver.</summary>
    internal PinnedMemory<T> Direction => _direction.Memory;

    internal PinnedMemory<T> Right => _right.Memory;

    internal PinnedMemory<T> Product => _curvature.Output.Memory;

    internal PinnedMemory<T> Mixed => _mixed.Memory;

    internal T[] Solution => _solution;

    internal CompiledProgram Curvature => _curvature.Program;

    internal CompiledProgram Couple => _couple;

    internal IImplicitSolver<T> Solver => _solver;

    internal bool IsWarm => _warmStart;

    /// <inheritdoc/>
    public IEnumerable<Leaf<T>> Changing => _direction.Leaves;

    /// <inheritdoc/>
    public ReadOnlySpan<T> Values => _mixed.Values;

    /// <inheritdoc/>
    public double ProductFlop => ((_curvature.Products - _productsBefore) * _curvature.ProductFlop) + _couple.ProductFlop;

    /// <inheritdoc/>
    public SolveReport Compute(double damping)
    {
        if (!_warmStart)
        {
            Reset();
        }

        _productsBefore = _curvature.Products;
        SolveReport report = _solver.Solve(_curvature, damping, _right.Values, _solution);
        _solution.CopyTo(_direction.Values);
        _couple.Run();
        return report;
    }

    /// <inheritdoc/>
    public void Reset() => Array.Clear(_solution);

    /// <inheritdoc/>
    public void Serialize(StateArchive archive)
    {
        archive.Array("solution", _solution.AsSpan());
        _solver.Serialize(archive);
    }
}
