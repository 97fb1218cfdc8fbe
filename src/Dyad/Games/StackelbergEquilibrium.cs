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

    /// <summary>Stationary, but the follower's or the leader's second derivative has a negative eigenvalue.</summary>
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
    // Step of the difference quotient along the best response, in units of max(1, |parameter|).
    private const double Difference = 1e-4;

    private readonly Game<double> _game;
    private readonly DenseTotalDerivative _total;
    private readonly Output<double> _followerGradient;
    private readonly Output<double> _cross;
    private readonly Parameters<double> _leaderDirection;
    private readonly CompiledProgram _program;

    /// <summary>Compiles what is needed.</summary>
    public StackelbergEquilibrium(Game<double> game)
    {
        _game = game;
        _total = new DenseTotalDerivative(game);
        _leaderDirection = game.Leader.Like("direction of the leader");
        var builder = new ProgramBuilder<double>();
        _followerGradient = builder.Output(Derivatives.Gradient(game.FollowerCost, game.Follower));
        _cross = builder.Output(Derivatives.MixedProduct(game.FollowerCost, game.Follower, game.Leader, _leaderDirection.Leaves));
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

    // D22 f2 by the columns that a dense solve would form; it is there even where the solve fails.
    private double[] Hessian()
    {
        try
        {
            _total.Compute();
        }
        catch (ArithmeticException)
        {
            // Singular: its columns are known all the same.
        }

        return _total.Curvature.ToArray();
    }

    // The total derivative's difference quotients, the follower answering by y - H^-1 D21 f2 dx.
    private double LeaderCurvature(double[] hessian)
    {
        int n = _game.Leader.Count, m = _game.Follower.Count;
        double[] x = _game.Leader.Values.ToArray(), y = _game.Follower.Values.ToArray();
        var factors = new LuFactorization(m);
        factors.Factor(hessian);
        double[] second = new double[n * n], answer = new double[m], ahead = new double[n];
        for (int i = 0; i < n; i++)
        {
            _leaderDirection.Values.Clear();
            _leaderDirection.Values[i] = 1;
            _program.Run();
            _cross.Values.CopyTo(answer);
            factors.Solve(answer);
            double step = Difference * Math.Max(1, Math.Abs(x[i]));
            Move(step);
            _total.Total.CopyTo(ahead);
            Move(-step);
            for (int j = 0; j < n; j++)
            {
                second[(i * n) + j] = (ahead[j] - _total.Total[j]) / (2 * step);
            }

            void Move(double by)
            {
                x.CopyTo(_game.Leader.Values);
                _game.Leader.Values[i] += by;
                TensorPrimitives.MultiplyAdd<double>(answer, -by, y, _game.Follower.Values);
                _total.Compute();
            }
        }

        x.CopyTo(_game.Leader.Values);
        y.CopyTo(_game.Follower.Values);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < i; j++)
            {
                second[(i * n) + j] = second[(j * n) + i] = 0.5 * (second[(i * n) + j] + second[(j * n) + i]);
            }
        }

        return Lowest(second, n);
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
