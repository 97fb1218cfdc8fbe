using System.Runtime.InteropServices;
using Dyad.Core;
using Dyad.Gpu.Kernels;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace Dyad.Gpu;

/// <summary>
/// Agents with the same programs that compute together on a stream of their own. Each has a thread; where all of them wait for the device,
/// the last one has it do what all have asked for, those with the same list in one launch for each of its operations. The bits of an agent
/// hang neither on the others nor on how many they are.
/// </summary>
internal sealed class AgentGroup : IDisposable
{
    private readonly GpuDevice _device;
    private readonly Stack<IDisposable> _made = new();
    private readonly DeviceProgram[] _programs;
    private readonly AcceleratorStream _stream;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _memory;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _tableIn;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _tableOut;
    private readonly PageLockedArray1D<float> _in;
    private readonly PageLockedArray1D<float> _out;
    private readonly MemoryBuffer1D<int, Stride1D.Dense> _slots;
    private readonly List<AgentSeat> _chosen = [];
    private readonly List<AgentSeat> _members = [];
    private readonly List<AgentSeat> _waiting = [];
    private readonly Lock _lock = new();
    private readonly bool[] _taken;
    private int[] _order = [];
    private Exception? _broken;

    /// <summary>Memory for agents.</summary>
    /// <param name="device">The device.</param>
    /// <param name="programs">The programs of each.</param>
    /// <param name="pitch">Numbers in a block.</param>
    /// <param name="written">Numbers that the processor writes at a time, at most, for each.</param>
    /// <param name="read">Numbers that it reads likewise.</param>
    /// <param name="capacity">Agents.</param>
    /// <exception cref="UserError">The device has not that much memory.</exception>
    public AgentGroup(GpuDevice device, DeviceProgram[] programs, int pitch, int written, int read, int capacity)
    {
        (_device, _programs, Pitch, Written, Read) = (device, programs, pitch, written, read);
        _taken = new bool[capacity];
        Accelerator accelerator = device.Accelerator;
        try
        {
            _stream = Made(accelerator.CreateStream());
            _memory = Made(accelerator.Allocate1D<float>((long)capacity * pitch));
            _tableIn = Made(accelerator.Allocate1D<float>((long)capacity * written));
            _tableOut = Made(accelerator.Allocate1D<float>((long)capacity * read));
            _in = Made(accelerator.AllocatePageLocked1D<float>((long)capacity * written));
            _out = Made(accelerator.AllocatePageLocked1D<float>((long)capacity * read));
            _slots = Made(accelerator.Allocate1D<int>(capacity));
            _memory.MemSetToZero(_stream);
            _stream.Synchronize();
        }
        catch (Exception e)
        {
            Dispose();
            if (e is not (OutOfMemoryException or CudaException { Error: nameof(CudaError.CUDA_ERROR_OUT_OF_MEMORY) }))
            {
                throw;
            }

            double each = sizeof(float) * ((double)pitch + written + read) / 1e6;
            throw new UserError($"{device.Name} has no memory for {capacity} more seeds, each of which needs {each:0.0} MB there: take fewer seeds, or smaller networks or batches", e);
        }

        T Made<T>(T resource)
            where T : IDisposable
        {
            _made.Push(resource);
            return resource;
        }
    }

    /// <summary>Numbers in a block.</summary>
    public int Pitch { get; }

    /// <summary>Numbers that an agent may write before the device has them.</summary>
    public int Written { get; }

    /// <summary>Numbers that an agent may read of one list.</summary>
    public int Read { get; }

    /// <summary>Device time of each kernel is measured, one after the other; null where it is not.</summary>
    public Dictionary<string, (long Count, double Seconds)>? Times { get; set; }

    /// <summary>Takes in an agent where there is room.</summary>
    /// <returns>The number of its block; -1 where there is none left.</returns>
    public int Enter(AgentSeat seat)
    {
        lock (_lock)
        {
            int slot = Array.IndexOf(_taken, false);
            if (slot >= 0)
            {
                _taken[slot] = true;
                _members.Add(seat);
            }

            return slot;
        }
    }

