using System.Numerics.Tensors;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Numerics;

namespace Dyad.Algorithms;

/// <summary>
/// Adam's steps of an off-policy network: along directions that are clipped, and as long as a schedule has it (<see cref="StepOptions"/>);
/// on the processor, or on a device that holds the moments.
/// </summary>
internal sealed class NetworkStep
{
    private readonly StepOptions _options;
    private readonly double _learningRate;
    private readonly Adam<float> _adam;
    private readonly GradientClip _clip;
    private readonly float[] _clipped;

    /// <summary>No steps yet.</summary>
    /// <param name="size">Number of parameters.</param>
    /// <param name="learningRate">Step length at the start of a schedule.</param>
    /// <param name="options">Clip and schedule.</param>
    /// <param name="name">What the metrics of the clip are of.</param>
    /// <param name="ratePower">p of a step length that falls as (1 + k)^-p with the number of steps k.</param>
    /// <exception cref="UserError">There is a schedule without an end.</exception>
    public NetworkStep(int size, double learningRate, StepOptions options, string name, double ratePower = 0)
    {
        options.RequireLength("rate_schedule", options.RateSchedule);
        _options = options;
        _learningRate = learningRate;
        _adam = new Adam<float>(size, learningRate) { RatePower = ratePower };
        _clip = new GradientClip(options.GradientClip, name);
        _clipped = options.GradientClip > 0 ? new float[size] : [];
    }

    /// <summary>Adam, with its moments.</summary>
    public Adam<float> Optimizer => _adam;

    /// <summary>A step to lower cost.</summary>
    /// <param name="parameters">What moves.</param>
    /// <param name="direction">As long.</param>
    /// <param name="step">Environment steps so far.</param>
    public void Descend(Span<float> parameters, ReadOnlySpan<float> direction, long step)
    {
        if (_clipped.Length > 0 && _clip.Factor(direction) is double factor and < 1)
        {
            TensorPrimitives.Multiply(direction, (float)factor, _clipped);
            direction = _clipped;
        }

        _adam.LearningRate = _learningRate * _options.Left(_options.RateSchedule, step);
        _adam.Descend(parameters, direction);
    }

    /// <summary>The same of a network whose steps a device does; a clip needs the processor.</summary>
    public void Descend(IGameDevice device, PinnedMemory<float> parameters, PinnedMemory<float> direction, long step)
    {
        if (_clipped.Length > 0)
        {
            Descend(parameters.Values, direction.Values, step);
            return;
        }

        _adam.LearningRate = _learningRate * _options.Left(_options.RateSchedule, step);
        device.Descend(_adam, parameters, direction);
    }

    /// <summary>Records what happened since the last call.</summary>
    public void Measure(IMetrics metrics) => _clip.Measure(metrics);

    /// <summary>Saves or loads what later steps depend on.</summary>
    public void Serialize(StateArchive archive)
    {
        _adam.Serialize(archive);
        _clip.Serialize(archive);
    }
}
