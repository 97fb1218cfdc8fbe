using Dyad.Autodiff;
using Dyad.Gpu;

namespace Dyad.Tests.Unit.Gpu;

/// <summary>The processor's accelerator, which runs a GPU's kernels.</summary>
public sealed class DeviceFixture : IDisposable
{
    internal GpuDevice Device { get; } = GpuDevice.OfProcessor();

    public void Dispose() => Device.Dispose();

    /// <summary>Runs a program on the device, its inputs as they are on the processor; the outputs come to the processor's memory.</summary>
    internal void Run(CompiledProgram program, params PinnedMemory<float>[] outputs)
    {
        var layout = new BlockLayout();
        layout.Add(program);
        using var group = new AgentGroup(Device, [DeviceProgram.Of(program, layout)], layout.Length, layout.Length, layout.Length, capacity: 2);
        using var seat = new AgentSeat(group, layout, [program], null);
        seat.Push();
        seat.Run(program);
        seat.Then(outputs, () => { });
        seat.Finish();
        group.Leave(seat);
    }
}
