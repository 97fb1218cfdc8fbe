using Dyad.Numerics;

namespace Dyad.Environments.MuJoCo;

/// <summary>
/// A robot arm of seven joints pushes a cylinder to a goal on a table. Reward: -|object - goal| - 0.1 |a|^2
/// - 0.5 |object - fingertips|; v2 and v4 take the distances before the step, v5 after it. An episode never ends by itself.
/// </summary>
/// <remarks>Gymnasium, <c>pusher_v4.py</c> and <c>_v5</c>, whose object is heavier. Observation (23): qpos and qvel of the
/// arm, positions of fingertips, object and goal. Action (7): torques in [-2, 2].</remarks>
internal sealed class Pusher : MujocoEnvironment
{
    private const int ArmJoints = 7;
    private const double ControlWeight = 0.1;
    private const double NearWeight = 0.5;
    private const double VelocityNoise = 5e-3;
    private const double ObjectClearance = 0.17;
    private readonly bool _isVersion5;
    private readonly int _tips;
    private readonly int _object;
    private readonly int _goal;
    private double _toGoal;
    private double _toTips;

    /// <summary>The task of a version, with a name for messages.</summary>
    public Pusher(string name, GymVersion version)
        : base(name, version == GymVersion.V5 ? "pusher_v5.xml" : "pusher.xml", frameSkip: 5, _ => 23)
    {
        _isVersion5 = version == GymVersion.V5;
        _tips = Simulation.Model.Body("fingertips");
        _object = Simulation.Model.Body("object");
        _goal = Simulation.Model.Body("goal");
        SliderWeights.Restore(Simulation.Model, _object, _goal);
    }

    /// <inheritdoc/>
    protected override void AddNoise(Span<double> positions, Span<double> velocities, RandomStream stream)
    {
        Span<double> things = positions[ArmJoints..];
        things.Clear();
        do
        {
            things[0] = stream.Uniform(-0.3, 0);
            things[1] = stream.Uniform(-0.2, 0.2);
        }
        while (new Vector3(things[0], things[1], 0).Norm <= ObjectClearance);

        ResetNoise.AddUniform(velocities[..ArmJoints], VelocityNoise, stream);
    }

    /// <inheritdoc/>
    protected override void Observe(Span<double> observation)
    {
        ReadOnlySpan<double> bodies = Simulation.BodyPositions;
        var parts = new Observations(observation);
        parts.Add(Simulation.Positions[..ArmJoints]);
        parts.Add(Simulation.Velocities[..ArmJoints]);
        parts.Add(bodies.Slice(3 * _tips, 3));
        parts.Add(bodies.Slice(3 * _object, 3));
        parts.Add(bodies.Slice(3 * _goal, 3));
    }

    /// <inheritdoc/>
    protected override void BeforeStep() => Measure();

    /// <inheritdoc/>
    protected override (double Reward, bool Terminated) Judge(ReadOnlySpan<double> action)
    {
        if (_isVersion5)
        {
            Measure();
        }

        return (-_toGoal - (ControlWeight * NumPySum.OfSquares(action)) - (NearWeight * _toTips), false);
    }

    private void Measure()
    {
        ReadOnlySpan<double> bodies = Simulation.BodyPositions;
        Vector3 thing = Vector3.At(bodies, _object);
        _toGoal = (thing - Vector3.At(bodies, _goal)).Norm;
        _toTips = (thing - Vector3.At(bodies, _tips)).Norm;
    }
}
