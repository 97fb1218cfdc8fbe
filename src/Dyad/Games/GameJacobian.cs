using System.Numerics;
using System.Numerics.Tensors;
using Dyad.Autodiff;

namespace Dyad.Games;

/// <summary>
/// The Jacobian of simultaneous gradient play, [D11 f1, D12 f1; D21 f2, D22 f2], by its products. It is not symmetric: complex
/// eigenvalues mean that the players turn around each other, one with a negative real part that they are driven away. The
/// gradients and the Hessians on its diagonal come with it.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class GameJacobian<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Parameters<T> _first;
    private readonly Parameters<T> _second;
    private readonly Output<T>[] _parts;
    private readonly Output<T> _firstGradient;
    private readonly Output<T> _secondGradient;
    private readonly CompiledProgram _before;
    private readonly CompiledProgram _multiply;

    /// <summary>Compiles the products.</summary>
    /// <param name="game">Leader and follower by their costs.</param>
    public GameJacobian(Game<T> game)
    {
        (Parameters<T> x, Parameters<T> y, Expression<T> f1, Expression<T> f2) = (game.Leader, game.Follower, game.LeaderCost, game.FollowerCost);
        _first = x.Like("direction of the leader");
        _second = y.Like("direction of the follower");
        var builder = new ProgramBuilder<T>();
        _parts =
        [
            builder.Output(Derivatives.HessianVectorProduct(f1, x, _first.Leaves)),
            builder.Output(Derivatives.MixedProduct(f1, x, y, _second.Leaves)),
            builder.Output(Derivatives.MixedProduct(f2, y, x, _first.Leaves)),
            builder.Output(Derivatives.HessianVectorProduct(f2, y, _second.Leaves)),
        ];
        _firstGradient = builder.Output(Derivatives.Gradient(f1, x));
        _secondGradient = builder.Output(Derivatives.Gradient(f2, y));
        LeaderCurvature = new CompiledCurvature<T>(_first, _parts[0], builder.After(_first.Leaves, _parts[0]));
        FollowerCurvature = new CompiledCurvature<T>(_second, _parts[3], builder.After(_second.Leaves, _parts[3]));
        IEnumerable<Leaf<T>> directions = _first.Leaves.Concat(_second.Leaves);
        _before = builder.Without(directions);
        _multiply = builder.After(directions);
        builder.Build();
    }

    /// <summary>Parameters of both players.</summary>
    public int Size => _first.Count + _second.Count;

    /// <summary>D1 f1 at the last update.</summary>
    public ReadOnlySpan<T> LeaderGradient => _firstGradient.Values;

    /// <summary>D2 f2 at the last update.</summary>
    public ReadOnlySpan<T> FollowerGradient => _secondGradient.Values;

    /// <summary>D11 f1 at the point of the last update.</summary>
    public ICurvature<T> LeaderCurvature { get; }

    /// <summary>D22 f2 at the point of the last update.</summary>
    public ICurvature<T> FollowerCurvature { get; }

    /// <summary>Takes in the parameters and inputs of this moment.</summary>
    public void Update() => _before.Run();

    /// <summary>The product with a direction, at the point of the last update.</summary>
    /// <param name="v">Leader's part, then the follower's.</param>
    /// <param name="result">As long.</param>
    public void Multiply(ReadOnlySpan<T> v, Span<T> result)
    {
        v[.._first.Count].CopyTo(_first.Values);
        v[_first.Count..].CopyTo(_second.Values);
        _multiply.Run();
        TensorPrimitives.Add(_parts[0].Values, _parts[1].Values, result[.._first.Count]);
        TensorPrimitives.Add(_parts[2].Values, _parts[3].Values, result[_first.Count..]);
    }
}
