using System.Numerics;
using System.Runtime.CompilerServices;

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

    internal override Instruction<T> Emit(Matrix<T> result, Matrix<T>[] operands) => new ConcatenateInstruction<T>(operands, result);
}

internal sealed class ConcatenateInstruction<T>(Matrix<T>[] parts, Matrix<T> y) : Instruction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override Operation<T> Operation => new(OperationKind.Concatenate, y, parts);

    public override unsafe void Run()
    {
        int rows = y.Rows, columns = y.Columns;
        T* to = y.Data;
        foreach (Matrix<T> part in parts)
        {
            CopyColumnsInstruction<T>.Copy(part.Data, part.Columns, to, columns, rows, part.Columns);
            to += part.Columns;
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

    public int First => _first;

    internal override string Name => "slice";

    internal override object? Attributes => (_first, Columns.Count);

    internal override Expression<T>? Gradient(int operand, Expression<T> g) => new Pad<T>(g, _first, Operands[0].Columns.Count);

    internal override Instruction<T> Emit(Matrix<T> result, Matrix<T>[] operands) =>
        new CopyColumnsInstruction<T>(operands[0], _first, result, 0, Columns.Count);
}

/// <summary>Columns placed in a wider matrix of zeros.</summary>
internal sealed class Pad<T>(Expression<T> x, int first, int columns) : Expression<T>(x.Rows, columns, x)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    internal override string Name => "pad";

    internal override object? Attributes => (first, columns);

    internal override Expression<T>? Gradient(int operand, Expression<T> g) => new Slice<T>(g, first, Operands[0].Columns.Count);

    internal override Instruction<T> Emit(Matrix<T> result, Matrix<T>[] operands) =>
        new CopyColumnsInstruction<T>(operands[0], 0, result, first, Operands[0].Columns.Count);
}

internal sealed class CopyColumnsInstruction<T>(Matrix<T> x, int from, Matrix<T> y, int to, int count) : Instruction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override Operation<T> Operation => new(OperationKind.CopyColumns, y, x) { Columns = (from, to, count) };

    public override unsafe void Run()
    {
        int columns = y.Columns;
        if (count < columns)
        {
            y.Values.Clear();
        }

        Copy(x.Data + from, x.Columns, y.Data + to, columns, y.Rows, count);
    }

    /// <summary>Copies the first columns of one matrix to another, each with its own distance of rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static unsafe void Copy(T* from, int fromRow, T* to, int toRow, int rows, int columns)
    {
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                to[j] = from[j];
            }

            from += fromRow;
            to += toRow;
        }
    }
}
