using System.Numerics;

namespace Dyad.Autodiff;

/// <summary>
/// A matrix (rows x columns) as a function of inputs. Expressions are immutable and only describe; a
/// <see cref="CompiledProgram"/> computes. Operators work element by element and spread a row, a column or a single number over the
/// other operand.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class Expression<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private protected Expression(Extent rows, Extent columns, params Expression<T>[] operands)
    {
        Rows = rows;
        Columns = columns;
        Operands = operands;
    }

    /// <summary>Number of rows.</summary>
    public Extent Rows { get; }

    /// <summary>Number of columns.</summary>
    public Extent Columns { get; }

    internal Expression<T>[] Operands { get; }

    /// <summary>Name of the operation, for messages.</summary>
    internal abstract string Name { get; }

    /// <summary>What distinguishes two operations of this type on the same operands; leaves answer themselves.</summary>
    internal virtual object? Attributes => null;

    /// <summary>The expression that this one equals by value, where it only steers differentiation.</summary>
    internal virtual Expression<T>? Alias => null;

    /// <summary>Whether the result may be written over an operand of the same size: element by element.</summary>
    internal virtual bool InPlace => false;

    internal string Shape => $"{Rows} x {Columns}";

    internal bool IsScalar => Rows.IsOne && Columns.IsOne;

    /// <inheritdoc/>
    public override string ToString() => Describe(2);

    /// <summary>Element-wise sum.</summary>
    public static Expression<T> operator +(Expression<T> x, Expression<T> y) => Operations.Add(x, y);

    /// <summary>Element-wise sum with a number.</summary>
    public static Expression<T> operator +(Expression<T> x, double y) => Operations.Shift(x, y);

    /// <summary>Element-wise sum with a number.</summary>
    public static Expression<T> operator +(double x, Expression<T> y) => Operations.Shift(y, x);

    /// <summary>Element-wise difference.</summary>
    public static Expression<T> operator -(Expression<T> x, Expression<T> y) => Operations.Subtract(x, y);

    /// <summary>Element-wise difference with a number.</summary>
    public static Expression<T> operator -(Expression<T> x, double y) => Operations.Shift(x, -y);

    /// <summary>Element-wise difference with a number.</summary>
    public static Expression<T> operator -(double x, Expression<T> y) => Operations.Shift(Operations.Scale(y, -1), x);

    /// <summary>Negative.</summary>
    public static Expression<T> operator -(Expression<T> x) => Operations.Scale(x, -1);

    /// <summary>Element-wise product.</summary>
    public static Expression<T> operator *(Expression<T> x, Expression<T> y) => Operations.Multiply(x, y);

    /// <summary>Product with a number.</summary>
    public static Expression<T> operator *(Expression<T> x, double y) => Operations.Scale(x, y);

    /// <summary>Product with a number.</summary>
    public static Expression<T> operator *(double x, Expression<T> y) => Operations.Scale(y, x);

    /// <summary>Element-wise quotient.</summary>
    public static Expression<T> operator /(Expression<T> x, Expression<T> y) => Operations.Divide(x, y);

    /// <summary>Quotient with a number.</summary>
    public static Expression<T> operator /(Expression<T> x, double y) => Operations.Scale(x, 1 / y);

    /// <summary>Element-wise sum.</summary>
    public Expression<T> Add(Expression<T> other) => this + other;

    /// <summary>Element-wise difference.</summary>
    public Expression<T> Subtract(Expression<T> other) => this - other;

    /// <summary>Element-wise product.</summary>
    public Expression<T> Multiply(Expression<T> other) => this * other;

    /// <summary>Element-wise quotient.</summary>
    public Expression<T> Divide(Expression<T> other) => this / other;

    /// <summary>Negative.</summary>
    public Expression<T> Negate() => -this;

    internal bool SameShape(Expression<T> other) => Rows.Same(other.Rows) && Columns.Same(other.Columns);

    /// <summary>
    /// The gradient rule: what the cotangent <paramref name="g"/> of this expression contributes to the cotangent of an operand,
    /// in the operations themselves; null where the derivative is zero.
    /// </summary>
    internal abstract Expression<T>? Gradient(int operand, Expression<T> g);

    /// <summary>The instruction that computes the value into <paramref name="result"/>.</summary>
    internal abstract Instruction Emit(Matrix<T> result, Matrix<T>[] operands);

    private protected virtual string Describe(int depth) => Operands.Length == 0
        ? Name
        : $"{Name}({string.Join(", ", Operands.Select(x => depth == 0 ? "..." : x.Describe(depth - 1)))})";
}

/// <summary>One step of a program; everything it needs was fixed when the program was built.</summary>
internal abstract class Instruction
{
    /// <summary>What it computes and of which shape, for measurements and messages.</summary>
    public string Label { get; set; } = "";

    /// <summary>Float operations of a run, for a matrix product; otherwise null.</summary>
    public virtual double? Flop => null;

    public abstract void Run();
}