    /// <summary>Lets an agent go; the others wait for it no longer.</summary>
    /// <returns>How many are left.</returns>
    public int Leave(AgentSeat seat)
    {
        lock (_lock)
        {
            if (_members.Remove(seat))
            {
                _taken[seat.Slot] = false;
                DoAll();
            }

            return _members.Count;
        }
    }

    /// <summary>Where an agent writes what goes to the device.</summary>
    public Span<float> In(int slot) => _in.Span.Slice(slot * Written, Written);

    /// <summary>Where it finds what has come from there, of a list that reads so much.</summary>
    public Span<float> Out(int slot, int read) => _out.Span.Slice(slot * read, read);

    /// <summary>Waits until what an agent has asked for is done.</summary>
    public void Wait(AgentSeat seat)
    {
        lock (_lock)
        {
            _waiting.Add(seat);
            DoAll();
        }

        seat.Done.Wait();
        if (_broken is not null)
        {
            throw new InvalidOperationException($"the GPU has failed: {_broken.Message}", _broken);
        }
    }

    /// <summary>Copies parts of a block from the device or to it, at once.</summary>
    public void Copy(int slot, IEnumerable<BlockPart> parts, bool toDevice)
    {
        lock (_lock)
        {
            foreach (BlockPart part in parts)
            {
                ArrayView<float> there = _memory.View.BaseView.SubView(((long)slot * Pitch) + part.Offset, part.Length);
                if (toDevice)
                {
                    there.CopyFromCPU(_stream, part.Here!()[..part.Length]);
                }
                else
                {
                    there.CopyToCPU(_stream, part.Here!()[..part.Length]);
                }
            }

            _stream.Synchronize();
        }
    }

    /// <summary>
    /// Seconds of what an agent has asked for, done for so many agents: all with its numbers, which changes them. For a group that has no
    /// other agent.
    /// </summary>
    public double Measure(AgentSeat seat, int agents, int repeats)
    {
        lock (_lock)
        {
            Span<float> block = new float[Pitch];
            _memory.View.BaseView.SubView((long)seat.Slot * Pitch, Pitch).CopyToCPU(_stream, block);
            Span<float> written = In(seat.Slot).ToArray();
            for (int slot = 0; slot < agents; slot++)
            {
                written.CopyTo(In(slot));
                _memory.View.BaseView.SubView((long)slot * Pitch, Pitch).CopyFromCPU(_stream, block);
            }

            _order = [.. Enumerable.Range(0, agents)];
            ArrayView<int> slots = _slots.View.BaseView.SubView(0, agents);
            slots.CopyFromCPU(_stream, _order);
            _stream.Synchronize();
            long started = System.Diagnostics.Stopwatch.GetTimestamp();
            for (int i = 0; i < repeats; i++)
            {
                Launch(CollectionsMarshal.AsSpan(seat.Requests), slots);
            }

            return System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalSeconds / repeats;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_made.TryPop(out IDisposable? last))
        {
            last.Dispose();
        }
    }

    // Under the lock. Where all wait, what they have asked for is done.
    private void DoAll()
    {
        if (_waiting.Count == 0 || _waiting.Count < _members.Count)
        {
            return;
        }

        try
        {
            if (_broken is null)
            {
                _waiting.Sort((a, b) => a.Slot - b.Slot);
                while (_waiting.Count > 0)
                {
                    DoSome();
                }
            }
        }
        catch (Exception e)
        {
            _broken = e;
        }

        foreach (AgentSeat seat in _broken is null ? [] : _members)
        {
            seat.Done.Release();
        }

        _waiting.Clear();
    }

