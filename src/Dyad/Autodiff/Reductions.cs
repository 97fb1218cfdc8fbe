using System.Numerics;
using System.Numerics.Tensors;
using Dyad.Numerics;

namespace Dyad.Autodiff;

/// <summary>Sum over the rows (to one row), over the columns (to one column), or over both.</summary>
internal sealed class Sum<T>(Expression<T> x, bool overRows, bool overColumns)
    : Expression<T>(overRows ? 1 : x.Rows, overColumns ? 1 : x.Columns, x)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    internal override string Name => "sum";

    internal override object? Attributes => (overRows, overColumns);

    internal override Expression<T>? Gradient(int operand, Expression<T> g) =>
        Operations.Broadcast(g, Operands[0].Rows, Operands[0].Columns);

    internal override Instruction<T> Emit(Matrix<T> result, Matrix<T>[] operands) =>
        new SumInstruction<T>(operands[0], overRows, overColumns, result);
}

internal sealed unsafe class SumInstruction<T>(Matrix<T> x, bool overRows, bool overColumns, Matrix<T> y) : Instruction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Below, a call costs more than the sum.
    private const int ShortRow = 16;

    public override Operation<T> Operation => new(OperationKind.Sum, y, x) { Flags = (overRows, overColumns) };

    public override void Run()
    {
        if (overRows && overColumns)
        {
            y.Values[0] = TensorPrimitives.Sum<T>(x.Values);
        }
        else if (overRows)
        {
            // A row of ones times x: the product's row kernel reads each element once.
            T one = T.One;
            Product<T> product = MatrixProduct.Describe(1, x.Columns, x.Rows, &one, false, x.Data, false, y.Data);
            product.AStep = 0;
            MatrixProduct.Run(product);
        }
        else
        {
            Span<T> sums = y.Values;
            int columns = x.Columns;
            T* row = x.Data;
            for (int i = 0; i < sums.Length; i++, row += columns)
            {
                if (columns > ShortRow)
                {
                    sums[i] = TensorPrimitives.Sum<T>(new ReadOnlySpan<T>(row, columns));
                    continue;
                }

                T sum = row[0];
                for (int j = 1; j < columns; j++)
                {
                    sum += row[j];
                }

                sums[i] = sum;
            }
        }
    }
}

/// <summary>A number, a row or a column spread over a matrix.</summary>
internal sealed class Broadcast<T> : Expression<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public Broadcast(Expression<T> x, Extent rows, Extent columns) : base(rows, columns, x)
    {
        if (!(x.Rows.IsOne || x.Rows.Same(rows)) || !(x.Columns.IsOne || x.Columns.Same(columns)))
        {
            throw ShapeException.Of("broadcast", x, $"it cannot be spread over {rows} x {columns}");
        }
    }

    /// <summary>Whether one row is repeated and its columns kept.</summary>
    public bool RepeatsRow => Operands[0].Rows.IsOne && Operands[0].Columns.Same(Columns);

    internal override string Name => "broadcast";

    internal override object? Attributes => (Rows.Key, Columns.Key);

    internal override Expression<T>? Gradient(int operand, Expression<T> g)
    {
        Expression<T> x = Operands[0];
        return new Sum<T>(g, !x.Rows.Same(Rows), !x.Columns.Same(Columns));
    }

    internal override Instruction<T> Emit(Matrix<T> result, Matrix<T>[] operands) => new BroadcastInstruction<T>(operands[0], result);
}

internal sealed class BroadcastInstruction<T>(Matrix<T> x, Matrix<T> y) : Instruction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly bool _oneRow = x.RowExtent.IsOne;
    private readonly bool _oneColumn = x.ColumnExtent.IsOne;

    public override Operation<T> Operation => new(OperationKind.Broadcast, y, x);

    public override void Run()
    {
        Span<T> from = x.Values;
        if (_oneRow && _oneColumn)
        {
            y.Values.Fill(from[0]);
            return;
        }

        int rows = y.Rows, columns = y.Columns;
        Span<T> to = y.Values;
        for (int i = 0; i < rows; i++, to = to[columns..])
        {
            if (_oneColumn)
            {
                to[..columns].Fill(from[i]);
            }
            else
            {
                from.CopyTo(to);
            }
        }
    }
}

/// <summary>One over the number of elements of a shape, which may change from run to run.</summary>
internal sealed class Reciprocal<T>(Extent rows, Extent columns) : Expression<T>(1, 1)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    internal override string Name => "1/count";

    internal override object? Attributes => (rows.Key, columns.Key);

    internal override Expression<T>? Gradient(int operand, Expression<T> g) => null;

    internal override Instruction<T> Emit(Matrix<T> result, Matrix<T>[] operands) =>
        new ReciprocalInstruction<T>(rows, columns, result);
}

internal sealed class ReciprocalInstruction<T>(Extent rows, Extent columns, Matrix<T> result) : Instruction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override Operation<T> Operation => new(OperationKind.Fill, result) { Number = T.One / T.CreateChecked((long)rows.Count * columns.Count) };

    public override void Run() => result.Values[0] = T.One / T.CreateChecked((long)rows.Count * columns.Count);
}

/// <summary>The logarithm of the softmax of every row: <c>x - log sum exp x</c>.</summary>
internal sealed class LogSoftmax<T>(Expression<T> x) : Expression<T>(x.Rows, x.Columns, x)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    internal override string Name => "log-softmax";

    internal override bool InPlace => true;

    internal override Expression<T>? Gradient(int operand, Expression<T> g) =>
        g - (Operations.Exp<T>(this) * Operations.SumColumns(g));

    internal override Instruction<T> Emit(Matrix<T> result, Matrix<T>[] operands) => new LogSoftmaxInstruction<T>(operands[0], result);
}

internal sealed class LogSoftmaxInstruction<T>(Matrix<T> x, Matrix<T> y) : Instruction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override Operation<T> Operation => new(OperationKind.LogSoftmax, y, x);

    public override void Run()
    {
        for (int i = 0; i < x.Rows; i++)
        {
            Span<T> row = y.Row(i);
            TensorPrimitives.Subtract(x.Row(i), TensorPrimitives.Max<T>(x.Row(i)), row);
            T sum = T.Zero;
            foreach (T value in row)
            {
                sum += T.Exp(value);
            }

            TensorPrimitives.Subtract(row, T.Log(sum), row);
        }
    }
}
