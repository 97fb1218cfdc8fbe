using System.Numerics;
using System.Numerics.Tensors;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Games;

namespace Dyad.Algorithms;

/// <summary>
/// Measures |TD error| over batches. Metrics: <c>train/td_error_mean</c> and <c>train/td_error_q90</c> (means over the batches
/// since the last row of the batch's mean and 0.9 quantile), <c>train/td_error_max</c> (the largest since the last row).
/// </summary>
internal sealed class TdErrorMeter
{
    /// <summary>Name of the critic's measure that is taken in.</summary>
    public const string Name = "td errors";

    private readonly RunningMeans _means = new("train/td_error_mean", "train/td_error_q90");
    private float[] _memory;
    private int _count;
    private double _largest;
    private bool _any;

    /// <summary>A meter of batches.</summary>
    /// <param name="size">TD errors in a batch, those of both critics where there are two; a larger batch needs new memory.</param>
    public TdErrorMeter(int size) => _memory = new float[size];

    // |delta| of the last batch, in order.
    private Span<float> Sorted => _memory.AsSpan(0, _count);

    /// <summary>y - Q(s, a), one column a critic.</summary>
    public static Expression<T> Errors<T>(IEnumerable<SquaredError<T>> errors)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Operations.Concatenate([.. errors.Select(error => error.Target - error.Prediction)]);

    /// <summary>Takes in a batch.</summary>
    /// <param name="errors">delta, of either sign.</param>
    public void Add(ReadOnlySpan<float> errors)
    {
        if (_memory.Length < errors.Length)
        {
            _memory = new float[2 * errors.Length];
        }

        _count = errors.Length;
        Span<float> sorted = Sorted;
        TensorPrimitives.Abs(errors, sorted);
        double mean = TensorPrimitives.Sum<float>(sorted) / sorted.Length;
        sorted.Sort();
        _means.Add(mean, Quantile(0.9));
        _largest = Math.Max(_largest, sorted[^1]);
        _any = true;
    }

    /// <summary>The q-quantile of |delta| in the last batch, by nearest rank; q in [0, 1].</summary>
    public double Quantile(double q) => Sorted[Math.Clamp((int)Math.Ceiling(q * _count) - 1, 0, _count - 1)];

    /// <summary>Records what was measured since the last call; nothing where nothing was.</summary>
    public void Flush(IMetrics metrics)
    {
        _means.Flush(metrics);
        if (_any)
        {
            metrics.Record("train/td_error_max", _largest);
        }

        _largest = 0;
        _any = false;
    }

    /// <summary>Saves or loads what was measured since the last row.</summary>
    public void Serialize(StateArchive archive)
    {
        _means.Serialize(archive);
        archive.Value("td_errors/largest", ref _largest);
        archive.Value("td_errors/any", ref _any);
    }
}
