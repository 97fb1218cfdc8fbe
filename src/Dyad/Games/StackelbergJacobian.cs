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
    // Where rounding and truncation of a central difference meet.
    private static readonly double Difference = Math.Cbrt(double.CreateChecked(T.BitIncrement(T.One) - T.One));

    private readonly Game<T> _game;
    private readonly TotalDerivative<T> _total;
    private readonly Parameters<T> _first;
    private readonly Parameters<T> _second;
    private readonly Output<T> _cross;
    private readonly Output<T> _curved;
    private readonly CompiledProgram _before;
    private readonly CompiledProgram _multiply;
    private readonly T[] _leader;
    private readonly T[] _follower;

    /// <summary>Compiles the products.</summary>
    /// <param name="game">Leader and follower by their costs.</param>
    /// <param name="total">What the leader descends along; nothing of it may depend on computations before.</param>
    public StackelbergJacobian(Game<T> game, TotalDerivative<T> total)
    {
        (_game, _total) = (game, total);
        _first = game.Leader.Like("direction of the leader");
        _second = game.Follower.Like("direction of the follower");
        var builder = new ProgramBuilder<T>();
        _cross = builder.Output(Derivatives.MixedProduct(game.FollowerCost, game.Follower, game.Leader, _first.Leaves));
        _curved = builder.Output(Derivatives.HessianVectorProduct(game.FollowerCost, game.Follower, _second.Leaves));
        IEnumerable<Leaf<T>> directions = _first.Leaves.Concat(_second.Leaves);
        _before = builder.Without(directions);
        _multiply = builder.After(directions);
        builder.Build();
        _leader = new T[game.Leader.Count];
        _follower = new T[game.Follower.Count];
    }

    /// <summary>Parameters of both players.</summary>
    public int Size => _leader.Length + _follower.Length;

    /// <summary>The product with a direction at the parameters and inputs of this moment; parameters are moved and put back.</summary>
    /// <param name="v">Leader's part, then the follower's.</param>
    /// <param name="result">As long.</param>
    public void Multiply(ReadOnlySpan<T> v, Span<T> result)
    {
        int n = _leader.Length;
        v[..n].CopyTo(_first.Values);
        v[n..].CopyTo(_second.Values);
        _before.Run();
        _multiply.Run();
        TensorPrimitives.Add(_cross.Values, _curved.Values, result[n..]);

        _game.Leader.Values.CopyTo(_leader);
        _game.Follower.Values.CopyTo(_follower);
        double size = Math.Sqrt(Square(_leader) + Square(_follower));
        double step = Difference * Math.Max(1, size) / Math.Max(Math.Sqrt(Square(v)), double.Epsilon);
        Span<T> rows = result[..n];
        Move(step);
        _total.Total.CopyTo(rows);
        Move(-step);
        TensorPrimitives.Subtract(rows, _total.Total, rows);
        TensorPrimitives.Multiply(rows, T.CreateChecked(1 / (2 * step)), rows);
        _leader.CopyTo(_game.Leader.Values);
        _follower.CopyTo(_game.Follower.Values);
    }

    private void Move(double by)
    {
        TensorPrimitives.MultiplyAdd(_first.Values, T.CreateChecked(by), _leader, _game.Leader.Values);
        TensorPrimitives.MultiplyAdd(_second.Values, T.CreateChecked(by), _follower, _game.Follower.Values);
        _total.Compute();
    }

    private static double Square(ReadOnlySpan<T> x) => double.CreateChecked(TensorPrimitives.SumOfSquares(x));
}
