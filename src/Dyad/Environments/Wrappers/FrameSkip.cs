namespace Dyad.Environments.Wrappers;

/// <summary>Repeats each action a number of times, or to the end of the episode; rewards are summed.</summary>
public sealed class FrameSkip : EnvironmentWrapper
{
    private readonly int _times;

    /// <summary>The repetition around an environment. Outside a time limit, the limit counts single steps; inside, repeated ones.</summary>
    /// <param name="inner">The environment.</param>
    /// <param name="times">Steps for each action, at least 1.</param>
    public FrameSkip(IEnvironment inner, int times) : base(inner)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(times);
        _times = times;
    }

    /// <inheritdoc/>
    internal override bool Announce(ReadOnlySpan<double> action) => Announce(Inner, action);

    /// <inheritdoc/>
    public override StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        StepResult result = Inner.Step(action, observation);
        for (int i = 1; i < _times && !result.Done; i++)
        {
            StepResult next = Inner.Step(action, observation);
            result = next with { Reward = result.Reward + next.Reward };
        }

        return result;
    }
}
