using Dyad.Tabular;

namespace Dyad.Environments;

/// <summary>A task of the registry.</summary>
/// <param name="Name">Gym's name with its version, like <c>CartPole-v1</c>.</param>
/// <param name="Description">One line for a list.</param>
/// <param name="Source">Where the task is defined: a paper, or Gymnasium's class.</param>
/// <param name="Create">Makes the bare task, without a time limit.</param>
/// <param name="MaxEpisodeSteps">Steps after which an episode is truncated; null for never.</param>
/// <param name="RewardThreshold">The mean return at which gym calls the task solved; null where it names none.</param>
public sealed record EnvironmentEntry(
    string Name, string Description, string Source, Func<IEnvironment> Create, int? MaxEpisodeSteps, double? RewardThreshold)
{
    /// <summary>Makes the finite MDP behind the task, for tabular methods, with a discount or its usual one; null where there is none.</summary>
    public Func<double?, Mdp>? Mdp { get; init; }

    /// <summary>Makes the task with the states of <see cref="Mdp"/> for observations, one-hot; null where <see cref="Create"/> does.</summary>
    internal Func<IEnvironment>? CreateTable { get; init; }
}
