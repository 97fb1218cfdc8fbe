using System.Numerics;
using System.Numerics.Tensors;
using Dyad.Autodiff;

namespace Dyad.Games;

/// <summary>
/// How the leader foresees its follower's answer to a step of its own (Zheng et al. 2021, eqs. 15 and 16, by the implicit function
/// theorem): dy = -(D22 f2 + lambda I)^-1 D21 f2 dx, with the game's own slots for curvature and coupling.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class FollowerResponse<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Parameters<T> _step;
    private readonly Output<T> _cross;
    private readonly CompiledProgram _couple;
    private readonly CompiledCurvature<T> _curvature;
    private readonly CompiledProgram _before;
    private readonly IImplicitSolver<T> _solver;
    private readonly T[] _answer;

    /// <summary>Compiles what is needed.</summary>
    /// <param name="game">The game.</param>
    /// <param name="solver">The solver, for as many unknowns as the follower has parameters.</param>
    public FollowerResponse(Game<T> game, IImplicitSolver<T> solver)
    {
        _solver = solver;
        _step = game.Leader.Like("direction of the leader");
        Parameters<T> answer = game.Follower.Like("direction of the follower");
        var builder = new ProgramBuilder<T>();
        _cross = builder.Output(Derivatives.MixedProduct(game.Coupling, game.Follower, game.Leader, _step.Leaves));
        Output<T> product = builder.Output(game.Curvature(answer.Leaves));
        _curvature = new CompiledCurvature<T>(answer, product, builder.After(answer.Leaves, product));
        _couple = builder.After(_step.Leaves, _cross);
        _before = builder.Without(_step.Leaves.Concat(answer.Leaves));
        builder.Build();
        _answer = new T[game.Follower.Count];
    }

    /// <summary>dx, which a computation reads; as long as the leader's parameters.</summary>
    public Span<T> Step => _step.Values;

    /// <summary>dy of the last computation.</summary>
    public ReadOnlySpan<T> Answer => _answer;

    /// <summary>Computes dy at the parameters and inputs of this moment.</summary>
    /// <param name="damping">lambda, at least 0.</param>
    public SolveReport Compute(double damping)
    {
        _before.Run();
        _couple.Run();
        Array.Clear(_answer);
        SolveReport report = _solver.Solve(_curvature, damping, _cross.Values, _answer);
        TensorPrimitives.Negate(_answer, _answer);
        return report;
    }
}
