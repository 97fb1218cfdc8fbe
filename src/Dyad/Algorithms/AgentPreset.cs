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

    private static readonly string[] OnPolicyMethods = ["reinforce", "one-step-ac", "ac"];

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
        if (OnPolicyMethods.Contains(method))
        {
            return RecommendedOnPolicy(method);
        }

        (string, string)[] rates = [("actor_learning_rate", "1e-3"), ("critic_learning_rate", "1e-3"), ("batch_size", "100")];
        (string, string)[] entropy = method == "sac" ? [("entropy_learning_rate", "1e-3")] : [];
        (string, string)[] size = SmallTasks.Contains(environment) ? [("hidden_width", "64")] : [("random_steps", "10000")];
        return [.. rates, .. entropy, .. size];
    }

    // Of the learning rates tried on CartPole, those that all seeds learned with; see docs/results/cartpole.md.
    private static IReadOnlyList<(string Name, string Value)> RecommendedOnPolicy(string method) => method switch
    {
        "ac" =>
        [
            ("environments", "8"), ("steps_per_epoch", "512"), ("critic_updates", "10"), ("normalize_advantages", "false"),
            ("actor_learning_rate", "3e-3"), ("critic_learning_rate", "3e-3"),
        ],
        "one-step-ac" => [("environments", "8"), ("actor_learning_rate", "3e-4"), ("critic_learning_rate", "1e-3")],
        _ => [("discounted_visits", "false"), ("actor_learning_rate", "3e-3"), ("critic_learning_rate", "1e-2")],
    };

    private static IReadOnlyList<(string Name, string Value)> Zheng2021(string method, string environment)
    {
        // The pseudo-codes of the lecture, and the experiments of Zheng et al. with 80 steps of the critic.
        (string, string)[] plain = [("optimizer", "sgd"), ("actor_learning_rate", "0.1"), ("critic_learning_rate", "0.01")];
        switch (method)
        {
            case "ac":
                return [.. plain, ("gae_lambda", "0.97"), ("steps_per_epoch", "4000"), ("critic_updates", "80"), ("environments", "1")];
            case "reinforce":
                return [("optimizer", "sgd"), ("step_by_step", "true"), ("actor_learning_rate", "1e-3"), ("critic_learning_rate", "1e-2")];
            case "one-step-ac":
                return [("optimizer", "sgd"), ("actor_learning_rate", "1e-3"), ("critic_learning_rate", "1e-2")];
        }

        (string, string)[] shared =
        [
            ("actor_learning_rate", "1e-3"), ("critic_learning_rate", "1e-3"), ("batch_size", "100"), ("random_steps", "10000"),
            ("update_after", "1000"), ("update_every", "50"), ("updates_per_round", "50"),
        ];
        return method == "sac"
            ? [.. shared, ("tune_entropy_weight", "false"), ("entropy_weight", "0.2")]
            : [.. shared, ("next_action", "current-policy"), ("exploration_noise", "0.1")];
    }

    private static IReadOnlyList<(string Name, string Value)> Wen2021(string method, string environment)
    {
        // Their experiments have no on-policy method; network and step lengths carry over.
        if (OnPolicyMethods.Contains(method))
        {
            return [("actor_learning_rate", "3e-4"), ("critic_learning_rate", "3e-4"), ("hidden_width", "128"), ("last_hidden_width", "0")];
        }

        (string, string)[] shared =
        [
            ("actor_learning_rate", "3e-4"), ("critic_learning_rate", "3e-4"), ("batch_size", "128"), ("hidden_width", "128"), ("update_every", "10"),
        ];
        (string, string)[] entropy = method == "sac"
            ? [("entropy_learning_rate", "3e-4"), ("target_entropy_per_action", "-1"), ("twin_critics", "false")]
            : [];
        return [.. shared, .. entropy];
    }
}
