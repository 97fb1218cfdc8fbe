using Dyad.Core;
using Dyad.Numerics;

namespace Dyad.Environments.Wrappers;

/// <summary>
/// Observations as (o - mean)/sqrt(variance + 1e-8), clipped, with mean and variance of all observations so far, those of
/// resets included.
/// </summary>
/// <example>
/// An evaluation shares the statistics of training and does not change them:
/// <c>new NormalizeObservation(evaluation, training.Statistics) { Frozen = true }</c>.
/// </example>
public sealed class NormalizeObservation : EnvironmentWrapper
{
    private const double Epsilon = 1e-8;

    private readonly double _clip;
    private long _clipped;

    /// <summary>The normalisation around an environment with continuous observations.</summary>
    /// <param name="inner">The environment.</param>
    /// <param name="statistics">The moments to use and to go on with; new ones by default.</param>
    /// <param name="clip">The largest magnitude of a normalised component.</param>
    /// <exception cref="UserError">The observations are discrete, or the statistics are of another size.</exception>
    public NormalizeObservation(IEnvironment inner, RunningMoments? statistics = null, double clip = 10) : base(inner)
    {
        if (inner.ObservationSpace is not Box box)
        {
            throw new UserError($"{nameof(NormalizeObservation)} needs continuous observations; this task has a state number");
        }

        Statistics = statistics ?? new RunningMoments(box.Size);
        if (Statistics.Mean.Length != box.Size)
        {
            throw new UserError($"the statistics are of {Statistics.Mean.Length} numbers; the observation has {box.Size}");
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(clip);
        _clip = clip;
        ObservationSpace = Box.Uniform(box.Size, -clip, clip);
    }

    /// <summary>Mean and variance of the observations.</summary>
    public RunningMoments Statistics { get; }

    /// <summary>Whether the statistics stay as they are.</summary>
    public bool Frozen { get; init; }

    /// <summary>Components that were clipped.</summary>
    public long Clipped => _clipped;

    /// <inheritdoc/>
    public override Space ObservationSpace { get; }

    /// <inheritdoc/>
    public override void Reset(Span<double> observation, long? seed = null)
    {
        Inner.Reset(observation, seed);
        Normalize(observation);
    }

    /// <inheritdoc/>
    public override StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        StepResult result = Inner.Step(action, observation);
        Normalize(observation);
        return result;
    }

    /// <inheritdoc/>
    public override void Serialize(StateArchive archive)
    {
        archive.Value("clipped", ref _clipped);
        Statistics.Serialize(archive);
        Inner.Serialize(archive);
    }

    private void Normalize(Span<double> observation)
    {
        if (!Frozen)
        {
            Statistics.Add(observation);
        }

        for (int i = 0; i < observation.Length; i++)
        {
            double value = (observation[i] - Statistics.Mean[i]) / Math.Sqrt(Statistics.Variance(i) + Epsilon);
            observation[i] = Math.Clamp(value, -_clip, _clip);
            _clipped += Math.Abs(value) > _clip ? 1 : 0;
        }
    }
}
