using Dyad.Core;
using Dyad.Numerics;

namespace Dyad.Algorithms;

/// <summary>Turns gradients into steps, by Adam or as they are.</summary>
internal sealed class GradientStep
{
    private readonly Adam<float>? _adam;
    private readonly double _rate;
    private readonly double _ratePower;
    private long _steps;

    /// <summary>Steps of <paramref name="size"/> parameters, of length learningRate / (1 + k)^ratePower, k counting them.</summary>
    public GradientStep(int size, double learningRate, Optimizer optimizer, double ratePower = 0)
    {
        _rate = learningRate;
        _ratePower = ratePower;
        _adam = optimizer == Optimizer.Adam ? new Adam<float>(size, learningRate) { RatePower = ratePower } : null;
    }

    /// <summary>One step to lower cost.</summary>
    public void Descend(Span<float> parameters, ReadOnlySpan<float> gradient)
    {
        if (_adam is null)
        {
            OptimizerLoops.Descend(parameters, gradient, _ratePower == 0 ? _rate : _rate / Math.Pow(1 + _steps, _ratePower));
            _steps++;
        }
        else
        {
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
