using Dyad.Algorithms;
using Dyad.Core;
using Dyad.Training;

namespace Dyad.Gpu;

/// <summary>Runs whose updates a GPU computes, all that have the same programs together.</summary>
internal sealed class GpuTraining : ITrainingDevice
{
    // While one group computes, the processor does what the other's agents have to do.
    private const int Halves = 2, FewestHalved = 8;

    private readonly GpuHost _host;

    /// <summary>Opens the device.</summary>
    /// <param name="onProcessor">Whether the kernels run on the processor, for tests.</param>
    /// <exception cref="UserError">There is no GPU.</exception>
    public GpuTraining(bool onProcessor = false) => _host = new GpuHost(onProcessor ? GpuDevice.OfProcessor() : GpuDevice.Open());

    /// <inheritdoc/>
    public string Name => _host.Name;

    /// <inheritdoc/>
    public TimeSpan CheckpointInterval(int runs) => TimeSpan.FromSeconds(Math.Max(5, 0.5 * runs));

    /// <inheritdoc/>
    public void Require(IIterative learner) => GpuHost.Require(AgentOf(learner));

    /// <inheritdoc/>
    public IDisposable Seat(IIterative learner, int expected) =>
        _host.Seat(AgentOf(learner), expected < FewestHalved ? expected : (expected + Halves - 1) / Halves);

    /// <inheritdoc/>
    public void Dispose() => _host.Dispose();

    private static GameAgent AgentOf(IIterative learner) => (learner as AgentTraining)?.Agent as GameAgent
        ?? throw new UserError("--device gpu is for sac, ddpg and td3 with their leaders and corrections, and this method learns on the processor alone: leave it out");
}
