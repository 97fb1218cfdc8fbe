using Dyad.Core;

namespace Dyad.Experience;

/// <summary>Means and standard deviations by which observations are scaled, a number a component.</summary>
/// <param name="Mean">Mean of each component.</param>
/// <param name="Deviation">Standard deviation of each component, positive; infinite where nothing is known of it.</param>
public sealed record ObservationScale(double[] Mean, double[] Deviation)
{
    /// <summary>A scaled component lies in [-Bound, Bound].</summary>
    public const double Bound = 10;

    /// <summary>One component, (s - mean) / deviation within the bound.</summary>
    public float Scaled(double value, int component) => (float)Math.Clamp((value - Mean[component]) / Deviation[component], -Bound, Bound);
}

/// <summary>
/// The running mean and variance of the observations that an agent has met in training, by which it sees all observations: those that
/// it acts on, those that it draws from its replay, which keeps them as they were, and those of its evaluations, which
/// change nothing here. Welford's recursion in double; the variance is that of the observations so far, plus 1e-8.
/// </summary>
public sealed class ObservationScaler
{
    private const double SmallestVariance = 1e-8;

    private readonly double[] _mean;
    private readonly double[] _squares;
    private readonly double[] _deviation;
    private long _count;

    /// <summary>Nothing met yet. Until there are two observations, and with them a unit, every one is seen as 0.</summary>
    /// <param name="size">Numbers in an observation.</param>
    public ObservationScaler(int size)
    {
        _mean = new double[size];
        _squares = new double[size];
        _deviation = new double[size];
        Array.Fill(_deviation, double.PositiveInfinity);
        Scale = new ObservationScale(_mean, _deviation);
    }

    /// <summary>How many observations were met.</summary>
    public long Count => _count;

    /// <summary>The present scale, which moves with each observation.</summary>
    public ObservationScale Scale { get; }

    /// <summary>A copy of the present scale.</summary>
    public ObservationScale Snapshot() => new([.. _mean], [.. _deviation]);

    /// <summary>Takes in an observation.</summary>
    public void Update(ReadOnlySpan<double> observation)
    {
        _count++;
        for (int i = 0; i < _mean.Length; i++)
        {
            double before = observation[i] - _mean[i];
            _mean[i] += before / _count;
            _squares[i] += before * (observation[i] - _mean[i]);
            _deviation[i] = _count > 1 ? Math.Sqrt((_squares[i] / _count) + SmallestVariance) : double.PositiveInfinity;
        }
    }

    /// <summary>Scales observations, one after the other.</summary>
    /// <param name="observations">As the task writes them.</param>
    /// <param name="result">Receives as many numbers.</param>
    public void Apply(ReadOnlySpan<double> observations, Span<float> result)
    {
        for (int i = 0, component = 0; i < observations.Length; i++, component = component + 1 == _mean.Length ? 0 : component + 1)
        {
            result[i] = Scale.Scaled(observations[i], component);
        }
    }

    /// <summary>Scales observations in place.</summary>
    public void Apply(Span<float> observations)
    {
        for (int i = 0, component = 0; i < observations.Length; i++, component = component + 1 == _mean.Length ? 0 : component + 1)
        {
            observations[i] = Scale.Scaled(observations[i], component);
        }
    }

    /// <summary>Takes over a scale that was stored, for a policy that learns no more.</summary>
    /// <exception cref="UserError">It is of another size.</exception>
    public void Load(ObservationScale scale)
    {
        ArgumentNullException.ThrowIfNull(scale);
        if (scale.Mean.Length != _mean.Length || scale.Deviation.Length != _mean.Length)
        {
            throw new UserError($"a scale of {scale.Mean.Length} numbers was given for observations of {_mean.Length}");
        }

        scale.Mean.CopyTo(_mean, 0);
        scale.Deviation.CopyTo(_deviation, 0);
    }

    /// <summary>Saves or loads all of it.</summary>
    public void Serialize(StateArchive archive)
    {
        ArgumentNullException.ThrowIfNull(archive);
        archive.Value("scaler/count", ref _count);
        archive.Array("scaler/mean", _mean.AsSpan());
        archive.Array("scaler/squares", _squares.AsSpan());
        archive.Array("scaler/deviation", _deviation.AsSpan());
    }
}
