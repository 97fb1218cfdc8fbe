using System.Numerics;

namespace Dyad.Autodiff;

/// <summary>The element-wise functions as objects, for networks that take one as an argument.</summary>
public static class UnaryFunctions
{
    /// <summary>max(x, 0).</summary>
    public static UnaryFunction<T> Relu<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Functions<T>.Relu;

    /// <summary>Hyperbolic tangent.</summary>
    public static UnaryFunction<T> Tanh<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Functions<T>.Tanh;
}
