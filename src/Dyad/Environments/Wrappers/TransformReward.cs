namespace Dyad.Environments.Wrappers;

/// <summary>Rewards as an agent is to learn from them: multiplied by a factor, then clipped.</summary>
public sealed class TransformReward : EnvironmentWrapper
{
    private readonly double _scale;
    private readonly double _clip;

    /// <summary>The rewards around an environment.</summary>
    /// <param name="inner">The environment.</param>
    /// <param name="scale">The factor, positive.</param>
    /// <param name="clip">The largest magnitude of a reward, after the factor; infinite for none.</param>
    public TransformReward(IEnvironment inner, double scale = 1, double clip = double.PositiveInfinity) : base(inner)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(scale);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(clip);
        _scale = scale;
        _clip = clip;
    }

    /// <summary>The reward of the last step as the task gave it.</summary>
    public double OwnReward { get; private set; }

    /// <inheritdoc/>
    internal override bool Announce(ReadOnlySpan<double> action) => Announce(Inner, action);

    /// <inheritdoc/>
    public override StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        StepResult result = Inner.Step(action, observation);
        OwnReward = result.Reward;
        return result with { Reward = Math.Clamp(_scale * result.Reward, -_clip, _clip) };
    }
}
