namespace Dyad.Algorithms.Catalog;

/// <summary>What methods are of one kind, before anybody leads and before anything is corrected.</summary>
public enum MethodFamily
{
    /// <summary><see cref="Algorithms.Reinforce"/>.</summary>
    Reinforce,

    /// <summary><see cref="OneStepActorCritic"/>.</summary>
    OneStepAc,

    /// <summary><see cref="ActorCritic"/>.</summary>
    Ac,

    /// <summary><see cref="Algorithms.Ppo"/>.</summary>
    Ppo,

    /// <summary><see cref="Algorithms.Ppo"/> with a critic nested in each minibatch; with the actor leading it is BLPO.</summary>
    PpoNested,

    /// <summary><see cref="Algorithms.Ppo"/> with a single pass over the whole rollout.</summary>
    A2c,

    /// <summary><see cref="Algorithms.Dqn"/>.</summary>
    Dqn,

    /// <summary><see cref="Algorithms.Ddpg"/>.</summary>
    Ddpg,

    /// <summary><see cref="Algorithms.Td3"/>.</summary>
    Td3,

    /// <summary><see cref="Algorithms.Sac"/>.</summary>
    Sac,

    /// <summary><see cref="Algorithms.SacV"/>.</summary>
    SacV,

    /// <summary><see cref="Algorithms.SacDiscrete"/>.</summary>
    SacDiscrete,

    /// <summary><see cref="Algorithms.Tabular.ActorOCritic"/>.</summary>
    ActorO,

    /// <summary><see cref="Algorithms.Tabular.ActorGCritic"/>; with a leader Stack-AC, with a correction Res-AC.</summary>
    ActorG,

    /// <summary><see cref="Algorithms.Tabular.ExactActorCritic"/>.</summary>
    PolicyGradient,

    /// <summary><see cref="Algorithms.Tabular.ExactActorCritic"/> with a greedy actor.</summary>
    PolicyIteration,

    /// <summary><see cref="Algorithms.Tabular.SoftPolicyIterationLearner"/>.</summary>
    SoftPolicyIteration,

    /// <summary><see cref="Algorithms.Tabular.QLearning"/>.</summary>
    QLearning,

    /// <summary><see cref="Algorithms.Tabular.TabularReinforce"/>.</summary>
    TabularReinforce,

    /// <summary><see cref="Algorithms.Tabular.TabularOneStepActorCritic"/>.</summary>
    TabularOneStepAc,
}
