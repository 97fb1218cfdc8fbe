using Dyad.Numerics;

namespace Dyad.Environments.MuJoCo;

/// <summary>
/// A planar cheetah of seven links runs to the right. All versions are the same task.
/// Reward: v_x - 0.1 |a|^2, with v_x = (x' - x) / dt. An episode never ends by itself.
/// </summary>
/// <remarks>Gymnasium, <c>half_cheetah_v4.py</c>. Observation (17): qpos without x, qvel. Action (6): torques in [-1, 1].</remarks>
internal sealed class HalfCheetah : MujocoEnvironment
{
    private const double ControlWeight = 0.1;
    private double _x;

    /// <summary>The task, with a name for messages.</summary>
    public HalfCheetah(string name) : base(name, "half_cheetah.xml", frameSkip: 5, _ => 17)
    {
    }

    /// <inheritdoc/>
    protected override void AddNoise(Span<double> positions, Span<double> velocities, RandomStream stream)
    {
        ResetNoise.AddUniform(positions, 0.1, stream);
        ResetNoise.AddNormal(velocities, 0.1, stream);
    }

    /// <inheritdoc/>
    protected override void Observe(Span<double> observation)
    {
        var parts = new Observations(observation);
        parts.Add(Simulation.Positions[1..]);
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
