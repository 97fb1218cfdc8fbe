using System.Numerics;
using Dyad.Numerics;

namespace Dyad.Autodiff;

/// <summary><c>op(A) op(B)</c>, either side transposed or not.</summary>
internal sealed class MatMul<T> : Expression<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly bool _transposeA;
    private readonly bool _transposeB;

    public MatMul(Expression<T> a, Expression<T> b, bool transposeA, bool transposeB)
        : base(transposeA ? a.Columns : a.Rows, transposeB ? b.Rows : b.Columns, a, b)
    {
        _transposeA = transposeA;
        _transposeB = transposeB;
        Extent left = transposeA ? a.Rows : a.Columns, right = transposeB ? b.Columns : b.Rows;
        if (!left.Same(right))
        {
            throw ShapeException.Of("product", a, b, $"the inner sizes {left} and {right} differ");
        }
    }

    public bool TransposeA => _transposeA;

    public bool TransposeB => _transposeB;

    internal override string Name => "product";

    internal override object? Attributes => (_transposeA, _transposeB);

    internal override Expression<T>? Gradient(int operand, Expression<T> g)
    {
        Expression<T> a = Operands[0], b = Operands[1];
        return (operand, _transposeA, _transposeB) switch
        {
            (0, false, _) => new MatMul<T>(g, b, false, !_transposeB),
            (0, true, _) => new MatMul<T>(b, g, _transposeB, true),
            (_, _, false) => new MatMul<T>(a, g, !_transposeA, false),
            (_, _, true) => new MatMul<T>(g, a, true, _transposeA),
        };
    }

    internal override Instruction Emit(Matrix<T> result, Matrix<T>[] operands) =>
        new ProductInstruction<T>(result, operands[0], _transposeA, operands[1], _transposeB);
}

/// <summary>A product, with what fusion found around it: a start (bias or another sum), rectification, a gate.</summary>
internal sealed unsafe class ProductInstruction<T>(Matrix<T> result, Matrix<T> a, bool transposeA, Matrix<T> b, bool transposeB)
    : Instruction
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private T* _start;
    private bool _startIsRow;
    private T* _gate;

    public bool Rectify { get; set; }

    public override double? Flop => 2.0 * result.Rows * result.Columns * Inner;

    private int Inner => transposeA ? a.Rows : a.Columns;

    /// <summary>How many columns at the left of the product are left out.</summary>
    public int FirstColumn { get; set; }

    public void StartWith(Matrix<T> start)
    {
        _start = start.Data;
        _startIsRow = start.RowExtent.IsOne && !result.RowExtent.IsOne;
    }

    public void GateWith(Matrix<T> gate) => _gate = gate.Data;

    public override void Run()
    {
        int columns = result.Columns;
        Product<T> product =
            MatrixProduct.Describe(result.Rows, columns, Inner, a.Data, transposeA, b.Data, transposeB, result.Data);
        product.BStep = transposeB ? 1 : b.Columns;
        product.B += FirstColumn * product.BColumn;
        product.Start = _start;
        product.StartRow = _startIsRow ? 0 : columns;
        product.Gate = _gate;
        product.Rectify = Rectify;
        MatrixProduct.Run(product);
    }
}
