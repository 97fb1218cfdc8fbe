using System.Numerics;
using Dyad.Numerics;

namespace Dyad.Games;

/// <summary>The derivatives of a game at a point, in numbers.</summary>
/// <param name="LeaderGradient">|D1 f1|.</param>
/// <param name="FollowerGradient">|D2 f2|.</param>
/// <param name="LeaderCurvature">Of D11 f1.</param>
/// <param name="FollowerCurvature">Of D22 f2.</param>
/// <param name="JacobianLowest">The eigenvalue of the game's Jacobian with the lowest real part, of those found.</param>
/// <param name="JacobianHighest">That with the highest real part.</param>
public readonly record struct SpectrumReport(
    double LeaderGradient, double FollowerGradient, ExtremeEigenvalues LeaderCurvature, ExtremeEigenvalues FollowerCurvature,
    Complex JacobianLowest, Complex JacobianHighest);

/// <summary>
/// Gradient norms, extreme eigenvalues of both players' Hessians (Lanczos) and of the game's Jacobian (Arnoldi; it is that of
/// simultaneous individual gradients, <see cref="GameJacobian{T}"/>), from products. They are those of the Krylov spaces: exact
/// where these are as large as the matrices; else those of a Hessian lie between its own extremes, and those of the Jacobian near
/// its outermost ones.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class GameSpectrum<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly GameJacobian<T> _jacobian;
    private readonly Lanczos<T> _leader;
    private readonly Lanczos<T> _follower;
    private readonly Arnoldi<T> _both;

    /// <summary>Compiles what is needed.</summary>
    /// <param name="game">Leader and follower by their costs.</param>
    /// <param name="steps">Largest dimension of each Krylov space.</param>
    public GameSpectrum(Game<T> game, int steps)
    {
        _jacobian = new GameJacobian<T>(game);
        _leader = new Lanczos<T>(game.Leader.Count, steps);
        _follower = new Lanczos<T>(game.Follower.Count, steps);
        _both = new Arnoldi<T>(_jacobian.Size, steps);
    }

    /// <summary>The numbers at the parameters and inputs of this moment.</summary>
    /// <param name="random">Draws the starts of the Krylov spaces.</param>
    public SpectrumReport Compute(RandomStream random)
    {
        _jacobian.Update();
        double leader = InDouble.Norm<T>(_jacobian.LeaderGradient), follower = InDouble.Norm<T>(_jacobian.FollowerGradient);
        ExtremeEigenvalues first = _leader.Compute(_jacobian.LeaderCurvature, random);
        ExtremeEigenvalues second = _follower.Compute(_jacobian.FollowerCurvature, random);
        IReadOnlyList<Complex> both = _both.Compute(_jacobian.Multiply, random);
        return new(leader, follower, first, second, both.MinBy(value => value.Real), both.MaxBy(value => value.Real));
    }
}
