using Dyad.Core;

namespace Dyad.Environments.Wrappers;

/// <summary>An environment around another one: what it does not change passes through, its saved state included.</summary>
public abstract class EnvironmentWrapper : IEnvironment
{
    /// <summary>A wrapper, which disposes what it wraps.</summary>
    protected EnvironmentWrapper(IEnvironment inner) => Inner = inner;

    /// <summary>What is wrapped.</summary>
    public IEnvironment Inner { get; }

    /// <inheritdoc/>
    public virtual Space ObservationSpace => Inner.ObservationSpace;

    /// <inheritdoc/>
    public virtual Space ActionSpace => Inner.ActionSpace;

    /// <summary>The outermost layer of a type, from an environment inwards; null where there is none.</summary>
    public static T? Find<T>(IEnvironment environment)
        where T : class
    {
        for (IEnvironment? layer = environment; layer is not null; layer = (layer as EnvironmentWrapper)?.Inner)
        {
            if (layer is T found)
            {
                return found;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public virtual void Reset(Span<double> observation, long? seed = null) => Inner.Reset(observation, seed);

    /// <inheritdoc/>
    public abstract StepResult Step(ReadOnlySpan<double> action, Span<double> observation);

    /// <inheritdoc/>
    public virtual void Serialize(StateArchive archive) => Inner.Serialize(archive);

    /// <inheritdoc/>
    public void Dispose()
    {
        DisposeInner();
        GC.SuppressFinalize(this);
    }

    /// <summary>Disposes what is wrapped.</summary>
    protected virtual void DisposeInner() => Inner.Dispose();

    /// <summary>
    /// Tells the task, before several are stepped one after the other, what action its next step will have, so that those that share
    /// a way there can go together (<see cref="IForetold"/>). A wrapper that might pass on another action tells nothing.
    /// </summary>
    /// <returns>Whether the task heard it.</returns>
    internal virtual bool Announce(ReadOnlySpan<double> action) => false;

    /// <summary>The same of any environment.</summary>
    internal static bool Announce(IEnvironment environment, ReadOnlySpan<double> action) => environment switch
    {
        IForetold task => task.Announce(action),
        EnvironmentWrapper wrapper => wrapper.Announce(action),
        _ => false,
    };

    // Actions of wrappers that change their components.
    private protected static Box ActionBox(IEnvironment inner, string wrapper) => inner.ActionSpace as Box
        ?? throw new UserError($"{wrapper} needs continuous actions; this task has {((inner.ActionSpace as Discrete)?.Count ?? ((MultiDiscrete)inner.ActionSpace).Combinations)} discrete ones");
}
