using Dyad.Numerics;

namespace Dyad.Environments.MuJoCo;

/// <summary>
/// A cart balances two poles, one on the other. Reward: 10 - 0.01 x^2 - (z - 2)^2 - 0.001 w_1^2 - 0.005 w_2^2, with the upper
/// pole's tip at (x, z) and angular velocities w; in v5 the 10 is not paid on the step that ends an episode. It ends where
/// z is 1 or less.
/// </summary>
/// <remarks>Gymnasium, <c>inverted_double_pendulum_v4.py</c> and <c>_v5</c>. Observation (11; 9 in v5): the cart's x, sines
/// and cosines of both angles, qvel and the forces of constraints clipped to [-10, 10] (in v5 only the cart's). Action (1):
/// force in [-1, 1], times 500 N.</remarks>
internal sealed class InvertedDoublePendulum : MujocoEnvironment
{
    private const double PositionNoise = 0.1;
    private const double VelocityNoise = 0.1;
    private const double Limit = 10;
    private const double Alive = 10;
    private readonly bool _isVersion5;
    private readonly int _tip;

    /// <summary>The task of a version, with a name for messages.</summary>
    public InvertedDoublePendulum(string name, GymVersion version)
        : base(name, "inverted_double_pendulum.xml", frameSkip: 5, _ => version == GymVersion.V5 ? 9 : 11)
    {
        _isVersion5 = version == GymVersion.V5;
        _tip = Simulation.Model.Site("tip");
    }

    /// <inheritdoc/>
    protected override void AddNoise(Span<double> positions, Span<double> velocities, RandomStream stream)
    {
        ResetNoise.AddUniform(positions, PositionNoise, stream);
        ResetNoise.AddNormal(velocities, VelocityNoise, stream);
    }

    /// <inheritdoc/>
    protected override void Observe(Span<double> observation)
    {
        ReadOnlySpan<double> positions = Simulation.Positions;
        var parts = new Observations(observation);
        parts.Add(positions[0]);
        parts.Add(Math.Sin(positions[1]));
        parts.Add(Math.Sin(positions[2]));
        parts.Add(Math.Cos(positions[1]));
        parts.Add(Math.Cos(positions[2]));
        parts.AddClipped(Simulation.Velocities, Limit);
        parts.AddClipped(_isVersion5 ? Simulation.ConstraintForces[..1] : Simulation.ConstraintForces, Limit);
    }

    /// <inheritdoc/>
    protected override (double Reward, bool Terminated) Judge(ReadOnlySpan<double> action)
    {
        Vector3 tip = Vector3.At(Simulation.SitePositions, _tip);
        (double first, double second) = (Simulation.Velocities[1], Simulation.Velocities[2]);
        bool hasFallen = tip.Z <= 1;
        double distance = (0.01 * (tip.X * tip.X)) + ((tip.Z - 2) * (tip.Z - 2));
        double speed = (1e-3 * (first * first)) + (5e-3 * (second * second));
        double alive = hasFallen && _isVersion5 ? 0 : Alive;
        return (alive - distance - speed, hasFallen);
    }
}
