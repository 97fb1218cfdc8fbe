using System.Numerics;

namespace Dyad.Autodiff;

/// <summary>Has the value of its first operand and the derivatives of its second, or none.</summary>
internal sealed class Steering<T> : Expression<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public Steering(Expression<T> value) : base(value.Rows, value.Columns, value)
    {
    }

    public Steering(Expression<T> value, Expression<T> carrier) : base(value.Rows, value.Columns, value, carrier)
    {
        if (!value.SameShape(carrier))
        {
            throw ShapeException.Of("surrogate", value, carrier, "the shapes differ");
        }
    }

    internal override string Name => Operands.Length == 1 ? "stop" : "surrogate";

    internal override Expression<T> Alias => Operands[0];

    internal override Expression<T>? Gradient(int operand, Expression<T> g) => operand == 1 ? g : null;

    internal override Instruction<T> Emit(Matrix<T> result, Matrix<T>[] operands) => throw new InvalidOperationException(Name);
}
