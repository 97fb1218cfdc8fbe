using Dyad.Core;
using Dyad.Tabular;

namespace Dyad.Algorithms.Tabular;

/// <summary>A tabular learner with an actor and a critic that can be looked at.</summary>
internal interface ITabularActorCritic : IIterative
{
    /// <summary>pi_theta.</summary>
    TabularPolicy Policy { get; }

    /// <summary>q, |S||A| entries.</summary>
    ReadOnlySpan<double> Critic { get; }

    /// <summary>w, |S||A| entries; empty for a learner without a res-critic.</summary>
    ReadOnlySpan<double> ResCritic => [];
}
