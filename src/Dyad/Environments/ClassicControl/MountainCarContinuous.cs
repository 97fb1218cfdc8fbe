using Dyad.Core;
using Dyad.Numerics;

namespace Dyad.Environments.ClassicControl;

/// <summary>
/// The car in the valley with a continuous force, as in gym's MountainCarContinuous.
/// <para>
/// Action: force, clipped to [-1, 1] for the motion; the cost uses it as it is. Observation: position, velocity. Reward:
/// -0.1 a^2, and 100 at the flag. Terminated: at position 0.45 or beyond, not moving back. Reset: position uniform on
/// [-0.6, -0.4), at rest. The state is rounded to float32 after every step, not after a reset, as gym does.
/// </para>
/// </summary>
public sealed class MountainCarContinuous : IClassicTask
{
    private const double MinPosition = -1.2;
    private const double MaxPosition = 0.6;
    private const double MaxSpeed = 0.07;
    private const double Goal = 0.45;
    private const double Power = 0.0015;
    private const double Gravity = 0.0025;

    private const string Name = "MountainCarContinuous-v0";

    private RandomStream _stream = new(0);
    private double _position;
    private double _velocity;

    /// <inheritdoc/>
    public Space ObservationSpace { get; } = new Box([(float)MinPosition, (float)-MaxSpeed], [(float)MaxPosition, (float)MaxSpeed]);

    /// <inheritdoc/>
    public Space ActionSpace { get; } = Box.Uniform(1, -1, 1);

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
        ActionCheck.Box(Name, action, 1);
        double force = Math.Clamp(action[0], -1, 1);
        double velocity = Math.Clamp(
            _velocity + ((force * Power) - (Gravity * Math.Cos(3 * _position))), -MaxSpeed, MaxSpeed);
        double position = Math.Clamp(_position + velocity, MinPosition, MaxPosition);

        // The wall on the left stops the car.
        if (position == MinPosition && velocity < 0)
        {
            velocity = 0;
        }

        bool terminated = position >= Goal && velocity >= 0;
        double reward = (terminated ? 100 : 0) - (action[0] * action[0] * 0.1);
        _position = (float)position;
        _velocity = (float)velocity;
        Observe(observation);
        return new StepResult(reward, terminated, Truncated: false);
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
