using Dyad.Core;

namespace Dyad.Environments;

/// <summary>What a step brought, beside the observation.</summary>
/// <param name="Reward">r(s, a).</param>
/// <param name="Terminated">The episode ended in a state without a future: its value is 0.</param>
/// <param name="Truncated">The episode was cut off, by a time limit for example: the last state has a future.</param>
/// <param name="Failed">
/// The simulator gave up on this episode (it reset its state, or warned). The observation is the last sound one; the
/// transition should not be learned from. Comes with <paramref name="Truncated"/>.
/// </param>
public readonly record struct StepResult(double Reward, bool Terminated, bool Truncated, bool Failed = false)
{
    /// <summary>Whether the episode is over.</summary>
    public bool Done => Terminated || Truncated;
}

/// <summary>
/// A task. Observations and actions are written into spans of the caller: as many numbers as the space's
/// <see cref="Space.Size"/>, a discrete value as one number. Nothing is allocated in <see cref="Step"/>. An instance belongs
/// to one thread at a time.
/// </summary>
public interface IEnvironment : IDisposable
{
    /// <summary>What observations may be.</summary>
    Space ObservationSpace { get; }

    /// <summary>What actions may be. Values outside a box are the task's own affair: most simulate them as they are.</summary>
    Space ActionSpace { get; }

    /// <summary>Starts an episode.</summary>
    /// <param name="observation">Receives the first observation.</param>
    /// <param name="seed">Restarts the task's random stream; null goes on with it.</param>
    void Reset(Span<double> observation, long? seed = null);

    /// <summary>Takes an action.</summary>
    /// <param name="action">The action.</param>
    /// <param name="observation">Receives the observation that follows, at the end of an episode the final one.</param>
    /// <exception cref="UserError">The action has another size or is not finite; the sentence names the task and the value.</exception>
    StepResult Step(ReadOnlySpan<double> action, Span<double> observation);

    /// <summary>
    /// Saves or loads the whole state, random stream included: a snapshot continues to the same bits, in this instance or in
    /// another of the same task.
    /// </summary>
    void Serialize(StateArchive archive);
}
