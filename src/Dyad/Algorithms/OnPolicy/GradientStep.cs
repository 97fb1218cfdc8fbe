using System.Numerics.Tensors;
using Dyad.Core;
using Dyad.Numerics;

namespace Dyad.Algorithms;

/// <summary>
/// Steps of an on-policy network, by Adam or along the gradient as it is. What a clip and a schedule leave of them the caller says, since
/// two players may share a clip; a <see cref="NetworkStep"/> knows its own.
/// </summary>
internal sealed class GradientStep
{
    private readonly Adam<float>? _adam;
    private readonly double _rate;
    private readonly double _ratePower;
    private readonly float[] _scaled;
    private long _steps;

    /// <summary>Steps of <paramref name="size"/> parameters, of length learningRate / (1 + k)^ratePower, k counting them.</summary>
    public GradientStep(int size, double learningRate, Optimizer optimizer, double ratePower = 0, double epsilon = 1e-8)
    {
        _rate = learningRate;
        _ratePower = ratePower;
        _scaled = new float[size];
        _adam = optimizer == Optimizer.Adam ? new Adam<float>(size, learningRate, epsilon: epsilon) { RatePower = ratePower } : null;
    }

    /// <summary>What is left of the learning rate by a schedule (<see cref="StepOptions.Left"/>).</summary>
    public double RateLeft { get; set; } = 1;

    /// <summary>One step to lower cost.</summary>
    /// <param name="parameters">What moves.</param>
    /// <param name="gradient">As long.</param>
    /// <param name="factor">Of the gradient, from a clip.</param>
    public void Descend(Span<float> parameters, ReadOnlySpan<float> gradient, double factor = 1)
    {
        if (factor != 1)
        {
            TensorPrimitives.Multiply(gradient, (float)factor, _scaled);
            gradient = _scaled;
        }

        double rate = _rate * RateLeft;
        if (_adam is null)
        {
            OptimizerLoops.Descend(parameters, gradient, _ratePower == 0 ? rate : rate / Math.Pow(1 + _steps, _ratePower));
            _steps++;
        }
        else
        {
            _adam.LearningRate = rate;
            _adam.Descend(parameters, gradient);
        }
    }

    /// <summary>Saves or loads what later steps depend on.</summary>
    public void Serialize(StateArchive archive)
    {
        archive.Value("steps", ref _steps);
        _adam?.Serialize(archive);
    }
}
