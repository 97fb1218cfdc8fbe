using Dyad.Numerics;

namespace Dyad.Environments.MuJoCo;

/// <summary>
/// A humanoid walks to the right. Reward: 1.25 v_x + 5 - 0.1 |a|^2, with v_x of the centre of mass; v2 and v5 also subtract
/// min(5e-7 |cfrc_ext|^2, 10), and v5 does not pay the 5 on the step that ends an episode. It ends where z leaves (1, 2).
/// </summary>
/// <remarks>Gymnasium, <c>humanoid_v4.py</c> and <c>_v5</c>; gym's <c>humanoid.py</c> for v2, whose contact forces are zero
/// as in gym on MuJoCo 2. Observation: <see cref="HumanoidObservation"/>. Action (17): torques in [-0.4, 0.4].</remarks>
internal sealed class Humanoid : MujocoEnvironment
{
    private const double ForwardWeight = 1.25;
    private const double Alive = 5;
    private const double ControlWeight = 0.1;
    private const double Noise = 0.01;
    private const double LowestHeight = 1;
    private const double LargestHeight = 2;
    private readonly GymVersion _version;
    private readonly double[] _masses;
    private readonly double _mass;
    private double _x;

    /// <summary>The task of a version, with a name for messages.</summary>
    public Humanoid(string name, GymVersion version)
        : base(name, "humanoid.xml", frameSkip: 5, _ => HumanoidObservation.Size(version))
    {
        _version = version;
        _masses = Simulation.Model.Array<double>("body_mass", Simulation.Model.BodyCount).ToArray();
        _mass = NumPySum.Of(_masses);
    }

    /// <inheritdoc/>
    protected override bool ReadsContactForces => _version != GymVersion.V2;

    /// <inheritdoc/>
    protected override void AddNoise(Span<double> positions, Span<double> velocities, RandomStream stream)
    {
        ResetNoise.AddUniform(positions, Noise, stream);
        ResetNoise.AddUniform(velocities, Noise, stream);
    }

    /// <inheritdoc/>
    protected override void Observe(Span<double> observation) => HumanoidObservation.Write(Simulation, _version, observation);

    /// <inheritdoc/>
    protected override void BeforeStep() => _x = CentreX();

    /// <inheritdoc/>
    protected override (double Reward, bool Terminated) Judge(ReadOnlySpan<double> action)
    {
        double velocity = (CentreX() - _x) / StepSeconds;
        bool isHealthy = Simulation.Positions[2] is > LowestHeight and < LargestHeight;
        double alive = isHealthy || _version != GymVersion.V5 ? Alive : 0;
        double cost = ControlWeight * NumPySum.OfSquares(action);
        if (_version != GymVersion.V4)
        {
            cost += HumanoidObservation.ContactCost(Simulation);
        }

        return ((ForwardWeight * velocity) + alive - cost, !isHealthy);
    }

    // x of the centre of mass: sum_b m_b x_b / sum_b m_b.
    private double CentreX()
    {
        ReadOnlySpan<double> centres = Simulation.BodyCentres;
        double sum = 0;
        for (int body = 0; body < _masses.Length; body++)
        {
            sum += _masses[body] * centres[3 * body];
        }

        return sum / _mass;
    }
}
