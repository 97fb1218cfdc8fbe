using System.Numerics;

namespace Dyad.Autodiff;

/// <summary>1 at the largest element of every row, elsewhere 0.</summary>
internal sealed class Largest<T>(Expression<T> x) : Expression<T>(x.Rows, x.Columns, x)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    internal override string Name => "largest";

    internal override Expression<T>? Gradient(int operand, Expression<T> g) => null;

    internal override Instruction<T> Emit(Matrix<T> result, Matrix<T>[] operands) => new LargestInstruction<T>(operands[0], result);
}

internal sealed class LargestInstruction<T>(Matrix<T> x, Matrix<T> y) : Instruction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override Operation<T> Operation => new(OperationKind.Largest, y, x);

    public override void Run()
    {
        y.Values.Clear();
        for (int i = 0; i < x.Rows; i++)
        {
            Span<T> row = x.Row(i);
            int largest = 0;
            for (int j = 1; j < row.Length; j++)
            {
                largest = row[j] > row[largest] ? j : largest;
            }

            y.Row(i)[largest] = T.One;
        }
    }
}
