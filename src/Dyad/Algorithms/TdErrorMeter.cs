using System.Numerics;
using System.Numerics.Tensors;
using Dyad.Algorithms.Rules;
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
    private readonly RunningMeans _means = new("train/td_error_mean", "train/td_error_q90");
    private readonly float[] _sorted;
    private double _largest;
    private bool _any;

    /// <summary>A meter of batches.</summary>
    /// <param name="size">TD errors in a batch, those of both critics where there are two.</param>
    public TdErrorMeter(int size) => _sorted = new float[size];

    /// <summary>y - Q(s, a), one column a critic.</summary>
    public static Expression<T> Errors<T>(IEnumerable<SquaredError<T>> errors)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Operations.Concatenate([.. errors.Select(error => error.Target - error.Prediction)]);

    /// <summary>Takes in the batch of the critic's last direction, whose game has the errors as its only measure.</summary>
    public void Add(GradientRule<float> rule) => Add(rule.CriticMeasure(0));

    /// <summary>Takes in a batch.</summary>
    /// <param name="errors">delta, of either sign; as many as the size.</param>
    public void Add(ReadOnlySpan<float> errors)
    {
        TensorPrimitives.Abs(errors, _sorted);
        double mean = TensorPrimitives.Sum<float>(_sorted) / _sorted.Length;
        Array.Sort(_sorted);
        _means.Add(mean, Quantile(0.9));
        _largest = Math.Max(_largest, _sorted[^1]);
        _any = true;
    }

    /// <summary>The q-quantile of |delta| in the last batch, by nearest rank; q in [0, 1].</summary>
    public double Quantile(double q) => _sorted[Math.Clamp((int)Math.Ceiling(q * _sorted.Length) - 1, 0, _sorted.Length - 1)];

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
