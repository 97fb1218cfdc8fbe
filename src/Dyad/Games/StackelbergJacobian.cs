using System.Numerics;
using System.Numerics.Tensors;
using Dyad.Autodiff;

namespace Dyad.Games;

/// <summary>
/// The Jacobian of the Stackelberg flow (Zheng et al. 2021, section 3.3), by its products: the leader descends along its total
/// derivative, the follower along its gradient, both at once. The leader's rows are central differences of the total derivative, the
/// follower's, [D21 f2, D22 f2], are exact. A point is stable under the flow where all eigenvalues have positive real parts.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class StackelbergJacobian<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Game<T> _game;
    private readonly MovedTotal<T> _total;
    private readonly Parameters<T> _first;
    private readonly Parameters<T> _second;
    private readonly Output<T> _cross;
    private readonly Output<T> _curved;
    private readonly CompiledProgram _before;
    private readonly CompiledProgram _multiply;

    /// <summary>Compiles the products.</summary>
    /// <param name="game">Leader and follower by their costs.</param>
    /// <param name="total">What the leader descends along; nothing of it may depend on computations before.</param>
    public StackelbergJacobian(Game<T> game, TotalDerivative<T> total)
    {
        (_game, _total) = (game, new MovedTotal<T>(game, total));
        _first = game.Leader.Like("direction of the leader");
        _second = game.Follower.Like("direction of the follower");
        var builder = new ProgramBuilder<T>();
        _cross = builder.Output(Derivatives.MixedProduct(game.FollowerCost, game.Follower, game.Leader, _first.Leaves));
        _curved = builder.Output(Derivatives.HessianVectorProduct(game.FollowerCost, game.Follower, _second.Leaves));
        IEnumerable<Leaf<T>> directions = _first.Leaves.Concat(_second.Leaves);
        _before = builder.Without(directions);
        _multiply = builder.After(directions);
        builder.Build();
    }

    /// <summary>Parameters of both players.</summary>
    public int Size => _first.Count + _second.Count;

    /// <summary>The product with a direction at the parameters and inputs of this moment; parameters are moved and put back.</summary>
    /// <param name="v">Leader's part, then the follower's.</param>
    /// <param name="result">As long.</param>
    public void Multiply(ReadOnlySpan<T> v, Span<T> result)
    {
        int n = _first.Count;
        v[..n].CopyTo(_first.Values);
        v[n..].CopyTo(_second.Values);
        _before.Run();
        _multiply.Run();
        TensorPrimitives.Add(_cross.Values, _curved.Values, result[n..]);

        double size = Math.Sqrt(Square(_game.Leader.Values) + Square(_game.Follower.Values));
        _total.Along(_first.Values, _second.Values, MovedTotal<T>.StepFor(size, Math.Sqrt(Square(v))), result[..n]);
    }

    private static double Square(ReadOnlySpan<T> x) => double.CreateChecked(TensorPrimitives.SumOfSquares(x));
}
