using Dyad.Core;
using Dyad.Numerics;

namespace Dyad.Environments.Wrappers;

/// <summary>
/// Rewards as r/sqrt(variance + 1e-8), clipped, where the variance is that of the running discounted return
/// G &lt;- gamma G + r, which starts at 0 in each episode. The mean is left alone: moving rewards would change the task.
/// </summary>
public sealed class NormalizeReward : EnvironmentWrapper
{
    private const double Epsilon = 1e-8;

    private readonly double _discount;
    private readonly double _clip;
    private double _return;
    private long _clipped;

    /// <summary>The normalisation around an environment.</summary>
    /// <param name="inner">The environment.</param>
    /// <param name="discount">gamma, in [0, 1].</param>
    /// <param name="statistics">The moments to use and to go on with; new ones by default.</param>
    /// <param name="clip">The largest magnitude of a normalised reward.</param>
    public NormalizeReward(IEnvironment inner, double discount = 0.99, RunningMoments? statistics = null, double clip = 10) : base(inner)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(clip);
        ArgumentOutOfRangeException.ThrowIfNegative(discount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(discount, 1);
        Statistics = statistics ?? new RunningMoments(1);
        ArgumentOutOfRangeException.ThrowIfNotEqual(Statistics.Mean.Length, 1);
        _discount = discount;
        _clip = clip;
    }

    /// <summary>Mean and variance of the running return.</summary>
    public RunningMoments Statistics { get; }

    /// <summary>Whether the statistics stay as they are.</summary>
    public bool Frozen { get; init; }

    /// <summary>Rewards that were clipped.</summary>
    public long Clipped => _clipped;

    /// <inheritdoc/>
    public override void Reset(Span<double> observation, long? seed = null)
    {
        Inner.Reset(observation, seed);
        _return = 0;
    }

    /// <inheritdoc/>
    public override StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        StepResult result = Inner.Step(action, observation);
        _return = (_discount * _return) + result.Reward;
        if (!Frozen)
        {
            Statistics.Add([_return]);
        }

        double value = result.Reward / Math.Sqrt(Statistics.Variance(0) + Epsilon);
        _clipped += Math.Abs(value) > _clip ? 1 : 0;
        return result with { Reward = Math.Clamp(value, -_clip, _clip) };
    }

    /// <inheritdoc/>
    public override void Serialize(StateArchive archive)
    {
        archive.Value("return", ref _return);
        archive.Value("clipped", ref _clipped);
        Statistics.Serialize(archive);
        Inner.Serialize(archive);
    }
}
