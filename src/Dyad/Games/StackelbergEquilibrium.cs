using System.Numerics.Tensors;
using Dyad.Autodiff;
using Dyad.Numerics;

namespace Dyad.Games;

/// <summary>What a point of a game is.</summary>
public enum EquilibriumKind
{
    /// <summary>All four conditions hold.</summary>
    DifferentialStackelberg,

    /// <summary>The total derivative or the follower's gradient is not zero.</summary>
    NotStationary,

    /// <summary>Stationary, but the lowest eigenvalue of the follower's or the leader's second derivative is not positive to the tolerance.</summary>
    NotMinimal,

    /// <summary>
    /// The follower's Hessian is singular: the best response is not defined by its derivatives, and the definition says nothing.
    /// </summary>
    Degenerate,

    /// <summary>The conditions that can be told hold, and the leader's total second derivative cannot be told.</summary>
    Undecided,
}

/// <summary>A point held against definition 1.</summary>
/// <param name="Kind">The verdict.</param>
/// <param name="TotalDerivative">Norm of the leader's total derivative; NaN where the follower's Hessian is singular.</param>
/// <param name="FollowerGradient">Norm of D2 f2.</param>
/// <param name="FollowerCurvature">Lowest eigenvalue of D22 f2.</param>
/// <param name="LeaderCurvature">
/// Lowest eigenvalue of the leader's total second derivative, along the follower's best response; NaN as above.
/// </param>
public readonly record struct EquilibriumReport(
    EquilibriumKind Kind, double TotalDerivative, double FollowerGradient, double FollowerCurvature, double LeaderCurvature);

/// <summary>
/// The differential Stackelberg equilibrium (Fiez et al. 2020; Zheng et al. 2021, definition 1): the leader's total derivative and
/// the follower's gradient are zero, the follower's Hessian and the leader's <em>total</em> second derivative positive definite.
/// For small games: matrices are dense.
/// </summary>
public sealed class StackelbergEquilibrium
{
    private readonly Game<double> _game;
    private readonly TotalDerivative<double> _total;
    private readonly MovedTotal<double> _moved;
    private readonly Output<double> _followerGradient;
    private readonly Output<double> _cross;
    private readonly Output<double> _curved;
    private readonly Parameters<double> _leaderDirection;
    private readonly Parameters<double> _followerDirection;
    private readonly CompiledProgram _program;

    /// <summary>Compiles what is needed.</summary>
    public StackelbergEquilibrium(Game<double> game)
    {
        _game = game;
        _total = ExactTotalDerivative.Of(game);
        _moved = new MovedTotal<double>(game, _total);
        _leaderDirection = game.Leader.Like("direction of the leader");
        _followerDirection = game.Follower.Like("direction of the follower");
        var builder = new ProgramBuilder<double>();
        _followerGradient = builder.Output(Derivatives.Gradient(game.FollowerCost, game.Follower));
        _cross = builder.Output(Derivatives.MixedProduct(game.FollowerCost, game.Follower, game.Leader, _leaderDirection.Leaves));
        _curved = builder.Output(game.Curvature(_followerDirection.Leaves));
        _program = builder.Build();
    }

    /// <summary>Holds the point of this moment against the definition. The parameters are moved and put back.</summary>
    /// <param name="tolerance">Up to which norms and eigenvalues count as zero.</param>
    public EquilibriumReport Check(double tolerance = 1e-6)
    {
        _program.Run();
        double gradient = TensorPrimitives.Norm<double>(_followerGradient.Values);
        double[] hessian = Hessian();
        double curvature = Lowest(hessian, _game.Follower.Count);
        double nearest = NearestToZero(hessian, _game.Follower.Count);
        if (!(nearest > tolerance))
        {
            return new(EquilibriumKind.Degenerate, double.NaN, gradient, curvature, double.NaN);
        }

        _total.Compute();
        double total = TensorPrimitives.Norm(_total.Total), leader = LeaderCurvature(hessian);
        EquilibriumKind kind = total > tolerance || gradient > tolerance ? EquilibriumKind.NotStationary
            : curvature > tolerance && leader > tolerance ? EquilibriumKind.DifferentialStackelberg
            : EquilibriumKind.NotMinimal;
        return new(kind, total, gradient, curvature, leader);
    }

    // D22 f2, a column a product.
    private double[] Hessian()
    {
        int m = _game.Follower.Count;
        double[] hessian = new double[m * m];
        for (int i = 0; i < m; i++)
        {
            Unit(_followerDirection, i);
            _program.Run();
            _curved.Values.CopyTo(hessian.AsSpan(i * m, m));
        }

        return hessian;
    }

    // The total derivative's difference quotients, the follower answering by y - H^-1 D21 f2 dx.
    private double LeaderCurvature(double[] hessian)
    {
        int n = _game.Leader.Count, m = _game.Follower.Count;
        var factors = new LuFactorization(m);
        factors.Factor(hessian);
        double[] second = new double[n * n], answer = new double[m];
        for (int i = 0; i < n; i++)
        {
            Unit(_leaderDirection, i);
            _program.Run();
            TensorPrimitives.Negate(_cross.Values, answer);
            factors.Solve(answer);
            _moved.Along(_leaderDirection.Values, answer, MovedTotal<double>.StepFor(Math.Abs(_game.Leader.Values[i]), 1), second.AsSpan(i * n, n));
        }

        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < i; j++)
            {
                second[(i * n) + j] = second[(j * n) + i] = 0.5 * (second[(i * n) + j] + second[(j * n) + i]);
            }
        }

        return Lowest(second, n);
    }

    private static void Unit(Parameters<double> direction, int i)
    {
        direction.Values.Clear();
        direction.Values[i] = 1;
    }

    private static double Lowest(double[] matrix, int n) => Eigenvalues(matrix, n).Min();

    private static double NearestToZero(double[] matrix, int n) => Eigenvalues(matrix, n).Min(Math.Abs);

    private static IEnumerable<double> Eigenvalues(double[] matrix, int n)
    {
        double[] a = [.. matrix];
        SymmetricEigenvalues.Diagonalize(a, new double[n]);
        return Enumerable.Range(0, n).Select(i => a[(i * n) + i]);
    }
}
