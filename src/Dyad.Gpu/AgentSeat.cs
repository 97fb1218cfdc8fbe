using Dyad.Algorithms;
using Dyad.Autodiff;
using Dyad.Games;
using Dyad.Gpu.Kernels;
using Dyad.Numerics;

namespace Dyad.Gpu;

/// <summary>
/// An agent's place in a group: it notes what the agent asks for, and waits for the device where the agent needs a result. What the
/// agent does then, it does on its own thread and in its own memory, with the numbers that the device had when it was noted.
/// </summary>
internal sealed class AgentSeat : IGameDevice, IDisposable
{
    private readonly BlockLayout _layout;
    private readonly Dictionary<CompiledProgram, int> _programs;
    private readonly List<(IReadOnlyList<PinnedMemory<float>> Read, int At, Action Action)> _then = [];
    private readonly HashSet<BlockPart> _changed = [];
    private readonly BlockPart[] _kept;
    private readonly LeaderSolve? _leader;
    private bool _leads;
    private int _written;
    private int _read;

    /// <summary>Takes a place; <see cref="Push"/> brings the agent's numbers there.</summary>
    public AgentSeat(AgentGroup group, BlockLayout layout, IReadOnlyList<CompiledProgram> programs, LeaderSolve? leader)
    {
        (Group, _layout) = (group, layout);
        _programs = programs.Select((program, i) => (program, i)).ToDictionary(x => x.program, x => x.i);
        _kept = [.. layout.Parts.Where(part => part.Here is not null)];
        _leader = leader;
        Slot = group.Enter(this);
    }

    /// <summary>Its group.</summary>
    public AgentGroup Group { get; }

    /// <summary>Number of its block; -1 where the group is full.</summary>
    public int Slot { get; }

    /// <summary>What the device is to do, in order.</summary>
    public List<Request> Requests { get; } = [];

    /// <summary>Is released when the device has done it.</summary>
    public SemaphoreSlim Done { get; } = new(0);

    /// <inheritdoc/>
    public void Write(PinnedMemory<float> values)
    {
        if (!_layout.Has(values))
        {
            // No program reads it.
            return;
        }

        Write(_layout[values].Offset, values.Values);
    }

    /// <summary>Numbers of the processor to a place in the block.</summary>
    public void Write(int offset, ReadOnlySpan<float> values)
    {
        values.CopyTo(Room(values.Length));
        Note(RequestKind.Write, 0, new KernelArguments { Y = offset, From = _written, Count = values.Length, Inner = Group.Written });
        _written += values.Length;
    }

    /// <summary>One kernel.</summary>
    public void Do(KernelKind kernel, KernelArguments arguments) => Requests.Add(new Request(RequestKind.Kernel, (int)kernel, arguments with { Pitch = Group.Pitch }));

    /// <inheritdoc/>
    public void Run(CompiledProgram program) => Note(RequestKind.Program, _programs[program], default);

    /// <inheritdoc/>
    public void Compute(TotalDerivative<float> total)
    {
        if (_leads)
        {
            // The damping may hang on what the solve before has seen.
            Finish();
        }

        _leader!.Ask(this, _layout);
        _leads = true;
        if (_leader.IsWarm)
        {
            _changed.Add(_layout[_leader.Solution]);
        }
    }

    /// <inheritdoc/>
    public void Descend(Adam<float> optimizer, PinnedMemory<float> parameters, PinnedMemory<float> gradient)
    {
        (float[] first, float[] second) = optimizer.Moments;
        BlockPart numbers = _layout[optimizer], y = _layout[parameters], b = _layout[first], c = _layout[second];
        (float step, float correction) = optimizer.BeginDescent();
        Write(numbers.Offset, [step, correction]);
        Note(RequestKind.Kernel, (int)KernelKind.Adam, new KernelArguments
        {
            Y = y.Offset,
            A = _layout[gradient].Offset,
            B = b.Offset,
            C = c.Offset,
            D = numbers.Offset,
            Count = first.Length,
            First = (float)optimizer.Beta1,
            Second = (float)optimizer.Beta2,
            Third = (float)optimizer.Epsilon,
        });
        _changed.UnionWith([y, b, c]);
    }

    /// <inheritdoc/>
    public void Average(PinnedMemory<float> target, PinnedMemory<float> source, double rate)
    {
        BlockPart y = _layout[target];
        Note(RequestKind.Kernel, (int)KernelKind.Average, new KernelArguments { Y = y.Offset, A = _layout[source].Offset, Count = y.Length, First = (float)rate });
        _changed.Add(y);
    }

    /// <inheritdoc/>
    public void Then(IReadOnlyList<PinnedMemory<float>> read, Action action)
    {
        int length = 0;
        foreach (PinnedMemory<float> memory in read)
        {
            length += memory.Length;
        }

        if (_read + length > Group.Read)
        {
            Finish();
        }

        _then.Add((read, _read, action));
        foreach (PinnedMemory<float> memory in read)
        {
            Note(RequestKind.Read, 0, new KernelArguments { A = _layout[memory].Offset, To = _read, Count = memory.Length });
            _read += memory.Length;
        }
    }

    /// <inheritdoc/>
    public void Finish()
    {
        if (Requests.Count > 0)
        {
            Group.Wait(this);
            Requests.Clear();
        }

        Span<float> results = Group.Out(Slot, _read);
        _written = _read = 0;
        _leads = false;
        foreach ((IReadOnlyList<PinnedMemory<float>> read, int at, Action action) in _then)
        {
            int from = at;
            foreach (PinnedMemory<float> memory in read)
            {
                results.Slice(from, memory.Length).CopyTo(memory.Values);
                from += memory.Length;
            }

            action();
        }

        _then.Clear();
    }

    /// <inheritdoc/>
    public void Pull()
    {
        Finish();
        if (_changed.Count > 0)
        {
            Group.Copy(Slot, _changed, toDevice: false);
            _changed.Clear();
            _leader?.Forget();
        }
    }

    /// <inheritdoc/>
    public void Push()
    {
        Finish();
        Group.Copy(Slot, _kept, toDevice: true);
        _changed.Clear();
    }

    /// <summary>What the device has of a direction.</summary>
    public float[] Values(Algorithms.Rules.IDirection<float> direction)
    {
        Finish();
        BlockPart part = _layout[direction.Memory];
        float[] values = new float[part.Length];
        Group.Copy(Slot, [part with { Here = () => values }], toDevice: false);
        return values;
    }

    /// <inheritdoc/>
    public void Dispose() => Done.Dispose();

    private Span<float> Room(int length)
    {
        if (_written + length > Group.Written)
        {
            Finish();
        }

        return Group.In(Slot).Slice(_written, length);
    }

    private void Note(RequestKind kind, int kernel, KernelArguments arguments) =>
        Requests.Add(new Request(kind, kernel, arguments with { Pitch = Group.Pitch, Mask = -1 }));
}
