using System.Numerics;
using Dyad.Core;
using Dyad.Numerics;

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
/// change nothing here. The variance is that of the observations so far, plus 1e-8.
/// </summary>
public sealed class ObservationScaler
{
    private const double SmallestVariance = 1e-8;

    private readonly RunningMoments _moments;

    /// <summary>Nothing met yet. Until there are two observations, and with them a unit, every one is seen as 0.</summary>
    /// <param name="size">Numbers in an observation.</param>
    public ObservationScaler(int size)
    {
        _moments = new RunningMoments(size);
        Scale = new ObservationScale(new double[size], new double[size]);
        Derive();
    }

    /// <summary>How many observations were met.</summary>
    public long Count => _moments.Count;

    /// <summary>The present scale, which moves with each observation.</summary>
    public ObservationScale Scale { get; }

    /// <summary>A copy of the present scale.</summary>
    public ObservationScale Snapshot() => new([.. Scale.Mean], [.. Scale.Deviation]);

    /// <summary>Takes in an observation.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is of another size.</exception>
    public void Update(ReadOnlySpan<double> observation)
    {
        _moments.Add(observation);
        Derive();
    }

    /// <summary>Scales observations, one after the other.</summary>
    /// <param name="observations">As the task writes them.</param>
    /// <param name="result">Receives as many numbers.</param>
    public void Apply(ReadOnlySpan<double> observations, Span<float> result) => Write(observations, result);

    /// <summary>Scales observations in place.</summary>
    public void Apply(Span<float> observations) => Write<float, float>(observations, observations);

    /// <summary>Takes over a scale that was stored, for a policy that learns no more.</summary>
    /// <exception cref="UserError">It is of another size.</exception>
    public void Load(ObservationScale scale)
    {
        ArgumentNullException.ThrowIfNull(scale);
        if (scale.Mean.Length != Scale.Mean.Length || scale.Deviation.Length != Scale.Deviation.Length)
        {
            throw new UserError($"a scale of {scale.Mean.Length} numbers was given for observations of {Scale.Mean.Length}");
        }

        scale.Mean.CopyTo(Scale.Mean, 0);
        scale.Deviation.CopyTo(Scale.Deviation, 0);
    }

    /// <summary>Saves or loads all of it.</summary>
    public void Serialize(StateArchive archive)
    {
        ArgumentNullException.ThrowIfNull(archive);
        _moments.Serialize(archive);
        if (archive.IsLoading)
        {
            Derive();
        }
    }

    /// <summary>Scales observations of any precision to another; both may be the same numbers.</summary>
    internal void Write<TFrom, TTo>(ReadOnlySpan<TFrom> observations, Span<TTo> result)
        where TFrom : INumberBase<TFrom>
        where TTo : INumberBase<TTo>
    {
        int size = Scale.Mean.Length;
        for (int i = 0, component = 0; i < observations.Length; i++, component = component + 1 == size ? 0 : component + 1)
        {
            result[i] = TTo.CreateTruncating(Scale.Scaled(double.CreateTruncating(observations[i]), component));
        }
    }

    private void Derive()
    {
        _moments.Mean.CopyTo(Scale.Mean);
        for (int i = 0; i < Scale.Deviation.Length; i++)
        {
            Scale.Deviation[i] = Count > 1 ? Math.Sqrt(_moments.Variance(i) + SmallestVariance) : double.PositiveInfinity;
        }
    }
}
