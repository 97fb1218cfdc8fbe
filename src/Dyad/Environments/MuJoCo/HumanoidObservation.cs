namespace Dyad.Environments.MuJoCo;

/// <summary>
/// What both humanoid tasks observe: qpos without x and y, qvel, and of each body inertia (10), velocity (6) and contact
/// force (6), with the actuators' forces (23) between. v5 leaves out the world body and the root's six degrees of freedom:
/// 348 numbers instead of 376.
/// </summary>
internal static class HumanoidObservation
{
    private const int RootFreedoms = 6;
    private const double ContactWeight = 5e-7;
    private const double LargestContactCost = 10;

    /// <summary>Numbers in an observation.</summary>
    public static int Size(GymVersion version) => version == GymVersion.V5 ? 348 : 376;

    /// <summary>Writes an observation.</summary>
    public static void Write(MujocoSimulation simulation, GymVersion version, Span<double> observation)
    {
        int firstBody = version == GymVersion.V5 ? 1 : 0;
        int firstFreedom = version == GymVersion.V5 ? RootFreedoms : 0;
        var parts = new Observations(observation);
        parts.Add(simulation.Positions[2..]);
        parts.Add(simulation.Velocities);
        parts.Add(simulation.BodyInertias[(10 * firstBody)..]);
        parts.Add(simulation.BodyVelocities[(6 * firstBody)..]);
        parts.Add(simulation.ActuatorForces[firstFreedom..]);
        parts.Add(simulation.ContactForces[(6 * firstBody)..]);
    }

    /// <summary>min(5e-7 |cfrc_ext|^2, 10).</summary>
    public static double ContactCost(MujocoSimulation simulation) =>
        Math.Min(ContactWeight * NumPySum.OfSquares(simulation.ContactForces), LargestContactCost);
}
