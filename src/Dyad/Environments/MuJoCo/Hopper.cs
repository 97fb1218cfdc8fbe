using Dyad.Numerics;

namespace Dyad.Environments.MuJoCo;

/// <summary>
/// A planar leg of four links hops to the right. Reward: v_x + 1 - 0.001 |a|^2; in v5 the 1 is not paid on the step that
/// ends an episode. It ends where z is 0.7 or less, the torso leans by 0.2 rad or more, or a number of the state beyond x
/// reaches 100.
/// </summary>
/// <remarks>Gymnasium, <c>hopper_v4.py</c> and <c>_v5</c>. Observation (11): qpos without x, qvel clipped to [-10, 10].
/// Action (3): torques in [-1, 1].</remarks>
internal sealed class Hopper : MujocoEnvironment
{
    private const double ControlWeight = 1e-3;
    private const double Noise = 5e-3;
    private const double LowestHeight = 0.7;
    private const double LargestAngle = 0.2;
    private const double LargestState = 100;
    private const double VelocityLimit = 10;
    private readonly bool _paysOnlyHealthy;
    private double _x;

    /// <summary>The task of a version, with a name for messages.</summary>
    public Hopper(string name, GymVersion version) : base(name, "hopper.xml", frameSkip: 4, _ => 11) =>
        _paysOnlyHealthy = version == GymVersion.V5;

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
        parts.Add(Simulation.Positions[1..]);
        parts.AddClipped(Simulation.Velocities, VelocityLimit);
    }

    /// <inheritdoc/>
    protected override void BeforeStep() => _x = Simulation.Positions[0];

    /// <inheritdoc/>
    protected override (double Reward, bool Terminated) Judge(ReadOnlySpan<double> action)
    {
        double velocity = (Simulation.Positions[0] - _x) / StepSeconds;
        bool isHealthy = IsHealthy();
        double alive = isHealthy || !_paysOnlyHealthy ? 1 : 0;
        return (velocity + alive - (ControlWeight * NumPySum.OfSquares(action)), !isHealthy);
    }

    private bool IsHealthy()
    {
        ReadOnlySpan<double> positions = Simulation.Positions;
        return positions[1] > LowestHeight && Math.Abs(positions[2]) < LargestAngle
            && AreBounded(positions[2..]) && AreBounded(Simulation.Velocities);
    }

    private static bool AreBounded(ReadOnlySpan<double> values)
    {
        foreach (double value in values)
        {
            if (!(Math.Abs(value) < LargestState))
            {
                return false;
            }
        }

        return true;
    }
}
