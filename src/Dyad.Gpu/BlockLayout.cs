using System.Runtime.InteropServices;
using Dyad.Autodiff;
using Dyad.Numerics;

namespace Dyad.Gpu;

/// <summary>A part of an agent's block, and where its numbers are in the processor's memory.</summary>
/// <param name="Offset">Its place in the block.</param>
/// <param name="Length">Numbers.</param>
/// <param name="Here">The numbers; null where the device alone has them.</param>
internal sealed record BlockPart(int Offset, int Length, BlockNumbers? Here);

/// <summary>Numbers in the processor's memory.</summary>
internal delegate Span<float> BlockNumbers();

/// <summary>
/// Where everything that an agent's programs work in lies in its block on the device. Agents of the same method, options and sizes have
/// the same layout: parts are added in the order in which programs know their memory.
/// </summary>
internal sealed unsafe class BlockLayout
{
    // Parts begin at cache lines.
    private const int Line = 32;

    private readonly Dictionary<object, BlockPart> _parts = new(ReferenceEqualityComparer.Instance);
    private readonly List<(nint Start, nint End, BlockPart Part)> _ranges = [];

    /// <summary>Numbers in a block.</summary>
    public int Length { get; private set; }

    /// <summary>All parts, in order.</summary>
    public IReadOnlyList<BlockPart> Parts => _ordered;

    private readonly List<BlockPart> _ordered = [];

    /// <summary>Adds the memory of programs, where it is not there yet.</summary>
    public void Add(CompiledProgram program)
    {
        foreach (PinnedMemory<float> memory in program.Memory<float>())
        {
            Add(memory);
        }

        foreach (Indices indices in program.Operations<float>().Select(operation => operation.Indices).OfType<Indices>())
        {
            if (!_parts.ContainsKey(indices))
            {
                Add(indices, indices.Count.Count, () => MemoryMarshal.Cast<int, float>(indices.Values));
            }
        }
    }

    /// <summary>Adds memory, where it is not there yet.</summary>
    public void Add(PinnedMemory<float> memory)
    {
        if (_parts.ContainsKey(memory) || memory.Length == 0)
        {
            return;
        }

        BlockPart part = Add(memory, memory.Length, () => memory.Values);
        _ranges.Add(((nint)memory.Data, (nint)(memory.Data + memory.Length), part));
    }

    /// <summary>Adds the moments of an optimiser.</summary>
    public void Add(Adam<float> optimizer)
    {
        (float[] first, float[] second) = optimizer.Moments;
        Add(first, first.Length, () => first);
        Add(second, second.Length, () => second);
        Add(optimizer, 2, null);
    }

    /// <summary>Adds a part that only the device has, or one with numbers of another kind.</summary>
    public BlockPart Add(object key, int length, BlockNumbers? here)
    {
        var part = new BlockPart(Length, length, here);
        _parts.Add(key, part);
        _ordered.Add(part);
        Length += (length + Line - 1) / Line * Line;
        return part;
    }

    /// <summary>Whether there is a part.</summary>
    public bool Has(object key) => _parts.ContainsKey(key);

    /// <summary>A part.</summary>
    public BlockPart this[object key] => _parts[key];

    /// <summary>The place of a matrix.</summary>
    public int OffsetOf(Matrix<float> matrix)
    {
        nint at = (nint)matrix.Data;
        foreach ((nint start, nint end, BlockPart part) in _ranges)
        {
            if (at >= start && at < end)
            {
                return part.Offset + (int)((at - start) / sizeof(float));
            }
        }

        throw new InvalidOperationException("a matrix lies in none of the program's memory");
    }
}
