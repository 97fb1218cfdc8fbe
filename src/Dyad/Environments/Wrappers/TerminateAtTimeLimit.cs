namespace Dyad.Environments.Wrappers;

/// <summary>
/// Calls a truncation a termination, as experiments do that cannot tell the two apart: the value of the last state is then
/// taken as 0. To repeat such experiments, not to recommend.
/// </summary>
/// <param name="inner">The environment, with its time limit.</param>
public sealed class TerminateAtTimeLimit(IEnvironment inner) : EnvironmentWrapper(inner)
{
    /// <inheritdoc/>
    internal override bool Announce(ReadOnlySpan<double> action) => Announce(Inner, action);

    /// <inheritdoc/>
    public override StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        StepResult result = Inner.Step(action, observation);
        return result is { Truncated: true, Failed: false } ? result with { Terminated = true, Truncated = false } : result;
    }
}
