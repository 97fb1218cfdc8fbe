using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Environments;

namespace Dyad.Algorithms;

/// <summary>
/// What a trainer needs of a learning method: it acts, is told what followed, and learns when it sees fit. Observations and
/// actions are as the environment writes them; boxes of actions are rescaled to [-1, 1] before an agent sees them.
/// </summary>
public interface IAgent : IAppendOnlyState
{
    /// <summary>The parameters that make the policy: what is saved with a trained agent.</summary>
    Parameters<float> Policy { get; }

    /// <summary>Chooses an action.</summary>
    /// <param name="observation">s.</param>
    /// <param name="action">Receives a.</param>
    /// <param name="explore">Whether to explore, as in training; otherwise the mean or best action.</param>
    void Act(ReadOnlySpan<double> observation, Span<double> action, bool explore);

    /// <summary>Takes in a transition and learns if an update is due.</summary>
    /// <param name="observation">s.</param>
    /// <param name="action">a.</param>
    /// <param name="result">Reward and how the step ended.</param>
    /// <param name="next">s', the final observation where the episode ended.</param>
    void Observe(ReadOnlySpan<double> observation, ReadOnlySpan<double> action, in StepResult result, ReadOnlySpan<double> next);

    /// <summary>Records what happened in the updates since the last call.</summary>
    void Measure(IMetrics metrics);

    /// <summary>Saves or loads everything that later steps depend on, but for the rows of the replay.</summary>
    void Serialize(StateArchive archive);
}
