using Dyad.Core;

namespace Dyad.Algorithms;

/// <summary>Options of a neural method that belong together; single options can still be changed on top.</summary>
/// <param name="Name">Name on the command line.</param>
/// <param name="Description">What it stands for.</param>
/// <param name="TimeLimitTerminates">
/// Whether a time limit below 1,000 steps counts as a termination, as in experiments that leave the limit to the task.
/// </param>
/// <param name="Changes">Options that differ from a method's defaults, given method and environment.</param>
public sealed record AgentPreset(
    string Name, string Description, bool TimeLimitTerminates, Func<string, string, IReadOnlyList<(string Name, string Value)>> Changes)
{
    /// <summary>What we recommend.</summary>
    public const string Correct = "correct";

    private static readonly string[] SmallTasks = ["Pendulum-v0", "Pendulum-v1", "MountainCarContinuous-v0"];
    private static readonly string[] DqnTasks = ["CartPole-v0", "CartPole-v1"];

    /// <summary>All of them; the first is the default.</summary>
    public static IReadOnlyList<AgentPreset> All { get; } =
    [
        new(Correct, "What we recommend: small networks on small tasks, the step lengths of Spinning Up elsewhere; a time limit is no termination",
            TimeLimitTerminates: false, Recommended),
        new("as-published", "The experiments of Zheng et al. 2021 as their code does them: Spinning Up's options, a current policy in DDPG's target, a fixed entropy weight, short time limits as terminations",
            TimeLimitTerminates: true, Zheng2021),
        new("wen2021", "The options of Wen et al. 2021, table 3, and one critic as in their losses",
            TimeLimitTerminates: false, Wen2021),
    ];

    /// <summary>A preset by its name.</summary>
    /// <exception cref="UserError">There is none; the sentence names those there are.</exception>
    public static AgentPreset Get(string name) => All.FirstOrDefault(preset => preset.Name == name)
        ?? throw new UserError($"there is no preset '{name}'; there are {string.Join(", ", All.Select(preset => preset.Name))}");

    private static IReadOnlyList<(string Name, string Value)> Recommended(string method, string environment)
    {
        if (method == "dqn")
        {
            return DqnTasks.Contains(environment)
                ?
                [
                    ("hidden_width", "64"), ("batch_size", "256"), ("update_every", "4"), ("updates_per_round", "2"), ("target_period", "100"),
                    ("exploration_end", "0.1"),
                ]
                : [];
        }

        (string, string)[] rates = [("actor_learning_rate", "1e-3"), ("critic_learning_rate", "1e-3"), ("batch_size", "100")];
        (string, string)[] entropy = method is "sac" or "sac-v" ? [("entropy_learning_rate", "1e-3")] : [];
        (string, string)[] value = method == "sac-v" ? [("value_learning_rate", "1e-3")] : [];
        (string, string)[] size = SmallTasks.Contains(environment) ? [("hidden_width", "64")] : [("random_steps", "10000")];
        return [.. rates, .. entropy, .. value, .. size];
    }

    private static IReadOnlyList<(string Name, string Value)> Zheng2021(string method, string environment)
    {
        (string, string)[] shared =
        [
            ("actor_learning_rate", "1e-3"), ("critic_learning_rate", "1e-3"), ("batch_size", "100"), ("random_steps", "10000"),
            ("update_after", "1000"), ("update_every", "50"), ("updates_per_round", "50"),
        ];
        (string, string)[] entropy = [("tune_entropy_weight", "false"), ("entropy_weight", "0.2")];
        (string, string)[] deterministic = [("next_action", "current-policy"), ("exploration_noise", "0.1")];
        return method switch
        {
            "sac" => [.. shared, .. entropy],
            "sac-v" => [.. shared, .. entropy, ("value_learning_rate", "1e-3")],
            "ddpg" or "td3" => [.. shared, .. deterministic],
            _ => [],
        };
    }

    private static IReadOnlyList<(string Name, string Value)> Wen2021(string method, string environment)
    {
        (string, string)[] shared =
        [
            ("actor_learning_rate", "3e-4"), ("critic_learning_rate", "3e-4"), ("batch_size", "128"), ("hidden_width", "128"), ("update_every", "10"),
        ];
        (string, string)[] entropy = [("entropy_learning_rate", "3e-4"), ("target_entropy_per_action", "-1")];
        return method switch
        {
            "sac" => [.. shared, .. entropy, ("twin_critics", "false")],
            "sac-v" => [.. shared, .. entropy, ("value_learning_rate", "3e-4")],
            "ddpg" or "td3" => [.. shared],
            _ => [],
        };
    }
}
