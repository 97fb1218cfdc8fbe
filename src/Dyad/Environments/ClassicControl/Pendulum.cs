using Dyad.Core;
using Dyad.Numerics;

namespace Dyad.Environments.ClassicControl;

/// <summary>
/// A pendulum swung up and held by a torque that is too weak to lift it at once, as in gym's Pendulum.
/// <para>
/// Action: torque u in N m, clipped to [-2, 2]. Observation: cos(angle), sin(angle), angular velocity (rad/s), rounded to
/// float32; angle 0 is upright. Reward, of the state before the step: -(angle^2 + 0.1 velocity^2 + 0.001 u^2), the angle in
/// [-pi, pi). Never terminated. Reset: angle uniform on [-pi, pi), velocity on [-1, 1).
/// </para>
/// <para>
/// Pendulum-v1 (gym 0.21) clips the speed to 8 before it moves the angle; Pendulum-v0 moves the angle with the unclipped
/// speed. The two differ only where the limit is met.
/// </para>
/// </summary>
public sealed class Pendulum : IClassicTask
{
    private const double Gravity = 10;
    private const double MaxSpeed = 8;
    private const double MaxTorque = 2;
    private const double Dt = 0.05;

    private readonly string _name;
    private readonly bool _clipsFirst;
    private RandomStream _stream = new(0);
    private double _theta;
    private double _thetaDot;

    /// <summary>The task without a time limit.</summary>
    /// <param name="version">0 or 1.</param>
    public Pendulum(int version = 1)
    {
        _name = $"Pendulum-v{version}";
        _clipsFirst = version > 0;
    }

    /// <inheritdoc/>
    public Space ObservationSpace { get; } = Box.Symmetric(1, 1, MaxSpeed);

    /// <inheritdoc/>
    public Space ActionSpace { get; } = Box.Uniform(1, -MaxTorque, MaxTorque);

    /// <inheritdoc/>
    public string Drawing => "pendulum";

    /// <inheritdoc/>
    public IReadOnlyList<string> Columns { get; } = ["theta", "theta_dot"];

    /// <inheritdoc/>
    public double TimeStep => Dt;

    /// <inheritdoc/>
    public void Reset(Span<double> observation, long? seed = null)
    {
        if (seed is long number)
        {
            _stream = new RandomStream(number);
        }

        _theta = _stream.Uniform(-Math.PI, Math.PI);
        _thetaDot = _stream.Uniform(-1, 1);
        Observe(observation);
    }

    /// <inheritdoc/>
    public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        ActionCheck.Box(_name, action, 1);
        double u = Math.Clamp(action[0], -MaxTorque, MaxTorque);
        double angle = Normalize(_theta);
        double cost = (angle * angle) + (0.1 * (_thetaDot * _thetaDot)) + (0.001 * (u * u));

        // 3 g / (2 l) and 3 / (m l^2), with mass and length 1.
        double speed = _thetaDot + (((3 * Gravity / 2 * Math.Sin(_theta)) + (3.0 * u)) * Dt);
        double clipped = Math.Clamp(speed, -MaxSpeed, MaxSpeed);
        _theta += (_clipsFirst ? clipped : speed) * Dt;
        _thetaDot = clipped;

        Observe(observation);
        return new StepResult(-cost, Terminated: false, Truncated: false);
    }

    /// <inheritdoc/>
    public void CopyRow(Span<double> row)
    {
        row[0] = _theta;
        row[1] = _thetaDot;
    }

    /// <inheritdoc/>
    public void SetState(ReadOnlySpan<double> state, Span<double> observation)
    {
        (_theta, _thetaDot) = (state[0], state[1]);
        Observe(observation);
    }

    /// <inheritdoc/>
    public void Serialize(StateArchive archive)
    {
        archive.Value("theta", ref _theta);
        archive.Value("theta_dot", ref _thetaDot);
        _stream.Serialize(archive);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    // ((x + pi) mod 2 pi) - pi, with a modulo that has the sign of its divisor.
    private static double Normalize(double x)
    {
        double modulo = (x + Math.PI) % (2 * Math.PI);
        return (modulo < 0 ? modulo + (2 * Math.PI) : modulo) - Math.PI;
    }

    private void Observe(Span<double> observation)
    {
        observation[0] = (float)Math.Cos(_theta);
        observation[1] = (float)Math.Sin(_theta);
        observation[2] = (float)_thetaDot;
    }
}
