using System.Numerics;

namespace Dyad.Autodiff;

/// <summary>
/// The operations on expressions: with <c>using static Dyad.Autodiff.Operations</c> a cost reads as in the paper. The list is
/// closed under differentiation.
/// </summary>
public static class Operations
{
    /// <summary>A 1 x 1 expression of a known number.</summary>
    public static Expression<T> Number<T>(double value)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new Constant<T>(value);

    /// <summary>op(A) op(B): rows of op(A) x columns of op(B).</summary>
    /// <exception cref="ShapeException">The inner sizes differ.</exception>
    public static Expression<T> Product<T>(Expression<T> a, Expression<T> b, bool transposeA = false, bool transposeB = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new MatMul<T>(a, b, transposeA, transposeB);

    /// <summary>x W + b, the row b added to every row.</summary>
    /// <exception cref="ShapeException">The inner sizes differ, or b is not a row as long as W is wide.</exception>
    public static Expression<T> Affine<T>(Expression<T> x, Expression<T> weight, Expression<T> bias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Add(Product(x, weight), bias);

    /// <summary>Element-wise sum.</summary>
    public static Expression<T> Add<T>(Expression<T> x, Expression<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => y is Constant<T> c ? Shift(x, c.Value)
        : x is Constant<T> d ? Shift(y, d.Value)
        : Spread(Functions<T>.Add, x, y);

    /// <summary>Element-wise difference.</summary>
    public static Expression<T> Subtract<T>(Expression<T> x, Expression<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => y is Constant<T> c
        ? Shift(x, -c.Value)
        : Spread(Functions<T>.Subtract, x, y);

    /// <summary>Element-wise product.</summary>
    public static Expression<T> Multiply<T>(Expression<T> x, Expression<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => y is Constant<T> c ? Scale(x, c.Value)
        : x is Constant<T> d ? Scale(y, d.Value)
        : Spread(Functions<T>.Multiply, x, y);

    /// <summary>Element-wise quotient.</summary>
    public static Expression<T> Divide<T>(Expression<T> x, Expression<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Spread(Functions<T>.Divide, x, y);

    /// <summary>Element-wise smaller one.</summary>
    public static Expression<T> Min<T>(Expression<T> x, Expression<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Spread(Functions<T>.Min, x, y);

    /// <summary>Element-wise larger one.</summary>
    public static Expression<T> Max<T>(Expression<T> x, Expression<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Spread(Functions<T>.Max, x, y);

    /// <summary>1 where x &gt; y, elsewhere 0; no derivative.</summary>
    public static Expression<T> Greater<T>(Expression<T> x, Expression<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Functions<T>.Positive.Apply(Subtract(x, y));

    /// <summary>x times a number.</summary>
    public static Expression<T> Scale<T>(Expression<T> x, double factor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x switch
        {
            _ when factor == 1 => x,
            Constant<T> c => new Constant<T>(c.Value * factor),
            Unary<T> { Function.Identity: Functions<T>.Affine { Kind: "scale" } inner } => Scale(x.Operands[0], inner.First * factor),
            _ => Functions<T>.Scale(factor).Apply(x),
        };

    /// <summary>x plus a number.</summary>
    public static Expression<T> Shift<T>(Expression<T> x, double offset)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => offset == 0 ? x
        : x is Constant<T> c ? new Constant<T>(c.Value + offset)
        : Functions<T>.Shift(offset).Apply(x);

    /// <summary>x held between two numbers; no derivative outside.</summary>
    public static Expression<T> Clamp<T>(Expression<T> x, double low, double high)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Functions<T>.Clamp(low, high).Apply(x);

    /// <summary>e to the power x.</summary>
    public static Expression<T> Exp<T>(Expression<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Functions<T>.Exp.Apply(x);

    /// <summary>Natural logarithm.</summary>
    public static Expression<T> Log<T>(Expression<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Functions<T>.Log.Apply(x);

    /// <summary>Hyperbolic tangent.</summary>
    public static Expression<T> Tanh<T>(Expression<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Functions<T>.Tanh.Apply(x);

    /// <summary>1 / (1 + exp(-x)).</summary>
    public static Expression<T> Sigmoid<T>(Expression<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Functions<T>.Sigmoid.Apply(x);

    /// <summary>max(x, 0); the derivative at 0 is 0, and so is the second derivative everywhere.</summary>
    public static Expression<T> Relu<T>(Expression<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Functions<T>.Relu.Apply(x);

    /// <summary>log(1 + exp(x)).</summary>
    public static Expression<T> Softplus<T>(Expression<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Functions<T>.Softplus.Apply(x);

    /// <summary>x squared.</summary>
    public static Expression<T> Square<T>(Expression<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Functions<T>.Square.Apply(x);

    /// <summary>Square root.</summary>
    public static Expression<T> Sqrt<T>(Expression<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Functions<T>.Sqrt.Apply(x);

    /// <summary>Sum over the rows: 1 x columns.</summary>
    public static Expression<T> SumRows<T>(Expression<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Rows.IsOne ? x : new Sum<T>(x, true, false);

    /// <summary>Sum over the columns: rows x 1.</summary>
    public static Expression<T> SumColumns<T>(Expression<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Columns.IsOne ? x : new Sum<T>(x, false, true);

    /// <summary>Sum of all elements: 1 x 1.</summary>
    public static Expression<T> Sum<T>(Expression<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.IsScalar ? x : new Sum<T>(x, true, true);

    /// <summary>Mean of all elements: 1 x 1; the divisor follows run-time extents.</summary>
    public static Expression<T> Mean<T>(Expression<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Sum(x) * Reciprocal(x);

    /// <summary>One over the number of elements of x: 1 x 1; follows run-time extents.</summary>
    public static Expression<T> Reciprocal<T>(Expression<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new Reciprocal<T>(x.Rows, x.Columns);

    /// <summary>Logarithm of the softmax of every row.</summary>
    public static Expression<T> LogSoftmax<T>(Expression<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new LogSoftmax<T>(x);

    /// <summary>A number, a row or a column spread over rows x columns.</summary>
    /// <exception cref="ShapeException">x is none of these for that shape.</exception>
    public static Expression<T> Broadcast<T>(Expression<T> x, Extent rows, Extent columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        x.Rows.Same(rows) && x.Columns.Same(columns) ? x : new Broadcast<T>(x, rows, columns);

    /// <summary>Matrices of the same rows side by side.</summary>
    /// <exception cref="ShapeException">The numbers of rows differ.</exception>
    public static Expression<T> Concatenate<T>(params Expression<T>[] parts)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => parts.Length == 1 ? parts[0] : new Concatenate<T>(parts);

    /// <summary><paramref name="count"/> columns from <paramref name="first"/> on.</summary>
    /// <exception cref="ShapeException">x has fewer columns.</exception>
    public static Expression<T> Slice<T>(Expression<T> x, int first, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new Slice<T>(x, first, count);

    /// <summary>x as the columns from <paramref name="first"/> on of a matrix with <paramref name="columns"/> columns, else 0.</summary>
    /// <exception cref="ShapeException">x does not fit.</exception>
    public static Expression<T> Pad<T>(Expression<T> x, int first, int columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => first >= 0 && first + x.Columns.Count <= columns
        ? new Pad<T>(x, first, columns)
        : throw ShapeException.Of("pad", x, $"it does not fit at column {first} of {columns}");

    /// <summary>Row indices[i] of x as row i.</summary>
    public static Expression<T> GatherRows<T>(Expression<T> x, Indices indices)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new GatherRows<T>(x, indices);

    /// <summary>Row i of x added to row indices[i] of a matrix of zeros.</summary>
    /// <exception cref="ShapeException">There are not as many rows as indices.</exception>
    public static Expression<T> ScatterRows<T>(Expression<T> x, Indices indices, Extent rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new ScatterRows<T>(x, indices, rows);

    /// <summary>Element indices[i] of every row i: rows x 1.</summary>
    /// <exception cref="ShapeException">There are not as many rows as indices.</exception>
    public static Expression<T> GatherColumns<T>(Expression<T> x, Indices indices)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new GatherColumns<T>(x, indices);

    /// <summary>The column x put into zeros, element i at column indices[i] of row i.</summary>
    /// <exception cref="ShapeException">x is not a column with as many rows as indices.</exception>
    public static Expression<T> ScatterColumns<T>(Expression<T> x, Indices indices, Extent columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new ScatterColumns<T>(x, indices, columns);

    /// <summary>y_t = x_t + factor c_t y_{t+1}, c_t saying how row t + 1 follows row t: generalised advantages of TD errors, for example.</summary>
    /// <param name="x">rows x 1.</param>
    /// <param name="links">c, rows x 1; that of the last row is not read.</param>
    /// <param name="factor">For example gamma lambda.</param>
    /// <exception cref="ShapeException">The shapes are others.</exception>
    public static Expression<T> SumOfFollowing<T>(Expression<T> x, Input<T> links, double factor = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new Recurrence<T>(x, links, factor, following: true);

    /// <summary>y_t = x_t + factor c_{t-1} y_{t-1}: the transpose of <see cref="SumOfFollowing"/>.</summary>
    /// <inheritdoc cref="SumOfFollowing"/>
    public static Expression<T> SumOfPreceding<T>(Expression<T> x, Input<T> links, double factor = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new Recurrence<T>(x, links, factor, following: false);

    /// <summary>1 at the largest element of every row, at the first of several, elsewhere 0; no derivative.</summary>
    public static Expression<T> Largest<T>(Expression<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new Largest<T>(x);

    /// <summary>x without derivatives.</summary>
    public static Expression<T> Stop<T>(Expression<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new Steering<T>(x);

    /// <summary>
    /// stop(value) + carrier - stop(carrier): the value of one expression with the derivatives of another, for costs whose value
    /// is a sample and whose derivative is a score-function estimate.
    /// </summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Expression<T> Surrogate<T>(Expression<T> value, Expression<T> carrier)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new Steering<T>(value, carrier);

    // Spreads a number, a row or a column over the other operand.
    private static Binary<T> Spread<T>(BinaryFunction<T> function, Expression<T> x, Expression<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (x.SameShape(y))
        {
            return new Binary<T>(function, x, y);
        }

        if (Fits(y, x))
        {
            return new Binary<T>(function, x, Broadcast(y, x.Rows, x.Columns));
        }

        return Fits(x, y) ? new Binary<T>(function, Broadcast(x, y.Rows, y.Columns), y) : new Binary<T>(function, x, y);
    }

    private static bool Fits<T>(Expression<T> small, Expression<T> large)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        (small.Rows.IsOne || small.Rows.Same(large.Rows)) && (small.Columns.IsOne || small.Columns.Same(large.Columns));
}
