using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Dyad.Algorithms;
using Dyad.Autodiff;
using Dyad.Numerics;

namespace Dyad.Gpu;

/// <summary>Agents on a device: those with the same programs in the same groups.</summary>
internal sealed class GpuHost : IDisposable
{
    private readonly GpuDevice _device;
    private readonly Dictionary<string, List<AgentGroup>> _groups = [];
    private readonly Lock _lock = new();

    /// <summary>An empty device.</summary>
    /// <param name="device">The device; owned by this object from now on.</param>
    public GpuHost(GpuDevice device) => _device = device;

    /// <summary>The device's name.</summary>
    public string Name => _device.Name;

    /// <summary>Has an agent compute on the device from now on.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="expected">How many with the same programs there will be, for groups of a size that fits; at least 1.</param>
    /// <returns>Its place; disposing of it lets the agent go.</returns>
    /// <exception cref="Core.UserError">Something of it runs on the processor alone, or the device has no memory for it.</exception>
    public AgentPlace Seat(GameAgent agent, int expected)
    {
        (BlockLayout layout, CompiledProgram[] compiled, DeviceProgram[] programs, LeaderSolve? leader) = Translate(agent);
        string key = KeyOf(layout, programs);
        AgentSeat seat;
        lock (_lock)
        {
            if (!_groups.TryGetValue(key, out List<AgentGroup>? groups))
            {
                _groups[key] = groups = [];
            }

            seat = groups.Select(group => new AgentSeat(group, layout, compiled, leader)).FirstOrDefault(there => there.Slot >= 0) ?? Begin();

            AgentSeat Begin()
            {
                // What is written at a time is a few batches, what is read a few costs, and the errors of a batch.
                int written = Math.Max(1024, 2 * agent.Inputs.Sum(input => input.Length));
                int read = 1024 + (16 * agent.BatchSize) + (2 * (leader?.Read ?? 0));
                var group = new AgentGroup(_device, programs, layout.Length, written, read, Math.Max(1, expected));
                groups.Add(group);
                return new AgentSeat(group, layout, compiled, leader);
            }
        }

        try
        {
            seat.Push();
        }
        catch
        {
            // Of the others nobody is to wait for one that never asks for anything.
            seat.Group.Leave(seat);
            seat.Dispose();
            throw;
        }

        agent.Device = seat;
        return new AgentPlace(agent, seat);
    }

    /// <summary>Looks whether an agent can compute on a device.</summary>
    /// <exception cref="Core.UserError">Something of it runs on the processor alone.</exception>
    public static void Require(GameAgent agent) => Translate(agent);

    /// <summary>What an agent's programs are on a device.</summary>
    public static IEnumerable<Launch[]> Launches(GameAgent agent) => Translate(agent).Programs.Select(program => program.Launches);

    private static (BlockLayout Layout, CompiledProgram[] Compiled, DeviceProgram[] Programs, LeaderSolve? Leader) Translate(GameAgent agent)
    {
        if (agent.ProcessorOption is { } option)
        {
            throw new Core.UserError($"'{option}' needs the processor: leave it out, or --device gpu");
        }

        var layout = new BlockLayout();
        LeaderSolve? leader = agent.Leading is { } total ? new LeaderSolve(total) : null;
        CompiledProgram[] compiled = [.. agent.Programs, .. leader?.Programs ?? []];
        foreach (CompiledProgram program in compiled)
        {
            layout.Add(program);
        }

        // A target that no cost needs moves too.
        foreach (AgentNetwork network in agent.Networks)
        {
            layout.Add(network.Parameters.Memory);
        }

        foreach (Adam<float> optimizer in agent.Optimizers)
        {
            layout.Add(optimizer);
        }

        leader?.AddTo(layout);
        return (layout, compiled, [.. compiled.Select(program => DeviceProgram.Of(program, layout, program == leader?.Masked ? leader!.Mask(layout) : -1))], leader);
    }

    /// <summary>The groups that there are.</summary>
    public IEnumerable<AgentGroup> Groups => _groups.Values.SelectMany(groups => groups);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (AgentGroup group in Groups)
        {
            group.Dispose();
        }

        _device.Dispose();
    }

    // What has to be the same: the layout, and each operation with all that is not in the block.
    private static string KeyOf(BlockLayout layout, DeviceProgram[] programs)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(MemoryMarshal.AsBytes<int>(layout.Parts.Select(part => part.Length).ToArray()));
        foreach (Launch launch in programs.SelectMany(program => program.Launches))
        {
            hash.AppendData(BitConverter.GetBytes((int)launch.Kernel));
            Kernels.KernelArguments arguments = launch.Arguments;
            hash.AppendData(Kernels.KernelArgumentBytes.Bytes(ref arguments));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

/// <summary>An agent that computes on a device.</summary>
internal sealed class AgentPlace : IDisposable
{
    private readonly GameAgent _agent;

    internal AgentPlace(GameAgent agent, AgentSeat seat) => (_agent, Seat) = (agent, seat);

    /// <summary>Its seat.</summary>
    public AgentSeat Seat { get; }

    /// <summary>Lets the agent go. What it has on the device is lost, but for what was pulled.</summary>
    public void Dispose()
    {
        if (_agent.Device == Seat)
        {
            _agent.Device = Processing.Instance;
            Seat.Group.Leave(Seat);
            Seat.Dispose();
        }
    }
}