    // Those that want the same as the first.
    private void DoSome()
    {
        _chosen.Clear();
        AgentSeat first = _waiting[0];
        ReadOnlySpan<Request> list = CollectionsMarshal.AsSpan(first.Requests);
        foreach (AgentSeat seat in _waiting)
        {
            if (seat == first || Same(list, CollectionsMarshal.AsSpan(seat.Requests)))
            {
                _chosen.Add(seat);
            }
        }

        _waiting.RemoveAll(_chosen.Contains);
        if (_order.Length != _chosen.Count || !Same(_order, _chosen))
        {
            _order = [.. _chosen.Select(seat => seat.Slot)];
            _slots.View.BaseView.SubView(0, _order.Length).CopyFromCPU(_stream, _order);
        }

        Launch(list, _slots.View.BaseView.SubView(0, _order.Length));
        foreach (AgentSeat seat in _chosen)
        {
            seat.Done.Release();
        }
    }

    private void Launch(ReadOnlySpan<Request> list, ArrayView<int> slots)
    {
        int last = _order[^1] + 1;
        bool writes = false;
        int read = 0;
        foreach (ref readonly Request request in list)
        {
            writes |= request.Kind == RequestKind.Write;
            read = request.Kind == RequestKind.Read ? Math.Max(read, request.Arguments.To + request.Arguments.Count) : read;
        }

        ArrayView<float> memory = _memory.View.BaseView;
        if (writes)
        {
            _tableIn.View.SubView(0, last * Written).CopyFromPageLockedAsync(_stream, _in);
        }

        foreach (ref readonly Request request in list)
        {
            switch (request.Kind)
            {
                case RequestKind.Write:
                    _device.Unpack(_stream, memory, slots, request.Arguments, _tableIn.View.BaseView);
                    break;
                case RequestKind.Read:
                    _device.Pack(_stream, memory, slots, request.Arguments with { Inner = read }, _tableOut.View.BaseView);
                    break;
                case RequestKind.Program:
                    foreach (ref readonly Launch launch in _programs[request.Kernel].Launches.AsSpan())
                    {
                        Do(memory, slots, launch);
                    }

                    break;
                default:
                    Do(memory, slots, new Launch((KernelKind)request.Kernel, request.Arguments));
                    break;
            }
        }

        if (read > 0)
        {
            _tableOut.View.SubView(0, last * read).CopyToPageLockedAsync(_stream, _out);
        }

        _stream.Synchronize();
    }

    private void Do(ArrayView<float> memory, ArrayView<int> slots, in Launch launch)
    {
        if (Times is null)
        {
            _device.Do(_stream, memory, slots, launch);
            return;
        }

        _stream.Synchronize();
        long started = System.Diagnostics.Stopwatch.GetTimestamp();
        _device.Do(_stream, memory, slots, launch);
        _stream.Synchronize();
        double seconds = System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalSeconds;
        KernelArguments k = launch.Arguments;
        string name = launch.Kernel is KernelKind.Tiles or KernelKind.Row or KernelKind.Dots or KernelKind.Across
            ? $"{launch.Kernel} {k.Rows}x{k.Columns}x{k.Inner} {(k.AColumn == 1 ? 'n' : 't')}{(k.BColumn == 1 ? 'n' : 't')}"
            : $"{launch.Kernel} {k.Rows}x{k.Columns}{(k.Rows == 0 ? $" {k.Count}" : "")}";
        (long count, double total) = Times.GetValueOrDefault(name);
        Times[name] = (count + 1, total + seconds);
    }

    private static bool Same(ReadOnlySpan<Request> x, ReadOnlySpan<Request> y)
    {
        if (x.Length != y.Length)
        {
            return false;
        }

        for (int i = 0; i < x.Length; i++)
        {
            if (!(x[i].Kind == y[i].Kind && x[i].Kernel == y[i].Kernel && x[i].Arguments.Equals(y[i].Arguments)))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Same(int[] order, List<AgentSeat> chosen)
    {
        for (int i = 0; i < order.Length; i++)
        {
            if (order[i] != chosen[i].Slot)
            {
                return false;
            }
        }

        return true;
    }
}
