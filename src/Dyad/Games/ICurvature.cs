using System.Numerics;
using Dyad.Autodiff;

namespace Dyad.Games;

/// <summary>A symmetric matrix A that is known by its products alone: the follower's curvature.</summary>
/// <typeparam name="T">float or double.</typeparam>
public interface ICurvature<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Rows and columns.</summary>
    int Size { get; }

    /// <summary>v, where the product reads it; solvers keep their direction here.</summary>
    Span<T> Direction { get; }

    /// <summary>A v of the last call of <see cref="Multiply"/>.</summary>
    ReadOnlySpan<T> Product { get; }

    /// <summary>Computes A v.</summary>
    void Multiply();
}

/// <summary>A curvature whose products a compiled program computes; what does not depend on the direction it does not repeat.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="direction">v.</param>
/// <param name="product">A v.</param>
/// <param name="program">The instructions between them (<see cref="ProgramBuilder{T}.After"/>).</param>
internal sealed class CompiledCurvature<T>(Parameters<T> direction, Output<T> product, CompiledProgram program) : ICurvature<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Where the product comes, and what computes it.</summary>
    internal Output<T> Output => product;

    internal CompiledProgram Program => program;

    /// <inheritdoc/>
    public int Size => direction.Count;

    /// <inheritdoc/>
    public Span<T> Direction => direction.Values;

    /// <inheritdoc/>
    public ReadOnlySpan<T> Product => product.Values;

    /// <summary>Products computed so far.</summary>
    public long Products { get; private set; }

    /// <summary>Float operations of the matrix products of one call.</summary>
    public double ProductFlop => program.ProductFlop;

    /// <inheritdoc/>
    public void Multiply()
    {
        program.Run();
        Products++;
    }
}
