using Dyad.Core;
using Dyad.Numerics;

namespace Dyad.Environments.ClassicControl;

/// <summary>
/// A pole balanced on a cart that is pushed left (action 0) or right (1); Barto, Sutton and Anderson (1983), with the
/// equations of Florian (2007) without friction, as in gym's CartPole.
/// <para>
/// Observation: position (m), velocity (m/s), angle from upright (rad), angular velocity (rad/s), rounded to float32. Every
/// step pays 1, the last one too. Terminated: |x| &gt; 2.4 or |angle| &gt; 12 degrees. Reset: each uniform on [-0.05, 0.05).
/// CartPole-v0 and -v1 differ in the time limit alone.
/// </para>
/// </summary>
public sealed class CartPole : IClassicTask
{
    private const double Gravity = 9.8;
    private const double PoleMass = 0.1;
    private const double TotalMass = PoleMass + 1.0;
    private const double HalfLength = 0.5;
    private const double PoleMassLength = PoleMass * HalfLength;
    private const double Force = 10;
    private const double Tau = 0.02;
    private const double MaxPosition = 2.4;
    private const double MaxAngle = 12 * 2 * Math.PI / 360;

    private readonly string _name;
    private RandomStream _stream = new(0);
    private double _x;
    private double _xDot;
    private double _theta;
    private double _thetaDot;

    /// <summary>The task without a time limit.</summary>
    /// <param name="name">Its name in error sentences.</param>
    public CartPole(string name = "CartPole-v1") => _name = name;

    /// <inheritdoc/>
    public Space ObservationSpace { get; } =
        Box.Symmetric((float)(MaxPosition * 2), double.PositiveInfinity, (float)(MaxAngle * 2), double.PositiveInfinity);

    /// <inheritdoc/>
    public Space ActionSpace { get; } = new Discrete(2);

    /// <inheritdoc/>
    public string Drawing => "cart-pole";

    /// <inheritdoc/>
    public IReadOnlyList<string> Columns { get; } = ["x", "x_dot", "theta", "theta_dot"];

    /// <inheritdoc/>
    public double TimeStep => Tau;

    /// <inheritdoc/>
    public void Reset(Span<double> observation, long? seed = null)
    {
        if (seed is long number)
        {
            _stream = new RandomStream(number);
        }

        _x = _stream.Uniform(-0.05, 0.05);
        _xDot = _stream.Uniform(-0.05, 0.05);
        _theta = _stream.Uniform(-0.05, 0.05);
        _thetaDot = _stream.Uniform(-0.05, 0.05);
        Observe(observation);
    }

    /// <inheritdoc/>
    public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        double force = ActionCheck.Discrete(_name, action, 2) == 1 ? Force : -Force;
        (double sin, double cos) = Math.SinCos(_theta);

        double push = (force + (PoleMassLength * (_thetaDot * _thetaDot) * sin)) / TotalMass;
        double thetaAcceleration = ((Gravity * sin) - (cos * push))
            / (HalfLength * ((4.0 / 3.0) - (PoleMass * (cos * cos) / TotalMass)));
        double xAcceleration = push - (PoleMassLength * thetaAcceleration * cos / TotalMass);

        // Explicit Euler: positions move with the old velocities.
        _x += Tau * _xDot;
        _xDot += Tau * xAcceleration;
        _theta += Tau * _thetaDot;
        _thetaDot += Tau * thetaAcceleration;

        Observe(observation);
        return new StepResult(1, Math.Abs(_x) > MaxPosition || Math.Abs(_theta) > MaxAngle, Truncated: false);
    }

    /// <inheritdoc/>
    public void CopyRow(Span<double> row)
    {
        row[0] = _x;
        row[1] = _xDot;
        row[2] = _theta;
        row[3] = _thetaDot;
    }

    /// <inheritdoc/>
    public void SetState(ReadOnlySpan<double> state, Span<double> observation)
    {
        (_x, _xDot, _theta, _thetaDot) = (state[0], state[1], state[2], state[3]);
        Observe(observation);
    }

    /// <inheritdoc/>
    public void Serialize(StateArchive archive)
    {
        archive.Value("x", ref _x);
        archive.Value("x_dot", ref _xDot);
        archive.Value("theta", ref _theta);
        archive.Value("theta_dot", ref _thetaDot);
        _stream.Serialize(archive);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Observe(Span<double> observation)
    {
        // One bounds check for the four.
        observation = observation[..4];
        observation[3] = (float)_thetaDot;
        observation[2] = (float)_theta;
        observation[1] = (float)_xDot;
        observation[0] = (float)_x;
    }
}
