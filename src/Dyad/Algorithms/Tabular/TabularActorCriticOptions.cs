using System.ComponentModel.DataAnnotations;
using Dyad.Core;

namespace Dyad.Algorithms.Tabular;

/// <summary>
/// What the four actor-critics of Wen et al. (2021), appendix D.1.2, have in common; defaults are table 2's. The critic that
/// learning starts from is stated nowhere.
/// </summary>
public record TabularActorCriticOptions
{
    /// <summary>Step length of the actor's Adam, alpha_theta.</summary>
    [Range(1e-9, 10.0)]
    public double ActorLearningRate { get; init; } = 0.01;

    /// <summary>Step length of the critic's Adam, alpha_phi.</summary>
    [Range(1e-9, 10.0)]
    public double CriticLearningRate { get; init; } = 0.02;

    /// <summary>Updates of the critic for each update of the actor, all on the latest transitions; the paper's is 1.</summary>
    [Range(1, 10_000)]
    [Neutral(1)]
    public int CriticSteps { get; init; } = 1;

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

    /// <summary>
    /// Standard deviation of the normal distribution with mean 0 from which the entries of the first critic q are drawn; 0 for a
    /// critic of zeros. The paper says "Initialize theta, phi".
    /// </summary>
    [Range(0.0, 1e6)]
    [Neutral(0.0)]
    public double CriticDeviation { get; init; }
}
