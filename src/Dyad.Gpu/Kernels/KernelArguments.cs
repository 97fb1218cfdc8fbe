using System.Runtime.CompilerServices;
using ILGPU;

// Launchers are generated at run time, and see what is internal here.
[assembly: InternalsVisibleTo(Context.RuntimeAssemblyName)]

namespace Dyad.Gpu.Kernels;

/// <summary>
/// What a launch does, the same for all agents: offsets, in numbers, into the block of an agent, sizes and coefficients. What differs
/// from agent to agent lies in its block.
/// </summary>
internal struct KernelArguments : IEquatable<KernelArguments>
{
    /// <summary>Numbers in a block.</summary>
    public int Pitch;

    /// <summary>Offset of the result.</summary>
    public int Y;

    /// <summary>Offsets of the operands.</summary>
    public int A, B, C, D;

    /// <summary>Sizes of the result, and of the inner dimension of a product.</summary>
    public int Rows, Columns, Inner;

    /// <summary>Distances between rows and between columns of a product's sides.</summary>
    public int ARow, AColumn, BRow, BColumn;

    /// <summary>What a product's sums start from, -1 for 0, and the distance between its rows.</summary>
    public int Start, StartRow;

    /// <summary>What gates a product; -1 for nothing.</summary>
    public int Gate;

    /// <summary>Of a product: whether negative results become 0. Otherwise which function, or a flag.</summary>
    public int Kind;

    /// <summary>Whether rows of a product's result, start and gate begin at multiples of four numbers.</summary>
    public int Vector;

    /// <summary>Columns that are copied.</summary>
    public int From, To, Count;

    /// <summary>Offset of a number that is 0 where the agent has nothing to do; -1 for none.</summary>
    public int Mask;

    /// <summary>Coefficients.</summary>
    public float First, Second, Third;

    /// <inheritdoc/>
    public readonly bool Equals(KernelArguments other) => Unsafe.AsRef(in this).Bytes().SequenceEqual(Unsafe.AsRef(in other).Bytes());

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is KernelArguments other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => HashCode.Combine(Y, A, B, Rows, Columns, Kind);
}

/// <summary>Arguments as bytes, for comparisons.</summary>
internal static class KernelArgumentBytes
{
    /// <summary>The bytes.</summary>
    public static ReadOnlySpan<byte> Bytes(ref this KernelArguments arguments) =>
        System.Runtime.InteropServices.MemoryMarshal.AsBytes(System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpan(ref arguments, 1));
}
