using Dyad.Core;

namespace Dyad.Algorithms;

/// <summary>Options of a neural method that belong together; single options can still be changed on top.</summary>
/// <param name="Name">Name on the command line.</param>
/// <param name="Description">What it stands for.</param>
/// <param name="TimeLimitTerminates">
/// Whether a time limit below 1,000 steps counts as a termination, as in experiments that leave the limit to the task.
/// </param>
/// <param name="Changes">
/// Options that differ from a method's defaults, given method (by <see cref="AgentMethods.Combination"/>) and environment.
/// </param>
public sealed record AgentPreset(
    string Name, string Description, bool TimeLimitTerminates, Func<string, string, IReadOnlyList<(string Name, string Value)>> Changes)
{
    /// <summary>What we recommend.</summary>
    public const string Correct = "correct";

    private static readonly string[] SmallTasks = ["Pendulum-v0", "Pendulum-v1", "MountainCarContinuous-v0"];

    /// <summary>All of them; the first is the default.</summary>
    public static IReadOnlyList<AgentPreset> All { get; } =
    [
        new(Correct, "What we recommend: small networks on small tasks, the step lengths of Spinning Up elsewhere; a time limit is no termination",
            TimeLimitTerminates: false, Recommended),
        new("as-published", "The experiments of Zheng et al. 2021 as their code does them: Spinning Up's options, a current policy in DDPG's target, a fixed entropy weight, damping 500 that decays, simultaneous Stackelberg updates, short time limits as terminations",
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
        (string, string)[] rates = [("actor_learning_rate", "1e-3"), ("critic_learning_rate", "1e-3"), ("batch_size", "100")];
        (string, string)[] entropy = IsSac(method) ? [("entropy_learning_rate", "1e-3")] : [];
        (string, string)[] size = SmallTasks.Contains(environment) ? [("hidden_width", "64")] : [("random_steps", "10000")];

        // A positive definite curvature where there is one, and a correction that never outweighs the gradient.
        (string, string)[] rule = method switch
        {
            "stddpg-al" or "stsac-al" or "stack-sac" =>
                [("curvature", "gauss-newton"), ("solver", "sample-space"), ("damping", "1"), ("implicit_bound", "1")],
            "stddpg-cl" or "stsac-cl" => [("damping", "1"), ("damping_schedule", "adaptive"), ("implicit_bound", "1")],
            _ => [],
        };
        return [.. rates, .. entropy, .. size, .. rule];
    }

    private static IReadOnlyList<(string Name, string Value)> Zheng2021(string method, string environment)
    {
        (string, string)[] shared =
        [
            ("actor_learning_rate", "1e-3"), ("critic_learning_rate", "1e-3"), ("batch_size", "100"), ("random_steps", "10000"),
            ("update_after", "1000"), ("update_every", "50"), ("updates_per_round", "50"),
        ];
        (string, string)[] rule = IsStackelberg(method)
            ? [("order", "simultaneous"), ("solver", "conjugate-gradient"), ("solver_iterations", "10"), ("solver_tolerance", "1e-5"), ("curvature", "hessian"),
                ("damping", "500"), ("damping_schedule", "exponential"), ("damping_decay_steps", "1e5")]
            : [];
        return IsSac(method)
            ? [.. shared, ("tune_entropy_weight", "false"), ("entropy_weight", "0.2"), .. rule]
            : [.. shared, ("next_action", "current-policy"), ("exploration_noise", "0.1"), .. rule];
    }

    private static IReadOnlyList<(string Name, string Value)> Wen2021(string method, string environment)
    {
        (string, string)[] shared =
        [
            ("actor_learning_rate", "3e-4"), ("critic_learning_rate", "3e-4"), ("batch_size", "128"), ("hidden_width", "128"), ("update_every", "10"),
        ];
        (string, string)[] entropy = IsSac(method)
            ? [("entropy_learning_rate", "3e-4"), ("target_entropy_per_action", "-1"), ("twin_critics", "false")]
            : [];

        // Their eta of 0.5 belongs to a critic's cost with a factor 1/2.
        (string, string)[] rule = IsStackelberg(method) ? [("damping", "1")] : [];
        return [.. shared, .. entropy, .. rule];
    }

    private static bool IsSac(string method) => method.Contains("sac", StringComparison.Ordinal);

    private static bool IsStackelberg(string method) => method.StartsWith("st", StringComparison.Ordinal);
}
