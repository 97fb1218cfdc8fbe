using System.Diagnostics.CodeAnalysis;
using Dyad.Core;

namespace Dyad.Environments.Wrappers;

/// <summary>
/// Truncates an episode after a number of steps. A step that terminates the episode at the limit is terminated, not
/// truncated. Once an episode is over, or before the first reset, a step is refused.
/// </summary>
public sealed class TimeLimit : EnvironmentWrapper
{
    private int _steps;
    private bool _running;

    /// <summary>The limit around an environment.</summary>
    /// <param name="inner">The environment.</param>
    /// <param name="limit">Steps of an episode at most, at least 1.</param>
    public TimeLimit(IEnvironment inner, int limit) : base(inner)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        Limit = limit;
    }

    /// <summary>Steps of an episode at most.</summary>
    public int Limit { get; }

    /// <inheritdoc/>
    public override void Reset(Span<double> observation, long? seed = null)
    {
        Inner.Reset(observation, seed);
        _steps = 0;
        _running = true;
    }

    /// <summary>
    /// Lets the episode go on from the state where it stands, with the whole limit before it; only for a state that is not
    /// terminated.
    /// </summary>
    public void Restart()
    {
        _steps = 0;
        _running = true;
    }

    /// <summary>Whether the last step was the last that the limit allows.</summary>
    public bool IsReached => _steps >= Limit;

    /// <inheritdoc/>
    internal override bool Announce(ReadOnlySpan<double> action) => Announce(Inner, action);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The episode is over.</exception>
    public override StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        if (!_running)
        {
            ThrowOver();
        }

        StepResult result = Inner.Step(action, observation);
        _steps++;
        if (_steps >= Limit && !result.Terminated)
        {
            result = result with { Truncated = true };
        }

        _running = !result.Done;
        return result;
    }

    /// <inheritdoc/>
    public override void Serialize(StateArchive archive)
    {
        archive.Value("time_limit_steps", ref _steps);
        archive.Value("time_limit_running", ref _running);
        Inner.Serialize(archive);
    }

    [DoesNotReturn]
    private static void ThrowOver() => throw new InvalidOperationException("no episode is running: call Reset before Step");
}
