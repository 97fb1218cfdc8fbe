using System.ComponentModel.DataAnnotations;

namespace Dyad.Algorithms.Tabular;

/// <summary>
/// What the four actor-critics of Wen et al. (2021), appendix D.1.2, have in common; defaults are table 2's. The actor's step
/// length is lost there; 0.01 is that of appendix D.1.1.
/// </summary>
public record ActorCriticOptions
{
    /// <summary>Step length of the actor's Adam, alpha_theta.</summary>
    [Range(1e-9, 10.0)]
    public double ActorLearningRate { get; init; } = 0.01;

    /// <summary>Step length of the critic's Adam, alpha_phi.</summary>
    [Range(1e-9, 10.0)]
    public double CriticLearningRate { get; init; } = 0.02;

    /// <summary>
    /// Environment steps between two updates: an episode, and where it terminates, further ones. The end of the last is a time limit
    /// and not a termination.
    /// </summary>
    [Range(1, 1_000_000)]
    public int EpisodeLength { get; init; } = 300;

    /// <summary>
    /// Whether the actor's estimate sums over actions, sum_a grad pi(a|s) q(s, a), instead of taking grad log pi(a|s) q(s, a)
    /// at one action: the same mean with less variance. The paper samples the action.
    /// </summary>
    public bool SumOverActions { get; init; }
}
