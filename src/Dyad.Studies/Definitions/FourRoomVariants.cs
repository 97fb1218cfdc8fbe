using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Dyad.Algorithms.Tabular;
using Dyad.Core;
using Dyad.Environments.Gridworlds;
using Dyad.Numerics;
using Dyad.Tabular;

namespace Dyad.Studies.Definitions;

/// <summary>Variants on the FourRoom task, which several studies share.</summary>
internal static class FourRoomVariants
{
    /// <summary>What this project chose where the paper leaves the task open.</summary>
    public const string TaskNote =
        "The paper shows the FourRoom task without its rules. Here: the 13 x 13 grid of Sutton, Precup and Singh (1999) with 104 "
        + "cells; the goal is the east hallway; entering it pays 1 and the next step leads to a start state; starts are uniform "
        + "over all cells; four deterministic moves, a move into a wall stays.";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    /// <summary>The task; immutable, so that all runs share it.</summary>
    public static Mdp Task { get; } = FourRoom.Create();

    /// <summary>Legend of each method.</summary>
    public static string Legend(string label) => label switch
    {
        "actor-o" => "Actor_o-Critic",
        "actor-g" => "Actor_g-Critic",
        "stack-ac" => "Stack-AC",
        "res-ac" => "Res-AC",
        "policy-gradient" => "Policy gradient (exact)",
        _ => label,
    };

    /// <summary>One of the four methods of the paper's figure 1, with its step length of the actor.</summary>
    public static Variant Sampled(
        string method, long steps, long measureEvery, double actorRate = 0.01, string? label = null, int resCriticSteps = 1)
    {
        return method switch
        {
            "actor-o" => Learner(new ActorOCriticOptions { ActorLearningRate = actorRate }, (o, s) => new ActorOCritic(Task, o, s)),
            "actor-g" => Learner(new ActorCriticOptions { ActorLearningRate = actorRate }, (o, s) => new ActorGCritic(Task, o, s)),
            "stack-ac" => Learner(
                new StackelbergActorCriticOptions { ActorLearningRate = actorRate }, (o, s) => new StackelbergActorCritic(Task, o, s)),
            "res-ac" => Learner(
                new ResidualActorCriticOptions { ActorLearningRate = actorRate, ResCriticSteps = resCriticSteps },
                (o, s) => new ResidualActorCritic(Task, o, s)),
            _ => throw new ArgumentException($"no sampled method '{method}'", nameof(method)),
        };

        Variant Learner<TOptions>(TOptions options, Func<TOptions, RandomStream, IIterative> create)
        {
            JsonObject json = OptionsOf(method, options);
            return new Variant(
                label ?? method, "FourRoom", steps, measureEvery, json, seed => create(options, new RandomStream(seed)));
        }
    }

    /// <summary>A learner that knows the model; its seed does not matter.</summary>
    public static Variant Exact(string label, ExactActorCriticOptions options, long steps, long measureEvery) => new(
        label, "FourRoom", steps, measureEvery, OptionsOf("exact-actor-critic", options), _ => new ExactActorCritic(Task, options),
        IsDeterministic: true);

    private static JsonObject OptionsOf<TOptions>(string method, TOptions options)
    {
        JsonObject json = JsonSerializer.SerializeToNode(options, Json)!.AsObject();
        json.Insert(0, "method", method);
        return json;
    }
}
