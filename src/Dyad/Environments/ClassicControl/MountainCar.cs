using Dyad.Core;
using Dyad.Numerics;

namespace Dyad.Environments.ClassicControl;

/// <summary>
/// An underpowered car in a valley, which must gain height on the left to reach the flag on the right; Moore (1990), as in
/// gym's MountainCar.
/// <para>
/// Actions: push left (0), none (1), push right (2). Observation: position, velocity, rounded to float32. Every step pays -1.
/// Terminated: at position 0.5 or beyond, not moving back. Reset: position uniform on [-0.6, -0.4), at rest.
/// </para>
/// </summary>
public sealed class MountainCar : IClassicTask
{
    private const double MinPosition = -1.2;
    private const double MaxPosition = 0.6;
    private const double MaxSpeed = 0.07;
    private const double Goal = 0.5;
    private const double Force = 0.001;
    private const double Gravity = 0.0025;

    private const string Name = "MountainCar-v0";

    private RandomStream _stream = new(0);
    private double _position;
    private double _velocity;

    /// <inheritdoc/>
    public Space ObservationSpace { get; } = new Box([(float)MinPosition, (float)-MaxSpeed], [(float)MaxPosition, (float)MaxSpeed]);

    /// <inheritdoc/>
    public Space ActionSpace { get; } = new Discrete(3);

    /// <inheritdoc/>
    public string Drawing => "mountain-car";

    /// <inheritdoc/>
    public IReadOnlyList<string> Columns { get; } = ["position", "velocity"];

    /// <inheritdoc/>
    public double TimeStep => 1;

    /// <inheritdoc/>
    public void Reset(Span<double> observation, long? seed = null)
    {
        if (seed is long number)
        {
            _stream = new RandomStream(number);
        }

        _position = _stream.Uniform(-0.6, -0.4);
        _velocity = 0;
        Observe(observation);
    }

    /// <inheritdoc/>
    public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        int push = ActionCheck.Discrete(Name, action, 3) - 1;
        _velocity += (push * Force) + (Math.Cos(3 * _position) * -Gravity);
        _velocity = Math.Clamp(_velocity, -MaxSpeed, MaxSpeed);
        _position = Math.Clamp(_position + _velocity, MinPosition, MaxPosition);

        // The wall on the left stops the car.
        if (_position == MinPosition && _velocity < 0)
        {
            _velocity = 0;
        }

        Observe(observation);
        return new StepResult(-1, Terminated: _position >= Goal && _velocity >= 0, Truncated: false);
    }

    /// <inheritdoc/>
    public void CopyRow(Span<double> row)
    {
        row[0] = _position;
        row[1] = _velocity;
    }

    /// <inheritdoc/>
    public void SetState(ReadOnlySpan<double> state, Span<double> observation)
    {
        (_position, _velocity) = (state[0], state[1]);
        Observe(observation);
    }

    /// <inheritdoc/>
    public void Serialize(StateArchive archive)
    {
        archive.Value("position", ref _position);
        archive.Value("velocity", ref _velocity);
        _stream.Serialize(archive);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Observe(Span<double> observation)
    {
        observation[0] = (float)_position;
        observation[1] = (float)_velocity;
    }
}
