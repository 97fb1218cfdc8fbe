using Dyad.Numerics;

namespace Dyad.Environments.MuJoCo;

/// <summary>
/// A planar biped of seven links walks to the right. Reward: v_x + 1 - 0.001 |a|^2; in v5 the 1 is not paid on the step that
/// ends an episode. It ends where z leaves (0.8, 2) or the torso leans by 1 rad or more. The right foot's friction is 0.9, in
/// v5 1.9 like the left one's.
/// </summary>
/// <remarks>Gymnasium, <c>walker2d_v4.py</c> and <c>_v5</c>. Observation (17): qpos without x, qvel clipped to [-10, 10].
/// Action (6): torques in [-1, 1].</remarks>
internal sealed class Walker2d : MujocoEnvironment
{
    private const double ControlWeight = 1e-3;
    private const double Noise = 5e-3;
    private const double LowestHeight = 0.8;
    private const double LargestHeight = 2;
    private const double LargestAngle = 1;
    private const double VelocityLimit = 10;
    private readonly bool _paysOnlyHealthy;
    private double _x;

    /// <summary>The task of a version, with a name for messages.</summary>
    public Walker2d(string name, GymVersion version)
        : base(name, version == GymVersion.V5 ? "walker2d_v5.xml" : "walker2d.xml", frameSkip: 4, _ => 17) =>
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
        ReadOnlySpan<double> positions = Simulation.Positions;
        double velocity = (positions[0] - _x) / StepSeconds;
        bool isHealthy = positions[1] is > LowestHeight and < LargestHeight && Math.Abs(positions[2]) < LargestAngle;
        double alive = isHealthy || !_paysOnlyHealthy ? 1 : 0;
        return (velocity + alive - (ControlWeight * NumPySum.OfSquares(action)), !isHealthy);
    }
}
