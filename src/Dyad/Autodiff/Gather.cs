using System.Numerics;
using System.Numerics.Tensors;

namespace Dyad.Autodiff;

/// <summary>Row <c>indices[i]</c> of x as row i.</summary>
internal sealed class GatherRows<T>(Expression<T> x, Indices indices) : Expression<T>(indices.Count, x.Columns, x)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    internal override string Name => "gather rows";

    internal override object? Attributes => indices;

    internal override Expression<T>? Gradient(int operand, Expression<T> g) => new ScatterRows<T>(g, indices, Operands[0].Rows);

    internal override Instruction<T> Emit(Matrix<T> result, Matrix<T>[] operands) =>
        new GatherRowsInstruction<T>(operands[0], indices, result);
}

internal sealed class GatherRowsInstruction<T>(Matrix<T> x, Indices indices, Matrix<T> y) : Instruction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override Operation<T> Operation => new(OperationKind.GatherRows, y, x) { Indices = indices };

    public override void Run()
    {
        Span<int> rows = indices.Values;
        for (int i = 0; i < rows.Length; i++)
        {
            x.Row(rows[i]).CopyTo(y.Row(i));
        }
    }
}

/// <summary>Row i of x added to row <c>indices[i]</c> of zeros.</summary>
internal sealed class ScatterRows<T> : Expression<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Indices _indices;

    public ScatterRows(Expression<T> x, Indices indices, Extent rows) : base(rows, x.Columns, x)
    {
        _indices = indices;
        if (!x.Rows.Same(indices.Count))
        {
            throw ShapeException.Of("scatter rows", x, $"{indices.Name} has {indices.Count} numbers");
        }
    }

    internal override string Name => "scatter rows";

    internal override object? Attributes => (_indices, Rows);

    internal override Expression<T>? Gradient(int operand, Expression<T> g) => new GatherRows<T>(g, _indices);

    internal override Instruction<T> Emit(Matrix<T> result, Matrix<T>[] operands) =>
        new ScatterRowsInstruction<T>(operands[0], _indices, result);
}

internal sealed class ScatterRowsInstruction<T>(Matrix<T> x, Indices indices, Matrix<T> y) : Instruction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override Operation<T> Operation => new(OperationKind.ScatterRows, y, x) { Indices = indices };

    public override void Run()
    {
        y.Values.Clear();
        Span<int> rows = indices.Values;
        for (int i = 0; i < rows.Length; i++)
        {
            Span<T> row = y.Row(rows[i]);
            TensorPrimitives.Add<T>(row, x.Row(i), row);
        }
    }
}

/// <summary>Element <c>indices[i]</c> of every row i, as a column.</summary>
internal sealed class GatherColumns<T> : Expression<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Indices _indices;

    public GatherColumns(Expression<T> x, Indices indices) : base(x.Rows, 1, x)
    {
        _indices = indices;
        if (!x.Rows.Same(indices.Count))
        {
            throw ShapeException.Of("gather columns", x, $"{indices.Name} has {indices.Count} numbers");
        }
    }

    internal override string Name => "gather columns";

    internal override object? Attributes => _indices;

    internal override Expression<T>? Gradient(int operand, Expression<T> g) => new ScatterColumns<T>(g, _indices, Operands[0].Columns);

    internal override Instruction<T> Emit(Matrix<T> result, Matrix<T>[] operands) =>
        new GatherColumnsInstruction<T>(operands[0], _indices, result);
}

internal sealed class GatherColumnsInstruction<T>(Matrix<T> x, Indices indices, Matrix<T> y) : Instruction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override Operation<T> Operation => new(OperationKind.GatherColumns, y, x) { Indices = indices };

    public override void Run()
    {
        Span<int> columns = indices.Values;
        Span<T> values = y.Values;
        for (int i = 0; i < columns.Length; i++)
        {
            values[i] = x.Row(i)[columns[i]];
        }
    }
}

/// <summary>A column put into zeros: element i at column <c>indices[i]</c> of row i.</summary>
internal sealed class ScatterColumns<T> : Expression<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Indices _indices;

    public ScatterColumns(Expression<T> x, Indices indices, Extent columns) : base(x.Rows, columns, x)
    {
        _indices = indices;
        if (!x.Columns.IsOne || !x.Rows.Same(indices.Count))
        {
            throw ShapeException.Of("scatter columns", x, $"it must be a column of {indices.Count} rows, like {indices.Name}");
        }
    }

    internal override string Name => "scatter columns";

    internal override object? Attributes => (_indices, Columns);

    internal override Expression<T>? Gradient(int operand, Expression<T> g) => new GatherColumns<T>(g, _indices);

    internal override Instruction<T> Emit(Matrix<T> result, Matrix<T>[] operands) =>
        new ScatterColumnsInstruction<T>(operands[0], _indices, result);
}

internal sealed class ScatterColumnsInstruction<T>(Matrix<T> x, Indices indices, Matrix<T> y) : Instruction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override Operation<T> Operation => new(OperationKind.ScatterColumns, y, x) { Indices = indices };

    public override void Run()
    {
        y.Values.Clear();
        Span<int> columns = indices.Values;
        Span<T> values = x.Values;
        for (int i = 0; i < columns.Length; i++)
        {
            y.Row(i)[columns[i]] = values[i];
        }
    }
}
