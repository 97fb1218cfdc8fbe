using System.Numerics.Tensors;
using Dyad.Core;

namespace Dyad.Algorithms;

/// <summary>
/// Shortens directions that are longer than a bound (Pascanu et al. 2013, algorithm 1). Metrics, once a bound was asked about: the mean norm
/// before, and how often the bound was met since the start.
/// </summary>
/// <param name="limit">The bound; 0 for none.</param>
/// <param name="name">What the metrics are of, <c>gradient</c>: <c>train/gradient_norm</c> and <c>train/gradient_clips</c>.</param>
internal sealed class GradientClip(double limit, string name = "gradient")
{
    // As PyTorch has it: a direction of this norm above the bound is not told apart from the bound.
    private const double Rounding = 1e-6;

    private readonly RunningMeans _norms = new($"train/{name}_norm");
    private long _clips;
    private bool _used;

    /// <summary>What a direction is multiplied by to be no longer than the bound; 1 where it is not.</summary>
    /// <param name="norm">Its norm, that of several together being the root of their squares' sum.</param>
    public double Factor(double norm)
    {
        if (limit == 0)
        {
            return 1;
        }

        _used = true;
        _norms.Add(norm);
        double factor = limit / (norm + Rounding);
        if (factor >= 1)
        {
            return 1;
        }

        _clips++;
        return factor;
    }

    /// <summary>The same of a direction, or of two that count as one; nothing is computed where there is no bound.</summary>
    public double Factor(ReadOnlySpan<float> direction, ReadOnlySpan<float> other = default) => limit == 0
        ? 1
        : Factor(Math.Sqrt(TensorPrimitives.SumOfSquares(direction) + (other.IsEmpty ? 0 : TensorPrimitives.SumOfSquares(other))));

    /// <summary>Records what happened since the last call.</summary>
    public void Measure(IMetrics metrics)
    {
        if (_used)
        {
            _norms.Flush(metrics);
            metrics.Record($"train/{name}_clips", _clips);
        }
    }

    /// <summary>Saves or loads the metrics; nothing where there is no bound.</summary>
    public void Serialize(StateArchive archive)
    {
        if (limit > 0)
        {
            _norms.Serialize(archive);
            archive.Value("clips", ref _clips);
            archive.Value("clip used", ref _used);
        }
    }
}
