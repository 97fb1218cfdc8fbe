using Dyad.Core;
using Dyad.Numerics;

namespace Dyad.Algorithms;

/// <summary>Turns gradients into steps, by Adam or as they are.</summary>
internal sealed class GradientStep
{
    private readonly Adam<float>? _adam;
    private readonly double _rate;

    /// <summary>Steps of <paramref name="size"/> parameters.</summary>
    public GradientStep(int size, double learningRate, Optimizer optimizer)
    {
        _rate = learningRate;
        _adam = optimizer == Optimizer.Adam ? new Adam<float>(size, learningRate) : null;
    }

    /// <summary>One step to lower cost.</summary>
    public void Descend(Span<float> parameters, ReadOnlySpan<float> gradient)
    {
        if (_adam is null)
        {
            OptimizerLoops.Descend(parameters, gradient, _rate);
        }
        else
        {
            _adam.Descend(parameters, gradient);
        }
    }

    /// <summary>Saves or loads what later steps depend on.</summary>
    public void Serialize(StateArchive archive) => _adam?.Serialize(archive);
}
