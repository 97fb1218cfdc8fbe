using System.Numerics;
using System.Numerics.Tensors;
using Dyad.Numerics;

namespace Dyad.Autodiff;

/// <summary>The element-wise functions: value and gradient rule of each, once.</summary>
internal static class Functions<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>x where y is positive, elsewhere 0.</summary>
    public static readonly BinaryFunction<T> Gate = new("gate", VectorMath.Gate,
        (g, x, y, z) => new Binary<T>(Gate!, g, y), (g, x, y, z) => null);

    public static readonly UnaryFunction<T> Exp = new("exp", VectorMath.Exp, (g, x, y) => g * y);

    public static readonly UnaryFunction<T> Log = new("log", TensorPrimitives.Log, (g, x, y) => g / x);

    public static readonly UnaryFunction<T> Tanh = new("tanh", VectorMath.Tanh, (g, x, y) => g * (1 - Square!.Apply(y)));

    public static readonly UnaryFunction<T> Sigmoid = new("sigmoid", VectorMath.Sigmoid, (g, x, y) => g * (y - Square!.Apply(y)));

    public static readonly UnaryFunction<T> Softplus = new("softplus", VectorMath.Softplus, (g, x, y) => g * Sigmoid.Apply(x));

    public static readonly UnaryFunction<T> Square = new("square", (x, y) => TensorPrimitives.Multiply(x, x, y), (g, x, y) => 2 * (g * x));

    public static readonly UnaryFunction<T> Sqrt = new("sqrt", TensorPrimitives.Sqrt, (g, x, y) => 0.5 * (g / y));

    /// <summary>max(x, 0); the derivative at 0 is 0.</summary>
    public static readonly UnaryFunction<T> Relu = new("relu",
        (x, y) => TensorPrimitives.Max(x, T.Zero, y), (g, x, y) => new Binary<T>(Gate, g, y));

    /// <summary>1 where x is positive, elsewhere 0.</summary>
    public static readonly UnaryFunction<T> Positive = new("positive", VectorMath.Positive, (g, x, y) => null);

    public static readonly BinaryFunction<T> Add = new("add", TensorPrimitives.Add, (g, x, y, z) => g, (g, x, y, z) => g);

    public static readonly BinaryFunction<T> Subtract = new("subtract", TensorPrimitives.Subtract,
        (g, x, y, z) => g, (g, x, y, z) => -g);

    public static readonly BinaryFunction<T> Multiply = new("multiply", TensorPrimitives.Multiply,
        (g, x, y, z) => g * y, (g, x, y, z) => g * x);

    public static readonly BinaryFunction<T> Divide = new("divide", TensorPrimitives.Divide,
        (g, x, y, z) => g / y, (g, x, y, z) => -(g / y * z));

    /// <summary>The smaller one; where both are equal the derivative goes to the second.</summary>
    public static readonly BinaryFunction<T> Min = new("min", TensorPrimitives.Min,
        (g, x, y, z) => new Binary<T>(Gate, g, y - x), (g, x, y, z) => g - new Binary<T>(Gate, g, y - x));

    /// <summary>The larger one; where both are equal the derivative goes to the second.</summary>
    public static readonly BinaryFunction<T> Max = new("max", TensorPrimitives.Max,
        (g, x, y, z) => new Binary<T>(Gate, g, x - y), (g, x, y, z) => g - new Binary<T>(Gate, g, x - y));

    public static UnaryFunction<T> Scale(double factor)
    {
        T f = T.CreateChecked(factor);
        return new("scale", (x, y) => TensorPrimitives.Multiply(x, f, y), (g, x, y) => Operations.Scale(g, factor))
        {
            Identity = new Affine("scale", factor, 0),
        };
    }

    public static UnaryFunction<T> Shift(double offset)
    {
        T o = T.CreateChecked(offset);
        return new("shift", (x, y) => TensorPrimitives.Add(x, o, y), (g, x, y) => g) { Identity = new Affine("shift", 1, offset) };
    }

    public static UnaryFunction<T> Clamp(double low, double high)
    {
        T l = T.CreateChecked(low), h = T.CreateChecked(high);
        return new("clamp", (x, y) => VectorMath.Clamp(x, l, h, y), (g, x, y) => g * Inside(low, high).Apply(x))
        {
            Identity = new Affine("clamp", low, high),
        };
    }

    /// <summary>1 where low &lt;= x &lt;= high, elsewhere 0.</summary>
    private static UnaryFunction<T> Inside(double low, double high)
    {
        T l = T.CreateChecked(low), h = T.CreateChecked(high);
        return new("inside", (x, y) => VectorMath.Inside(x, l, h, y), (g, x, y) => null) { Identity = new Affine("inside", low, high) };
    }

    /// <summary>Identity of a function with two coefficients.</summary>
    internal sealed record Affine(string Kind, double First, double Second);
}
