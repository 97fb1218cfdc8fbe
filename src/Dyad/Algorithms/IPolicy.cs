using Dyad.Core;

namespace Dyad.Algorithms;

/// <summary>What acts and learns nothing. Any number of threads may ask it at once.</summary>
public interface IPolicy
{
    /// <summary>The task that it is for.</summary>
    AgentTask Task { get; }

    /// <summary>Chooses the mean or best action.</summary>
    /// <param name="observation">s.</param>
    /// <param name="action">Receives a: of a box in [-1, 1] or, where <see cref="AgentTask.KeepsOwnActions"/>, in the task's own; one of finitely many as its number.</param>
    /// <exception cref="UserError">A span has another size than the task's.</exception>
    void Act(ReadOnlySpan<double> observation, Span<double> action);
}

/// <summary>
/// The policy of an agent as it is, without exploration. An agent computes in buffers of its own, and is for one thread: callers take
/// turns here. Whoever lets it learn meanwhile must keep the two apart.
/// </summary>
/// <param name="agent">The agent, which nobody else asks to act at the same time.</param>
public sealed class AgentPolicy(IAgent agent) : IPolicy
{
    private readonly Lock _turn = new();

    /// <inheritdoc/>
    public AgentTask Task => agent.Task;

    /// <inheritdoc/>
    public void Act(ReadOnlySpan<double> observation, Span<double> action)
    {
        if (observation.Length != Task.ObservationSize || action.Length != Task.ActionSize)
        {
            throw new UserError($"an observation of {observation.Length} numbers and an action of {action.Length} were given to a policy that has "
                + $"{Task.ObservationSize} and {Task.ActionSize}");
        }

        lock (_turn)
        {
            agent.Act(observation, action, explore: false);
        }
    }
}
