using Dyad.Numerics;

namespace Dyad.Environments.MuJoCo;

/// <summary>
/// A quadruped runs to the right. Reward: v_x + 1 - 0.5 |a|^2, with v_x of the torso's frame; v2 and v5 also subtract 0.0005
/// |clip(cfrc_ext, -1, 1)|^2, and v5 does not pay the 1 on the step that ends an episode. It ends where z leaves [0.2, 1].
/// </summary>
/// <remarks>Gymnasium, <c>ant_v4.py</c> and <c>_v5</c>; gym's <c>ant.py</c> for v2. Observation: qpos without x and y, qvel
/// (27); v5 adds the clipped contact forces of all bodies but the world (105), v2 those of all bodies (111), which are zero as
/// in gym on MuJoCo 2: nothing there computed them. Action (8): torques in [-1, 1].</remarks>
internal sealed class Ant : MujocoEnvironment
{
    private const double ControlWeight = 0.5;
    private const double ContactWeight = 5e-4;
    private const double ContactLimit = 1;
    private const double LowestHeight = 0.2;
    private const double LargestHeight = 1;
    private readonly GymVersion _version;
    private readonly int _torso;
    private double _x;

    /// <summary>The task of a version, with a name for messages.</summary>
    public Ant(string name, GymVersion version)
        : base(name, "ant.xml", frameSkip: 5, _ => version switch { GymVersion.V2 => 111, GymVersion.V4 => 27, _ => 105 })
    {
        _version = version;
        _torso = Simulation.Model.Body("torso");
    }

    /// <inheritdoc/>
    protected override bool ReadsContactForces => _version == GymVersion.V5;

    private double TorsoX => Simulation.BodyPositions[3 * _torso];

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
        parts.Add(Simulation.Positions[2..]);
        parts.Add(Simulation.Velocities);
        if (_version != GymVersion.V4)
        {
            parts.AddClipped(Simulation.ContactForces[(_version == GymVersion.V5 ? 6 : 0)..], ContactLimit);
        }
    }

    /// <inheritdoc/>
    protected override void BeforeStep() => _x = TorsoX;

    /// <inheritdoc/>
    protected override (double Reward, bool Terminated) Judge(ReadOnlySpan<double> action)
    {
        double velocity = (TorsoX - _x) / StepSeconds;
        bool isHealthy = Simulation.Positions[2] is >= LowestHeight and <= LargestHeight;
        double alive = isHealthy || _version != GymVersion.V5 ? 1 : 0;
        double cost = ControlWeight * NumPySum.OfSquares(action);
        if (_version != GymVersion.V4)
        {
            cost += ContactWeight * NumPySum.OfClippedSquares(Simulation.ContactForces);
        }

        return (velocity + alive - cost, !isHealthy);
    }
}
