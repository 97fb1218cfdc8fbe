using Dyad.Core;
using Dyad.Numerics;

namespace Dyad.Environments.ClassicControl;

/// <summary>
/// Two links that hang from a fixed joint, with a torque of -1, 0 or 1 N m (actions 0, 1, 2) at the joint between them:
/// swing the tip above one link's length over the fixed joint. Equations of Sutton and Barto (1998, section 11.3), integrated
/// by one Runge-Kutta step of order 4 over 0.2 s, as in gym's Acrobot.
/// <para>
/// Observation: cos and sin of the first angle (0 hangs down), cos and sin of the second (relative to the first link), the
/// two angular velocities (rad/s), rounded to float32. A step pays -1, the terminating one 0. Reset: each of the four numbers
/// uniform on [-0.1, 0.1), rounded to float32.
/// </para>
/// </summary>
public sealed class Acrobot : IClassicTask
{
    private const double Mass1 = 1;
    private const double Mass2 = 1;
    private const double Length1 = 1;
    private const double Center1 = 0.5;
    private const double Center2 = 0.5;
    private const double Inertia1 = 1;
    private const double Inertia2 = 1;
    private const double Gravity = 9.8;
    private const double MaxSpeed1 = 4 * Math.PI;
    private const double MaxSpeed2 = 9 * Math.PI;
    private const double Dt = 0.2;

    private const string Name = "Acrobot-v1";

    private RandomStream _stream = new(0);
    private Motion _state;

    /// <inheritdoc/>
    public Space ObservationSpace { get; } = Box.Symmetric(1, 1, 1, 1, (float)MaxSpeed1, (float)MaxSpeed2);

    /// <inheritdoc/>
    public Space ActionSpace { get; } = new Discrete(3);

    /// <inheritdoc/>
    public string Drawing => "acrobot";

    /// <inheritdoc/>
    public IReadOnlyList<string> Columns { get; } = ["theta1", "theta2", "theta1_dot", "theta2_dot"];

    /// <inheritdoc/>
    public double TimeStep => Dt;

    /// <inheritdoc/>
    public void Reset(Span<double> observation, long? seed = null)
    {
        if (seed is long number)
        {
            _stream = new RandomStream(number);
        }

        double theta1 = (float)_stream.Uniform(-0.1, 0.1);
        double theta2 = (float)_stream.Uniform(-0.1, 0.1);
        double speed1 = (float)_stream.Uniform(-0.1, 0.1);
        double speed2 = (float)_stream.Uniform(-0.1, 0.1);
        _state = new Motion(theta1, theta2, speed1, speed2);
        Observe(observation);
    }

    /// <inheritdoc/>
    public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        double torque = ActionCheck.Discrete(Name, action, 3) - 1;

        Motion k1 = Derivative(_state, torque);
        Motion k2 = Derivative(_state.Plus(Dt / 2, k1), torque);
        Motion k3 = Derivative(_state.Plus(Dt / 2, k2), torque);
        Motion k4 = Derivative(_state.Plus(Dt, k3), torque);
        Motion next = _state.Plus(Dt / 6, Motion.Weighted(k1, k2, k3, k4));

        _state = new Motion(
            Wrap(next.Theta1),
            Wrap(next.Theta2),
            Math.Clamp(next.Speed1, -MaxSpeed1, MaxSpeed1),
            Math.Clamp(next.Speed2, -MaxSpeed2, MaxSpeed2));

        Observe(observation);
        bool above = -Math.Cos(_state.Theta1) - Math.Cos(_state.Theta2 + _state.Theta1) > 1;
        return new StepResult(above ? 0 : -1, above, Truncated: false);
    }

    /// <inheritdoc/>
    public void CopyRow(Span<double> row)
    {
        row[0] = _state.Theta1;
        row[1] = _state.Theta2;
        row[2] = _state.Speed1;
        row[3] = _state.Speed2;
    }

    /// <inheritdoc/>
    public void SetState(ReadOnlySpan<double> state, Span<double> observation)
    {
        _state = new Motion(state[0], state[1], state[2], state[3]);
        Observe(observation);
    }

    /// <inheritdoc/>
    public void Serialize(StateArchive archive)
    {
        archive.Value("state", ref _state);
        _stream.Serialize(archive);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static Motion Derivative(in Motion s, double torque)
    {
        (double sin2, double cos2) = (Math.Sin(s.Theta2), Math.Cos(s.Theta2));
        double d1 = (Mass1 * (Center1 * Center1))
            + (Mass2 * ((Length1 * Length1) + (Center2 * Center2) + (2 * Length1 * Center2 * cos2))) + Inertia1 + Inertia2;
        double d2 = (Mass2 * ((Center2 * Center2) + (Length1 * Center2 * cos2))) + Inertia2;
        double phi2 = Mass2 * Center2 * Gravity * Math.Cos(s.Theta1 + s.Theta2 - (Math.PI / 2));
        double phi1 = (-Mass2 * Length1 * Center2 * (s.Speed2 * s.Speed2) * sin2)
            - (2 * Mass2 * Length1 * Center2 * s.Speed2 * s.Speed1 * sin2)
            + (((Mass1 * Center1) + (Mass2 * Length1)) * Gravity * Math.Cos(s.Theta1 - (Math.PI / 2)))
            + phi2;
        double acceleration2 = (torque + (d2 / d1 * phi1) - (Mass2 * Length1 * Center2 * (s.Speed1 * s.Speed1) * sin2) - phi2)
            / ((Mass2 * (Center2 * Center2)) + Inertia2 - (d2 * d2 / d1));
        double acceleration1 = -((d2 * acceleration2) + phi1) / d1;
        return new Motion(s.Speed1, s.Speed2, acceleration1, acceleration2);
    }

    // Angles move by less than a turn in a step, so that the loops end at once.
    private static double Wrap(double angle)
    {
        while (angle > Math.PI)
        {
            angle -= 2 * Math.PI;
        }

        while (angle < -Math.PI)
        {
            angle += 2 * Math.PI;
        }

        return angle;
    }

    private void Observe(Span<double> observation)
    {
        observation[0] = (float)Math.Cos(_state.Theta1);
        observation[1] = (float)Math.Sin(_state.Theta1);
        observation[2] = (float)Math.Cos(_state.Theta2);
        observation[3] = (float)Math.Sin(_state.Theta2);
        observation[4] = (float)_state.Speed1;
        observation[5] = (float)_state.Speed2;
    }

    /// <summary>Two angles with their velocities, or the rates of change of these.</summary>
    private readonly record struct Motion(double Theta1, double Theta2, double Speed1, double Speed2)
    {
        public Motion Plus(double step, in Motion rate) => new(
            Theta1 + (step * rate.Theta1), Theta2 + (step * rate.Theta2), Speed1 + (step * rate.Speed1), Speed2 + (step * rate.Speed2));

        // k1 + 2 k2 + 2 k3 + k4
        public static Motion Weighted(in Motion a, in Motion b, in Motion c, in Motion d) => new(
            a.Theta1 + (2 * b.Theta1) + (2 * c.Theta1) + d.Theta1,
            a.Theta2 + (2 * b.Theta2) + (2 * c.Theta2) + d.Theta2,
            a.Speed1 + (2 * b.Speed1) + (2 * c.Speed1) + d.Speed1,
            a.Speed2 + (2 * b.Speed2) + (2 * c.Speed2) + d.Speed2);
    }
}
