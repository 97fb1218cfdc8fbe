using System.ComponentModel.DataAnnotations;

namespace Dyad.Algorithms;

/// <summary>What the critic estimates.</summary>
public enum CriticKind
{
    /// <summary>V(s), as in proposition 1 of Zheng et al. 2021.</summary>
    V,

    /// <summary>Q(s, a), as in their theorem 1; the value of a state is its mean over the policy's actions.</summary>
    Q,
}

/// <summary>What the critic is compared with.</summary>
public enum CriticTarget
{
    /// <summary>G_t: discounted return to go, with V at a cut.</summary>
    MonteCarlo,

    /// <summary>r_t + gamma V(s_{t+1}), with the w of each of the critic's steps.</summary>
    Bootstrapped,

    /// <summary>V(s_t) + A_t by generalised advantage estimation.</summary>
    LambdaReturn,
}

/// <summary>A_t of the actor's gradient.</summary>
public enum DirectTerm
{
    /// <summary>Generalised advantage estimation (Schulman et al. 2016).</summary>
    Gae,

    /// <summary>G_t, without a baseline.</summary>
    Returns,

    /// <summary>The critic after its steps: Q(s_t, a_t) as in eq. 3 of Zheng et al. 2021, or r_t + gamma V(s_{t+1}).</summary>
    Critic,
}

/// <summary>Options of <see cref="ActorCritic"/>.</summary>
public sealed record ActorCriticOptions : OnPolicyOptions
{
    /// <summary>The published networks: 64 and 32 units.</summary>
    public ActorCriticOptions() => LastHiddenWidth = 32;

    /// <summary>What the critic estimates.</summary>
    public CriticKind Critic { get; init; } = CriticKind.V;

    /// <summary>What the critic is compared with.</summary>
    public CriticTarget CriticTarget { get; init; } = CriticTarget.MonteCarlo;

    /// <summary>A_t of the actor's gradient.</summary>
    public DirectTerm DirectTerm { get; init; } = DirectTerm.Gae;

    /// <summary>lambda of generalised advantage estimation.</summary>
    [Range(0.0, 1.0)]
    public double GaeLambda { get; init; } = 0.97;

    /// <summary>Whether A_t is brought to mean 0 and standard deviation 1 over the epoch.</summary>
    public bool NormalizeAdvantages { get; init; } = true;

    /// <summary>Environment steps of an epoch, of all environments together.</summary>
    [Range(1, 10_000_000)]
    public int StepsPerEpoch { get; init; } = 4000;

    /// <summary>n: environments that step together.</summary>
    [Range(1, 4096)]
    public int Environments { get; init; } = 1;

    /// <summary>m: steps of the critic in an epoch, for one of the actor.</summary>
    [Range(0, 10_000)]
    public int CriticUpdates { get; init; } = 80;
}
