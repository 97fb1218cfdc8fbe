using System.ComponentModel.DataAnnotations;
using Dyad.Algorithms.Rules;
using Dyad.Core;

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

/// <summary>How a leading actor's game is estimated with a V critic; with a Q critic it is theorem 1 (<see cref="EpisodeGame"/>).</summary>
public enum EpisodeForm
{
    /// <summary>Proposition 1, J in w being E[V(s_0)], beside the plain gradient.</summary>
    StartValue,

    /// <summary>Proposition 1 with J = E[r_0 + gamma V(s_1)], whose direct term is that of the first action.</summary>
    OneStep,

    /// <summary>As the code of Zheng et al. 2021 has it: the implicit part is a multiple of the plain gradient.</summary>
    AsPublished,
}

/// <summary>Options of <see cref="ActorCritic"/>.</summary>
public sealed record ActorCriticOptions : OnPolicyOptions, IChecked
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

    /// <summary>
    /// Whether an epoch goes on to the end of the running episode, so that none is cut; for a single environment. Otherwise a
    /// running episode goes on in the next epoch.
    /// </summary>
    public bool WholeEpisodes { get; init; }

    /// <summary>How a leading actor's game is estimated.</summary>
    public EpisodeForm EpisodeForm { get; init; } = EpisodeForm.StartValue;

    /// <summary>Share of an epoch's episodes that the implicit part is estimated from.</summary>
    [Range(0.0, 1.0)]
    public double ImplicitShare { get; init; } = 1;

    /// <summary>
    /// Whether a leading actor moves along its plain gradient, as far as its total derivative would take it: what an ablation needs
    /// to tell direction from step length.
    /// </summary>
    public bool LengthOnly { get; init; }

    /// <summary>What turns the costs into directions; only the actor can lead.</summary>
    public RuleOptions Gradient { get; init; } = new();

    /// <summary>Whether and how a res-critic corrects the Q critic that the actor follows.</summary>
    public ResidualOptions Correction { get; init; } = new();

    /// <inheritdoc/>
    public void Check()
    {
        Gradient.Check();
        if (Correction.Residual && (Critic != CriticKind.Q || DirectTerm != DirectTerm.Critic || Gradient.Rule != Rule.Individual))
        {
            throw new UserError("the option 'residual' is true, which corrects a Q critic that the actor follows: give critic=q, direct_term=critic and rule=individual");
        }

        if (StepsPerEpoch % Environments != 0)
        {
            throw new UserError(
                $"steps_per_epoch is {StepsPerEpoch} and environments {Environments}; the first must be a multiple of the second");
        }

        if (WholeEpisodes && Environments > 1)
        {
            throw new UserError($"the option 'whole_episodes' is true with {Environments} environments; it takes environments=1");
        }

        if (Correction.MeasuresCritic)
        {
            throw new UserError("the option 'td_errors' is true, which in an on-policy method takes residual=true");
        }

        if (Gradient.Rule == Rule.Individual)
        {
            return;
        }

        if (Gradient.Leader == Player.Critic)
        {
            throw new UserError("the option 'leader' is 'critic'; of on-policy methods only the actor leads: give leader=actor");
        }

        if (Gradient.LeaderDerivative == LeaderDerivative.ReplayedAction)
        {
            throw new UserError("the option 'leader_derivative' is 'replayed-action', which is for methods with a replay; give leader_derivative=current-action");
        }

        if (EpisodeForm != EpisodeForm.StartValue && Critic == CriticKind.Q)
        {
            throw new UserError("the option 'episode_form' is for a V critic; with critic=q leave it at start-value");
        }

        if (Gradient.Solver == Solver.SampleSpace && (EpisodeForm == EpisodeForm.AsPublished || Critic == CriticKind.Q))
        {
            throw new UserError("the option 'solver' is 'sample-space', whose coupling is that of proposition 1: give critic=v and episode_form=start-value or one-step");
        }
    }
}
