using System.Numerics.Tensors;
using Dyad.Algorithms.Catalog;
using Dyad.Algorithms.Tabular;
using Dyad.Core;
using Dyad.Environments.Gridworlds;
using Dyad.Environments.Locating;
using Dyad.Numerics;
using Dyad.Tabular;
using Dyad.Training;

namespace Dyad.Studies.Definitions;

/// <summary>Variants on the FourRoom task, which several studies share.</summary>
internal static class FourRoomVariants
{
    /// <summary>What this project chose where the paper leaves the task open.</summary>
    public const string TaskNote =
        "The paper shows the FourRoom task without its rules. Here: the 13 x 13 grid of Sutton, Precup and Singh (1999) with 104 "
        + "cells; the goal is the east hallway; entering it pays 1 and the next step leads to a start state; starts are uniform "
        + "over all cells; four deterministic moves, a move into a wall stays.";

    /// <summary>
    /// The task under the three rules for its goal, by environment name; the first is the one that studies use unless they
    /// compare rules. Immutable, so that all runs share them.
    /// </summary>
    public static IReadOnlyList<(string Environment, string Rule, Mdp Mdp)> Tasks { get; } =
        [.. FourRoom.Tasks.Select(task => (task.Name, RuleOf(task.Goal), FourRoom.Create(goal: task.Goal)))];

    /// <summary>The task that studies use unless they compare rules.</summary>
    public static Mdp Task => Tasks[0].Mdp;

    /// <summary>Legend of each method.</summary>
    public static string Legend(string label) => label switch
    {
        "actor-o" => "Actor_o-Critic",
        "actor-g" => "Actor_g-Critic",
        "stack-ac" => "Stack-AC",
        "res-ac" => "Res-AC",
        "policy-gradient" => "Policy gradient",
        _ => label,
    };

    /// <summary>One of the four methods of the paper's figure 1, with its step length of the actor.</summary>
    public static Variant Sampled(
        string method,
        long steps,
        long measureEvery,
        double actorRate = 0.01,
        string? label = null,
        int resCriticSteps = 1,
        string environment = "FourRoom")
    {
        Mdp mdp = MdpOf(environment);
        return method switch
        {
            "actor-o" => Learner(new ActorOCriticOptions { ActorLearningRate = actorRate }, (o, s) => new ActorOCritic(mdp, o, s)),
            "actor-g" => Learner(new ActorCriticOptions { ActorLearningRate = actorRate }, (o, s) => new ActorGCritic(mdp, o, s)),
            "stack-ac" => Learner(
                new StackelbergActorCriticOptions { ActorLearningRate = actorRate }, (o, s) => new StackelbergActorCritic(mdp, o, s)),
            "res-ac" => Learner(
                new ResidualActorCriticOptions { ActorLearningRate = actorRate, ResCriticSteps = resCriticSteps },
                (o, s) => new ResidualActorCritic(mdp, o, s)),
            _ => throw new ArgumentException($"no sampled method '{method}'", nameof(method)),
        };

        Variant Learner<TOptions>(TOptions options, Func<TOptions, RandomStream, IIterative> create)
            where TOptions : class, new()
        {
            return new Variant(
                label ?? method, environment, steps, measureEvery, MethodConfig.Of(MethodCatalog.Tabular(method).Id, OptionBinder.Values(options)),
                seed => create(options, new RandomStream(seed)))
            {
                Task = TaskOf(environment),
            };
        }
    }

    /// <summary>A learner that knows the model; its seed does not matter.</summary>
    public static Variant Exact(
        string label, ExactActorCriticOptions options, long steps, long measureEvery, string environment = "FourRoom")
    {
        Mdp mdp = MdpOf(environment);
        return new Variant(
            label, environment, steps, measureEvery, MethodConfig.Of("exact-actor-critic", OptionBinder.Values(options)),
            _ => new ExactActorCritic(mdp, options), IsDeterministic: true)
        {
            Task = TaskOf(environment),
        };
    }

    /// <summary>The largest expected discounted return from a start state.</summary>
    public static double OptimalReturn(string environment = "FourRoom")
    {
        Mdp mdp = MdpOf(environment);
        return TensorPrimitives.Dot(mdp.Initial, DynamicProgramming.PolicyIteration(mdp).StateValue);
    }

    private static string RuleOf(GoalRule goal) => goal switch
    {
        GoalRule.Absorb => "the goal absorbs",
        GoalRule.Stay => "the goal pays again",
        _ => "the next step restarts",
    };

    private static TaskConfig TaskOf(string environment) => new(environment, Fingerprint: TaskLocator.Find(environment).Fingerprint);

    private static Mdp MdpOf(string environment) => Tasks.First(task => task.Environment == environment).Mdp;
}
