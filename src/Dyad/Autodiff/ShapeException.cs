namespace Dyad.Autodiff;

/// <summary>Expressions whose shapes do not go together; the message names the operation, the expressions and both shapes.</summary>
public sealed class ShapeException : ArgumentException
{
    /// <summary>An error with its sentence.</summary>
    public ShapeException(string message) : base(message)
    {
    }

    internal static ShapeException Of<T>(string operation, Expression<T> x, Expression<T> y, string problem)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> =>
        new($"{operation}: {x} is {x.Shape} and {y} is {y.Shape}; {problem}.");

    internal static ShapeException Of<T>(string operation, Expression<T> x, string problem)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> =>
        new($"{operation}: {x} is {x.Shape}; {problem}.");
}
