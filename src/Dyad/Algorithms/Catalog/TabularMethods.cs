using Dyad.Algorithms.Rules;
using Dyad.Algorithms.Tabular;
using Dyad.Core;
using Dyad.Tabular;

namespace Dyad.Algorithms.Catalog;

/// <summary>The tabular methods; a task is an MDP.</summary>
public static class TabularMethods
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Method<Mdp, IIterative>> All { get; } =
    [
        Method.Of<Mdp, IIterative, ActorOCriticOptions>(
            new(MethodFamily.ActorO), "Actor_o-Critic from samples: good actions in start states", "Wen et al. 2021, algorithm 1",
            (mdp, options, stream) => new ActorOCritic(mdp, options, stream)),
        Method.Of<Mdp, IIterative, TabularActorCriticOptions>(
            new(MethodFamily.ActorG), "Actor_g-Critic from samples: the usual actor-critic", "Wen et al. 2021, algorithm 2",
            (mdp, options, stream) => new ActorGCritic(mdp, options, stream)),
        Method.Of<Mdp, IIterative, StackelbergActorCriticOptions>(
            new(MethodFamily.ActorG) { Leader = Player.Actor, SemiGradient = true },
            "Stackelberg actor-critic from samples, the actor leads", "Wen et al. 2021, algorithm 3",
            (mdp, options, stream) => new StackelbergActorCritic(mdp, options, stream)),
        Method.Of<Mdp, IIterative, ResidualActorCriticOptions>(
            new(MethodFamily.ActorG) { Corrected = true }, "Residual actor-critic from samples, with a res-critic", "Wen et al. 2021, algorithm 4",
            (mdp, options, stream) => new ResidualActorCritic(mdp, options, stream)),
        Method.Of<Mdp, IIterative, ExactActorCriticOptions>(
            new(MethodFamily.PolicyGradient), "Ascent along the exact policy gradient, or any cell of table 1, with a known model",
            "Wen et al. 2021, table 1", (mdp, options, stream) => new ExactActorCritic(mdp, options, stream), defaultSteps: 2000),
        Method.Of<Mdp, IIterative, PolicyIterationOptions>(
            new(MethodFamily.PolicyIteration), "Greedy improvement and exact evaluation with a known model", "Wen et al. 2021, table 1",
            (mdp, _, _) => new ExactActorCritic(mdp, new ExactActorCriticOptions { Actor = ActorUpdate.Greedy }), defaultSteps: 20),
        Method.Of<Mdp, IIterative, SoftPolicyIterationOptions>(
            new(MethodFamily.SoftPolicyIteration), "Soft improvement and exact soft evaluation with a known model", "Lecture on soft actor-critic, section 5.1",
            (mdp, options, _) => new SoftPolicyIterationLearner(mdp, options), defaultSteps: 20),
        Method.Of<Mdp, IIterative, QLearningOptions>(
            new(MethodFamily.QLearning), "Q-learning with epsilon-greedy exploration", "Watkins 1989; Wen et al. 2021, equation 17",
            (mdp, options, stream) => new QLearning(mdp, options, stream)),
        Method.Of<Mdp, IIterative, TabularReinforceOptions>(
            new(MethodFamily.TabularReinforce), "REINFORCE with a state-value baseline", "Lecture on soft actor-critic, algorithm 1",
            (mdp, options, stream) => new TabularReinforce(mdp, options, stream)),
        Method.Of<Mdp, IIterative, TabularOneStepActorCriticOptions>(
            new(MethodFamily.TabularOneStepAc), "One-step actor-critic", "Lecture on soft actor-critic, algorithm 3",
            (mdp, options, stream) => new TabularOneStepActorCritic(mdp, options, stream)),
    ];

    private sealed record PolicyIterationOptions;
}
