using Dyad.Numerics;

namespace Dyad.Environments.MuJoCo;

/// <summary>
/// A chain of three links swims to the right in a viscous plane. All versions are the same task.
/// Reward: v_x - 0.0001 |a|^2. An episode never ends by itself.
/// </summary>
/// <remarks>Gymnasium, <c>swimmer_v4.py</c>. Observation (8): qpos without x and y, qvel. Action (2): torques in [-1, 1].</remarks>
internal sealed class Swimmer : MujocoEnvironment
{
    private const double ControlWeight = 1e-4;
    private const double Noise = 0.1;
    private double _x;

    /// <summary>The task, with a name for messages.</summary>
    public Swimmer(string name) : base(name, "swimmer.xml", frameSkip: 4, _ => 8)
    {
    }

    /// <inheritdoc/>
    protected override void AddNoise(Span<double> positions, Span<double> velocities, RandomStream stream)
    {
        ResetNoise.AddUniform(positions, Noise, stream);
        ResetNoise.AddUniform(velocities, Noise, stream);
    }

    /// <inheritdoc/>
    protected override void Observe(Span<double> observation)
    {
        var parts = new Observations(observation);
        parts.Add(Simulation.Positions[2..]);
        parts.Add(Simulation.Velocities);
    }

    /// <inheritdoc/>
    protected override void BeforeStep() => _x = Simulation.Positions[0];

    /// <inheritdoc/>
    protected override (double Reward, bool Terminated) Judge(ReadOnlySpan<double> action)
    {
        double velocity = (Simulation.Positions[0] - _x) / StepSeconds;
        return (velocity - (ControlWeight * NumPySum.OfSquares(action)), false);
    }
}
