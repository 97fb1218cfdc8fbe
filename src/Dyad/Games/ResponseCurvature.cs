using System.Numerics;
using System.Numerics.Tensors;
using Dyad.Autodiff;

namespace Dyad.Games;

/// <summary>
/// The leader's total second derivative along the follower's best response, by its products: central differences of the total
/// derivative (Zheng et al. 2021, eqs. 15 and 16), the follower answering a move v of the leader by -(D22 f2)^-1 D21 f2 v. It is symmetric
/// where the follower's gradient is zero, and for games whose follower's Hessian is positive definite: others have no best
/// response that the derivatives tell.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class ResponseCurvature<T> : ICurvature<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Where rounding and truncation of a central difference meet.
    private static readonly double Difference = Math.Cbrt(double.CreateChecked(T.BitIncrement(T.One) - T.One));

    private readonly Game<T> _game;
    private readonly FollowerResponse<T> _response;
    private readonly TotalDerivative<T> _total;
    private readonly T[] _leader;
    private readonly T[] _follower;
    private readonly T[] _product;

    /// <summary>Compiles what is needed.</summary>
    /// <param name="game">The game; of its slots only the two costs count.</param>
    /// <param name="iterations">Largest number of steps of the solves.</param>
    public ResponseCurvature(Game<T> game, int iterations)
    {
        _game = new Game<T>(game.Leader, game.Follower, game.LeaderCost, game.FollowerCost);
        int n = game.Leader.Count, m = game.Follower.Count;
        _response = new FollowerResponse<T>(_game, new ConjugateGradient<T>(m, iterations));
        var builder = new ProgramBuilder<T>();
        var term = new SolvedTerm<T>(builder, _game, new ConjugateGradient<T>(m, iterations));
        _total = new TotalDerivative<T>(builder, _game, term, new Damping(0));
        _leader = new T[n];
        _follower = new T[m];
        _product = new T[n];
    }

    /// <inheritdoc/>
    public int Size => _leader.Length;

    /// <inheritdoc/>
    public Span<T> Direction => _response.Step;

    /// <inheritdoc/>
    public ReadOnlySpan<T> Product => _product;

    /// <inheritdoc/>
    /// <remarks>The parameters are moved and put back.</remarks>
    public void Multiply()
    {
        _response.Compute(damping: 0);
        _game.Leader.Values.CopyTo(_leader);
        _game.Follower.Values.CopyTo(_follower);
        double step = Difference * Math.Max(1, Norm(_leader)) / Math.Max(Norm(Direction), double.Epsilon);
        Move(step);
        _total.Total.CopyTo(_product);
        Move(-step);
        TensorPrimitives.Subtract(_product, _total.Total, _product);
        TensorPrimitives.Multiply(_product, T.CreateChecked(1 / (2 * step)), _product);
        _leader.CopyTo(_game.Leader.Values);
        _follower.CopyTo(_game.Follower.Values);
    }

    private void Move(double by)
    {
        TensorPrimitives.MultiplyAdd(Direction, T.CreateChecked(by), _leader, _game.Leader.Values);
        TensorPrimitives.MultiplyAdd(_response.Answer, T.CreateChecked(by), _follower, _game.Follower.Values);
        _total.Compute();
    }

    private static double Norm(ReadOnlySpan<T> x) => Math.Sqrt(double.CreateChecked(TensorPrimitives.SumOfSquares(x)));
}
