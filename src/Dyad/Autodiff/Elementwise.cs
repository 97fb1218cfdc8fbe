using System.Numerics;

namespace Dyad.Autodiff;

/// <summary>Computes an element-wise function; the two spans have one length and may be the same memory.</summary>
public delegate void UnaryKernel<T>(ReadOnlySpan<T> x, Span<T> y);

/// <summary>Computes an element-wise function of two; the spans have one length and the result may be either operand.</summary>
public delegate void BinaryKernel<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> z);

/// <summary>
/// What a function of one number contributes to the cotangent of its argument x, given the cotangent g of its value y; null for
/// no derivative.
/// </summary>
public delegate Expression<T>? UnaryRule<T>(Expression<T> g, Expression<T> x, Expression<T> y)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;

/// <summary>The same for a function of two numbers: one rule for each.</summary>
internal delegate Expression<T>? BinaryRule<T>(Expression<T> g, Expression<T> x, Expression<T> y, Expression<T> z)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;

/// <summary>An element-wise function with its gradient rule. Further ones can be made; they differentiate like the others.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="name">Name for messages.</param>
/// <param name="kernel">Computes the values.</param>
/// <param name="rule">The gradient rule, in expressions.</param>
public sealed class UnaryFunction<T>(string name, UnaryKernel<T> kernel, UnaryRule<T> rule)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Name for messages.</summary>
    public string Name { get; } = name;

    internal UnaryKernel<T> Kernel { get; } = kernel;

    internal UnaryRule<T> Rule { get; } = rule;

    /// <summary>What makes two functions the same; by default, being the same object.</summary>
    internal object? Identity { get; init; }

    /// <summary>Which function of the list it is, for other devices.</summary>
    internal Element Element { get; init; }

    /// <summary>The function of every element of <paramref name="x"/>.</summary>
    public Expression<T> Apply(Expression<T> x) => new Unary<T>(this, x);
}

internal sealed class Unary<T>(UnaryFunction<T> function, Expression<T> x) : Expression<T>(x.Rows, x.Columns, x)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public UnaryFunction<T> Function => function;

    internal override string Name => function.Name;

    internal override object? Attributes => function.Identity ?? function;

    internal override bool InPlace => true;

    internal override Expression<T>? Gradient(int operand, Expression<T> g) => function.Rule(g, Operands[0], this);

    internal override Instruction<T> Emit(Matrix<T> result, Matrix<T>[] operands) =>
        new UnaryInstruction<T>(function, operands[0], result);
}

internal sealed class UnaryInstruction<T>(UnaryFunction<T> function, Matrix<T> x, Matrix<T> y) : Instruction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override Operation<T> Operation => new(OperationKind.Unary, y, x) { Element = function.Element, Name = function.Name };

    public override void Run() => function.Kernel(x.Values, y.Values);
}

internal sealed class BinaryFunction<T>(string name, ElementKind element, BinaryKernel<T> kernel, BinaryRule<T> left, BinaryRule<T> right)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public string Name => name;

    public ElementKind Element => element;

    public BinaryKernel<T> Kernel => kernel;

    public BinaryRule<T> Left => left;

    public BinaryRule<T> Right => right;
}

internal sealed class Binary<T> : Expression<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly BinaryFunction<T> _function;

    public Binary(BinaryFunction<T> function, Expression<T> x, Expression<T> y) : base(x.Rows, x.Columns, x, y)
    {
        _function = function;
        if (!x.SameShape(y))
        {
            throw ShapeException.Of(function.Name, x, y, "the shapes differ and neither can be spread over the other");
        }
    }

    public BinaryFunction<T> Function => _function;

    internal override string Name => _function.Name;

    internal override object? Attributes => _function;

    internal override bool InPlace => true;

    internal override Expression<T>? Gradient(int operand, Expression<T> g) =>
        (operand == 0 ? _function.Left : _function.Right)(g, Operands[0], Operands[1], this);

    internal override Instruction<T> Emit(Matrix<T> result, Matrix<T>[] operands) =>
        new BinaryInstruction<T>(_function, operands[0], operands[1], result);
}

internal sealed class BinaryInstruction<T>(BinaryFunction<T> function, Matrix<T> x, Matrix<T> y, Matrix<T> z) : Instruction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override Operation<T> Operation => new(OperationKind.Binary, z, x, y) { Element = new(function.Element), Name = function.Name };

    public override void Run() => function.Kernel(x.Values, y.Values, z.Values);
}
