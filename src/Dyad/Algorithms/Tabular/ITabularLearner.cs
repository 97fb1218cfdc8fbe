using Dyad.Core;
using Dyad.Tabular;

namespace Dyad.Algorithms.Tabular;

/// <summary>A tabular learner that can be looked at: what it does, and what it thinks of it.</summary>
internal interface ITabularLearner : IIterative
{
    /// <summary>What it is measured by: pi_theta, or the policy that is greedy in its values.</summary>
    TabularPolicy Policy { get; }

    /// <summary>q, |S||A| entries; empty for a learner that has none.</summary>
    ReadOnlySpan<double> Critic => [];

    /// <summary>w, |S||A| entries; empty for a learner without a res-critic.</summary>
    ReadOnlySpan<double> ResCritic => [];
}
