using Dyad.Numerics;

namespace Dyad.Environments.MuJoCo;

/// <summary>
/// A humanoid lies on its back and gets up. Reward: z / timestep + 1 - 0.1 |a|^2 - min(5e-7 |cfrc_ext|^2, 10), with the
/// simulator's timestep of 0.003 s. An episode never ends by itself.
/// </summary>
/// <remarks>Gymnasium, <c>humanoidstandup_v4.py</c> and <c>_v5</c>; in v2 the contact forces are zero as in gym on MuJoCo 2.
/// Observation: <see cref="HumanoidObservation"/>. Action (17): torques in [-0.4, 0.4].</remarks>
internal sealed class HumanoidStandup : MujocoEnvironment
{
    private const double ControlWeight = 0.1;
    private const double Noise = 0.01;
    private readonly GymVersion _version;

    /// <summary>The task of a version, with a name for messages.</summary>
    public HumanoidStandup(string name, GymVersion version)
        : base(name, "humanoid_standup.xml", frameSkip: 5, _ => HumanoidObservation.Size(version)) => _version = version;

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
    protected override (double Reward, bool Terminated) Judge(ReadOnlySpan<double> action)
    {
        double height = Simulation.Positions[2] / Simulation.Model.Timestep;
        double controlCost = ControlWeight * NumPySum.OfSquares(action);
        double contactCost = HumanoidObservation.ContactCost(Simulation);
        return (height - controlCost - contactCost + 1, false);
    }
}
