using Dyad.Numerics;

namespace Dyad.Environments.MuJoCo;

/// <summary>
/// A cart balances a pole. Reward: 1, in v5 0 on the step that ends an episode. It ends where the pole leans by more than
/// 0.2 rad. MuJoCo clamps the force to the action range, except in v2.
/// </summary>
/// <remarks>Gymnasium, <c>inverted_pendulum_v4.py</c> and <c>_v5</c>. Observation (4): qpos, qvel. Action (1): force in
/// [-3, 3], times 100 N.</remarks>
internal sealed class InvertedPendulum : MujocoEnvironment
{
    private const double Noise = 0.01;
    private const double LargestAngle = 0.2;
    private readonly bool _paysOnlyHealthy;

    /// <summary>The task of a version, with a name for messages.</summary>
    public InvertedPendulum(string name, GymVersion version)
        : base(name, version == GymVersion.V2 ? "inverted_pendulum_v2.xml" : "inverted_pendulum.xml", frameSkip: 2, _ => 4) =>
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
        parts.Add(Simulation.Positions);
        parts.Add(Simulation.Velocities);
    }

    /// <inheritdoc/>
    protected override (double Reward, bool Terminated) Judge(ReadOnlySpan<double> action)
    {
        bool hasFallen = Math.Abs(Simulation.Positions[1]) > LargestAngle;
        return (hasFallen && _paysOnlyHealthy ? 0 : 1, hasFallen);
    }
}
