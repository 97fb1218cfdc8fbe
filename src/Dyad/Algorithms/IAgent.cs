using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Experience;

namespace Dyad.Algorithms;

/// <summary>
/// What a trainer needs of a learning method: it acts, is told what followed, and learns when it sees fit. Observations and
/// actions are as the environment writes them; boxes of actions are rescaled to [-1, 1] before an agent sees them, and one of
/// finitely many actions is its number. An agent with a replay is an <see cref="IAppendOnlyState"/> too.
/// </summary>
public interface IAgent
{
    /// <summary>The task that it was made for.</summary>
    AgentTask Task { get; }

    /// <summary>The parameters that make the policy: what is saved with a trained agent.</summary>
    Parameters<float> Policy { get; }

    /// <summary>All that it learns, by name: the policy's network, the others and those that follow them, and what moves beside them.</summary>
    IReadOnlyList<AgentNetwork> Networks => [new("actor", Policy)];

    /// <summary>How the outputs of the policy's network become an action; null where no <see cref="PolicyHead"/> tells.</summary>
    PolicyHead? Head => null;

    /// <summary>What it sees observations by; null where it sees them as they are.</summary>
    ObservationScaler? Scaler => null;

    /// <summary>In what unit it learns from rewards; null for the task's.</summary>
    RewardScaler? Rewards => null;

    /// <summary>Environments that step together in training, n.</summary>
    int Environments => 1;

    /// <summary>Chooses actions.</summary>
    /// <param name="observations">s of each of the n environments, one after the other; of a single one where it does not explore.</param>
    /// <param name="actions">Receives a of each.</param>
    /// <param name="explore">Whether to explore, as in training; otherwise the mean or best action.</param>
    void Act(ReadOnlySpan<double> observations, Span<double> actions, bool explore);

    /// <summary>Takes in a transition of each environment and learns if an update is due.</summary>
    /// <param name="observations">s, n times.</param>
    /// <param name="actions">a, n times.</param>
    /// <param name="results">Reward and how the step ended, n times.</param>
    /// <param name="next">s', n times, the final observation where the episode ended.</param>
    void Observe(
        ReadOnlySpan<double> observations, ReadOnlySpan<double> actions, ReadOnlySpan<StepResult> results, ReadOnlySpan<double> next);

    /// <summary>Records what happened in the updates since the last call.</summary>
    void Measure(IMetrics metrics);

    /// <summary>Saves or loads everything that later steps depend on, but for the rows of the replay.</summary>
    void Serialize(StateArchive archive);
}
