using System.Numerics;
using Dyad.Autodiff;
using Dyad.Numerics;
using static Dyad.Autodiff.Operations;

namespace Dyad.Tests.Unit.Autodiff;

/// <summary>A random cost of two players, the same for float and double: a few layers of random operations on matrices.</summary>
internal sealed class RandomGraph<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly RandomStream _random;
    private readonly Extent _rows;
    private readonly List<Expression<T>> _pool = [];

    public RandomGraph(int seed)
    {
        _random = new RandomStream(seed);
        _rows = new Extent("rows", 9);
        First = new Parameters<T>("first");
        Second = new Parameters<T>("second");
        int[] widths = [1 + _random.Index(4), 1 + _random.Index(4), 1 + _random.Index(4)];
        Expression<T>[] weights =
        [
            First.Add("w0", widths[0], widths[1]), First.Add("b0", 1, widths[1]),
            Second.Add("w1", widths[1], widths[2]), Second.Add("b1", 1, widths[2]),
            First.Add("w2", widths[0], widths[2]), Second.Add("w3", widths[2], widths[1]),
        ];
        Fill(First.Values);
        Fill(Second.Values);
        var data = new Input<T>("data", _rows, widths[0]);
        Fill(data.Values);
        _rows.Count = 2 + _random.Index(7);

        Expression<T> x = Unary(Affine(data, weights[0], weights[1]));
        Expression<T> y = Unary(Affine(x, weights[2], weights[3]));
        Expression<T> z = Unary(Product(data, weights[4]));
        _pool.AddRange([x, y, z, Unary(Product(y, weights[5])), Product(z, weights[5]), Product(x, weights[5], transposeB: true)]);
        int steps = 3 + _random.Index(8);
        for (int i = 0; i < steps; i++)
        {
            _pool.Add(Step());
        }

        Cost = Mean(Square(_pool[^1])) + Sum(_pool[^2] * 0.1) + Mean(Tanh(_pool[^3]));
    }

    public Parameters<T> First { get; }

    public Parameters<T> Second { get; }

    public Expression<T> Cost { get; }

    private Expression<T> Step()
    {
        Expression<T> x = Pick(), y = Pick();
        return _random.Index(12) switch
        {
            0 or 1 => Unary(x),
            2 => Concatenate(x, y),
            3 => Slice(x, _random.Index(x.Columns.Count), 1),
            4 => Tanh(SumRows(x)) * x,
            5 => Sigmoid(SumColumns(x)) * x,
            6 => Tanh(Sum(x)) + y,
            7 => LogSoftmax(x),
            8 => Tanh(Product(x, Tanh(Product(x, y, transposeA: true)))),
            9 => Tanh(Product(y, Tanh(Product(x, y, transposeA: true)), transposeB: true)),
            10 => Pad(x, _random.Index(2), x.Columns.Count + 2),
            _ => Same(x) is { } other ? Binary(x, other) : Unary(x),
        };
    }

    private Expression<T> Unary(Expression<T> x) => _random.Index(11) switch
    {
        0 => Exp(0.3 * Tanh(x)),
        1 => Log(Softplus(x) + 0.5),
        2 => Tanh(x),
        3 => Sigmoid(x),
        4 => Relu(x),
        5 => Softplus(x),
        6 => Square(x) * 0.3,
        7 => Sqrt(Square(x) + 1),
        8 => Clamp(x, -0.6, 0.7),
        9 => 1 - (0.5 * x),
        _ => -x,
    };

    private Expression<T> Binary(Expression<T> x, Expression<T> y) => _random.Index(6) switch
    {
        0 => x + y,
        1 => x - y,
        2 => Tanh(x) * y,
        3 => x / (1 + Square(y)),
        4 => Min(x, y),
        _ => Max(x, y),
    };

    private Expression<T> Pick() => _pool[_random.Index(_pool.Count)];

    private Expression<T>? Same(Expression<T> x)
    {
        int width = x.Columns.Count;
        List<Expression<T>> same = [.. _pool.Where(y => y != x && y.Columns.Count == width)];
        return same.Count == 0 ? null : same[_random.Index(same.Count)];
    }

    private void Fill(Span<T> values)
    {
        foreach (ref T value in values)
        {
            value = T.CreateChecked(_random.Uniform(-1, 1));
        }
    }
}
