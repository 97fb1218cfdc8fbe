using System.Numerics;

namespace Dyad.Autodiff;

/// <summary>Matrices of the same rows side by side.</summary>
internal sealed class Concatenate<T> : Expression<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public Concatenate(Expression<T>[] parts) : base(parts[0].Rows, parts.Sum(x => x.Columns.Count), parts)
    {
        foreach (Expression<T> part in parts)
        {
            if (!part.Rows.Same(Rows))
            {
                throw ShapeException.Of("concatenate", parts[0], part, "the numbers of rows differ");
            }
        }
    }

    internal override string Name => "concatenate";

    internal override Expression<T>? Gradient(int operand, Expression<T> g) =>
        new Slice<T>(g, Operands[..operand].Sum(x => x.Columns.Count), Operands[operand].Columns.Count);

    internal override Instruction Emit(Matrix<T> result, Matrix<T>[] operands) => new ConcatenateInstruction<T>(operands, result);
}

internal sealed class ConcatenateInstruction<T>(Matrix<T>[] parts, Matrix<T> y) : Instruction
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Run()
    {
        for (int i = 0; i < y.Rows; i++)
        {
            Span<T> row = y.Row(i);
            foreach (Matrix<T> part in parts)
            {
                part.Row(i).CopyTo(row);
                row = row[part.Columns..];
            }
        }
    }
}

/// <summary>A range of columns.</summary>
internal sealed class Slice<T> : Expression<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _first;

    public Slice(Expression<T> x, int first, int count) : base(x.Rows, count, x)
    {
        _first = first;
        if (first < 0 || first + count > x.Columns.Count)
        {
            throw ShapeException.Of("slice", x, $"it has no {count} columns from {first} on");
        }
    }

    internal override string Name => "slice";

    internal override object? Attributes => (_first, Columns.Count);

    internal override Expression<T>? Gradient(int operand, Expression<T> g) => new Pad<T>(g, _first, Operands[0].Columns.Count);

    internal override Instruction Emit(Matrix<T> result, Matrix<T>[] operands) =>
        new CopyColumnsInstruction<T>(operands[0], _first, result, 0, Columns.Count);
}

/// <summary>Columns placed in a wider matrix of zeros.</summary>
internal sealed class Pad<T>(Expression<T> x, int first, int columns) : Expression<T>(x.Rows, columns, x)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    internal override string Name => "pad";

    internal override object? Attributes => (first, columns);

    internal override Expression<T>? Gradient(int operand, Expression<T> g) => new Slice<T>(g, first, Operands[0].Columns.Count);

    internal override Instruction Emit(Matrix<T> result, Matrix<T>[] operands) =>
        new CopyColumnsInstruction<T>(operands[0], 0, result, first, Operands[0].Columns.Count);
}

internal sealed class CopyColumnsInstruction<T>(Matrix<T> x, int from, Matrix<T> y, int to, int count) : Instruction
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Run()
    {
        if (count < y.Columns)
        {
            y.Values.Clear();
        }

        for (int i = 0; i < y.Rows; i++)
        {
            x.Row(i).Slice(from, count).CopyTo(y.Row(i)[to..]);
        }
    }
}
