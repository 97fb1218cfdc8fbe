using Dyad.Numerics;

namespace Dyad.Environments.MuJoCo;

/// <summary>
/// An arm of two links in a plane reaches for a target. Reward: -|tip - target| - |a|^2; v2 and v4 take the distance before
/// the step, v5 after it. An episode never ends by itself.
/// </summary>
/// <remarks>Gymnasium, <c>reacher_v4.py</c> and <c>_v5</c>. Observation (11; 10 in v5): cosines and sines of the two angles,
/// target x and y, angular velocities, tip minus target (in v5 without z). Action (2): torques in [-1, 1].</remarks>
internal sealed class Reacher : MujocoEnvironment
{
    private const double AngleNoise = 0.1;
    private const double VelocityNoise = 5e-3;
    private const double TargetRadius = 0.2;
    private readonly bool _isVersion5;
    private readonly int _tip;
    private readonly int _target;
    private double _distance;

    /// <summary>The task of a version, with a name for messages.</summary>
    public Reacher(string name, GymVersion version)
        : base(name, "reacher.xml", frameSkip: 2, _ => version == GymVersion.V5 ? 10 : 11)
    {
        _isVersion5 = version == GymVersion.V5;
        _tip = Simulation.Model.Body("fingertip");
        _target = Simulation.Model.Body("target");
    }

    private Vector3 Difference =>
        Vector3.At(Simulation.BodyPositions, _tip) - Vector3.At(Simulation.BodyPositions, _target);

    /// <inheritdoc/>
    protected override void AddNoise(Span<double> positions, Span<double> velocities, RandomStream stream)
    {
        ResetNoise.AddUniform(positions[..2], AngleNoise, stream);
        do
        {
            positions[2] = stream.Uniform(-TargetRadius, TargetRadius);
            positions[3] = stream.Uniform(-TargetRadius, TargetRadius);
        }
        while (new Vector3(positions[2], positions[3], 0).Norm >= TargetRadius);

        ResetNoise.AddUniform(velocities[..2], VelocityNoise, stream);
    }

    /// <inheritdoc/>
    protected override void Observe(Span<double> observation)
    {
        ReadOnlySpan<double> positions = Simulation.Positions;
        Vector3 difference = Difference;
        var parts = new Observations(observation);
        parts.Add(Math.Cos(positions[0]));
        parts.Add(Math.Cos(positions[1]));
        parts.Add(Math.Sin(positions[0]));
        parts.Add(Math.Sin(positions[1]));
        parts.Add(positions[2..]);
        parts.Add(Simulation.Velocities[..2]);
        parts.Add(difference.X);
        parts.Add(difference.Y);
        if (!_isVersion5)
        {
            parts.Add(difference.Z);
        }
    }

    /// <inheritdoc/>
    protected override void BeforeStep() => _distance = Difference.Norm;

    /// <inheritdoc/>
    protected override (double Reward, bool Terminated) Judge(ReadOnlySpan<double> action) =>
        (-(_isVersion5 ? Difference.Norm : _distance) - NumPySum.OfSquares(action), false);
}
