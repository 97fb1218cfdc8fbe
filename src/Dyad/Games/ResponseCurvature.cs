using System.Numerics;
using Dyad.Autodiff;
using Dyad.Numerics;

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
    private readonly Game<T> _game;
    private readonly FollowerResponse<T> _response;
    private readonly MovedTotal<T> _total;
    private readonly T[] _product;

    /// <summary>Compiles what is needed.</summary>
    /// <param name="game">The game; of its slots only the two costs count.</param>
    /// <param name="iterations">Largest number of steps of the solves.</param>
    public ResponseCurvature(Game<T> game, int iterations)
    {
        _game = new Game<T>(game.Leader, game.Follower, game.LeaderCost, game.FollowerCost);
        int m = game.Follower.Count;
        _response = new FollowerResponse<T>(_game, new ConjugateGradient<T>(m, iterations));
        var builder = new ProgramBuilder<T>();
        var term = new SolvedTerm<T>(builder, _game, new ConjugateGradient<T>(m, iterations));
        _total = new MovedTotal<T>(_game, new TotalDerivative<T>(builder, _game, term, new Damping(0)));
        _product = new T[game.Leader.Count];
    }

    /// <inheritdoc/>
    public int Size => _product.Length;

    /// <inheritdoc/>
    public Span<T> Direction => _response.Step;

    /// <inheritdoc/>
    public ReadOnlySpan<T> Product => _product;

    /// <inheritdoc/>
    /// <remarks>The parameters are moved and put back.</remarks>
    public void Multiply()
    {
        _response.Compute(damping: 0);
        _total.Along(Direction, _response.Answer, MovedTotal<T>.StepFor(InDouble.Norm<T>(_game.Leader.Values), InDouble.Norm<T>(Direction)), _product);
    }
}
