using System.Numerics;

namespace Dyad.Autodiff;

/// <summary>
/// A list of instructions, fixed when it was built; running it allocates nothing. Made by <see cref="ProgramBuilder{T}"/>.
/// </summary>
public sealed class CompiledProgram
{
    private Instruction[] _instructions = [];

    // Owners of the memory that instructions point into.
    private object? _memory;

    internal CompiledProgram()
    {
    }

    /// <summary>Number of instructions.</summary>
    public int InstructionCount => _instructions.Length;

    /// <summary>Number of matrix products.</summary>
    public int ProductCount => _instructions.Count(x => x.Flop is not null);

    /// <summary>Float operations of the matrix products of a run, at the extents of this moment.</summary>
    public double ProductFlop => _instructions.Sum(x => x.Flop ?? 0);

    /// <summary>Computes the outputs from what the inputs and parameters hold now.</summary>
    public void Run()
    {
        foreach (Instruction instruction in _instructions)
        {
            instruction.Run();
        }
    }

    /// <summary>Puts something around each instruction, such as a clock.</summary>
    internal void Wrap(Func<Instruction, Instruction> around) => _instructions = [.. _instructions.Select(around)];

    internal void Set(Instruction[] instructions, object memory)
    {
        _instructions = instructions;
        _memory = memory;
        GC.KeepAlive(_memory);
    }
}

/// <summary>Where a program leaves a result. A list of expressions lies in one flat vector, in its order.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Output<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly IReadOnlyList<Expression<T>> _parts;

    internal Output(IReadOnlyList<Expression<T>> parts)
    {
        _parts = parts;
        Memory = new PinnedMemory<T>(parts.Sum(x => x.Rows.Capacity * x.Columns.Capacity));
    }

    /// <summary>The result of the last run, row by row.</summary>
    public Span<T> Values => Memory.Values[..(_parts.Count == 1 ? _parts[0].Rows.Count * _parts[0].Columns.Count : Memory.Length)];

    /// <summary>The first element: the value of a 1 x 1 expression.</summary>
    public T Value => Memory.Values[0];

    internal PinnedMemory<T> Memory { get; }

    internal IReadOnlyList<Expression<T>> Parts => _parts;
}
