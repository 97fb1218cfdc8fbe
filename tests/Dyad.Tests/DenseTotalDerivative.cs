using Dyad.Autodiff;
using Dyad.Games;
using Dyad.Numerics;

namespace Dyad.Tests;

/// <summary>
/// The leader's total derivative with a dense curvature and an exact solve (Zheng et al. 2021, eqs. 15 and 16):
/// D1 f1 - (D12 f2)' (D22 f2 + damping I)^-1 D2 f1, as the reference for what the library solves for: it shares with it the
/// elimination of a dense matrix alone, which has tests of its own, and costs one curvature product for each of the follower's parameters and their number cubed.
/// </summary>
internal sealed class DenseTotalDerivative
{
    private readonly Game<double> _game;
    private readonly Parameters<double> _direction;
    private readonly Output<double> _direct;
    private readonly Output<double> _leaderInFollower;
    private readonly Output<double> _curvatureProduct;
    private readonly Output<double> _mixedProduct;
    private readonly CompiledProgram _all;
    private readonly CompiledProgram _again;
    private readonly LuFactorization _factors;
    private readonly double[] _curvature;
    private readonly double[] _solution;
    private readonly double[] _implicit;
    private readonly double[] _total;

    /// <summary>Compiles what is needed.</summary>
    /// <param name="game">The game.</param>
    /// <param name="damping">Added to the diagonal of the curvature; at least 0.</param>
    public DenseTotalDerivative(Game<double> game, double damping = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(damping);
        _game = game;
        Damping = damping;
        _direction = game.Follower.Like("direction");
        var builder = new ProgramBuilder<double>();
        _direct = builder.Output(Derivatives.Gradient(game.LeaderCost, game.Leader));
        _leaderInFollower = builder.Output(Derivatives.Gradient(game.LeaderCostInFollower, game.Follower));
        _curvatureProduct = builder.Output(game.Curvature(_direction.Leaves));
        _mixedProduct = builder.Output(Derivatives.MixedProduct(game.Coupling, game.Leader, game.Follower, _direction.Leaves));
        _again = builder.After(_direction.Leaves);
        _all = builder.Build();
        int n = game.Follower.Count;
        _factors = new LuFactorization(n);
        _curvature = new double[n * n];
        _solution = new double[n];
        _implicit = new double[game.Leader.Count];
        _total = new double[game.Leader.Count];
    }

    /// <summary>Added to the diagonal of the curvature.</summary>
    public double Damping { get; }

    /// <summary>D1 f1, of the last computation.</summary>
    public ReadOnlySpan<double> Direct => _direct.Values;

    /// <summary>D2 f1, of the last computation.</summary>
    public ReadOnlySpan<double> LeaderInFollower => _leaderInFollower.Values;

    /// <summary>The part that is subtracted, of the last computation.</summary>
    public ReadOnlySpan<double> Implicit => _implicit;

    /// <summary>The total derivative, of the last computation; as long as the leader's parameters.</summary>
    public ReadOnlySpan<double> Total => _total;

    /// <summary>The follower's curvature without damping, row by row, of the last computation.</summary>
    public ReadOnlySpan<double> Curvature => _curvature;

    /// <summary>Computes everything at the parameters and inputs of this moment.</summary>
    /// <exception cref="ArithmeticException">The damped curvature is singular.</exception>
    public void Compute()
    {
        int n = _game.Follower.Count;
        Span<double> direction = _direction.Values;
        direction.Clear();
        _all.Run();
        for (int i = 0; i < n; i++)
        {
            direction[i] = 1;
            _again.Run();
            _curvatureProduct.Values.CopyTo(_curvature.AsSpan(i * n, n));
            direction[i] = 0;
        }

        double[] damped = [.. _curvature];
        for (int i = 0; i < n; i++)
        {
            damped[(i * n) + i] += Damping;
        }

        _factors.Factor(damped);
        _leaderInFollower.Values.CopyTo(_solution);
        _factors.Solve(_solution);
        ApplyMixed(_solution, _implicit);
        for (int i = 0; i < _total.Length; i++)
        {
            _total[i] = _direct.Values[i] - _implicit[i];
        }
    }

    /// <summary>The mixed product (D12 f2)' x at the point of the last computation.</summary>
    /// <param name="x">As long as the follower's parameters.</param>
    /// <param name="result">As long as the leader's.</param>
    public void ApplyMixed(ReadOnlySpan<double> x, Span<double> result)
    {
        x.CopyTo(_direction.Values);
        _again.Run();
        _mixedProduct.Values.CopyTo(result);
        _direction.Values.Clear();
    }
}
