using Dyad.Algorithms.Catalog;
using Dyad.Algorithms.Rules;

namespace Dyad.Training;

/// <summary>
/// What each preset changes of a method's defaults, by method and environment: what it sets for the family, then what it adds for
/// a leader, then for a correction.
/// </summary>
internal static class PresetOptions
{
    private static readonly string[] SmallTasks = ["Pendulum-v0", "Pendulum-v1", "MountainCarContinuous-v0"];
    private static readonly string[] CartPoles = ["CartPole-v0", "CartPole-v1"];

    // Tasks of finitely many actions that PPO's published settings are for.
    private static readonly string[] ClassicChoices = [.. CartPoles, "Acrobot-v1", "MountainCar-v0"];

    // A positive definite curvature, solved exactly, and a correction that never outweighs the gradient.
    private static readonly (string, string)[] SampleSpace =
        [("curvature", "gauss-newton"), ("solver", "sample-space"), ("damping", "1"), ("implicit_bound", "1")];

    // The authors' solve of a leader's implicit part, on policy and off.
    private static readonly (string, string)[] PublishedSolve =
    [
        ("order", "simultaneous"), ("solver", "conjugate-gradient"), ("solver_iterations", "10"), ("solver_tolerance", "1e-5"),
        ("stop_at_negative_curvature", "false"), ("curvature", "hessian"),
    ];

    /// <summary>What we recommend.</summary>
    public static IReadOnlyList<(string Name, string Value)> Recommended(MethodId method, string environment)
    {
        // Where the critic leads there is no such curvature.
        (string, string)[] rule = method.Leader switch
        {
            Player.Actor => SampleSpace,
            Player.Critic => [("damping", "1"), ("damping_schedule", "adaptive"), ("implicit_bound", "1")],
            _ => [],
        };

        // A bound that needs no choice by task.
        (string, string)[] correction = If(method.Corrected, ("residual_learning_rate", "1e-3"), ("residual_clip_rule", "adaptive"));
        switch (method.Family)
        {
            // Of the learning rates tried on CartPole, those that all seeds learned with; see docs/results/cartpole.md.
            case MethodFamily.Ac:
                return
                [
                    ("environments", "8"), ("steps_per_epoch", "512"), ("critic_updates", "10"), ("normalize_advantages", "false"),
                    ("actor_learning_rate", "3e-3"), ("critic_learning_rate", "3e-3"), .. rule,
                ];
            case MethodFamily.Ppo:
                return [.. Proximal(environment), .. rule];
            case MethodFamily.PpoNested:
                return Bilevel(method, environment, published: false);
            case MethodFamily.A2c:
                return [];
            case MethodFamily.OneStepAc:
                return [("environments", "8"), ("actor_learning_rate", "3e-4"), ("critic_learning_rate", "1e-3")];
            case MethodFamily.Reinforce:
                return [("discounted_visits", "false"), ("actor_learning_rate", "3e-3"), ("critic_learning_rate", "1e-2")];
            case MethodFamily.Dqn:
                return !CartPoles.Contains(environment) ? [] :
                [
                    ("hidden_width", "64"), ("batch_size", "256"), ("update_every", "4"), ("updates_per_round", "2"),
                    ("target_period", "100"), ("exploration_end", "0.1"),
                ];

            // Tasks with finitely many actions are small here. On a frozen lake staying alive is worth more to a tuned entropy than the
            // goal, and the weight grows without end; see docs/methods/sac-discrete.md.
            case MethodFamily.SacDiscrete:
                return
                [
                    ("actor_learning_rate", "1e-3"), ("critic_learning_rate", "1e-3"), ("entropy_learning_rate", "1e-3"), ("hidden_width", "64"),
                    .. If(environment.StartsWith("FrozenLake", StringComparison.Ordinal), ("entropy_in_target", "false")),
                    .. rule, .. correction,
                ];
        }

        return
        [
            ("actor_learning_rate", "1e-3"), ("critic_learning_rate", "1e-3"), ("batch_size", "100"),
            .. If(method.IsSoft, ("entropy_learning_rate", "1e-3")),
            .. If(method.Family == MethodFamily.SacV, ("value_learning_rate", "1e-3")),
            SmallTasks.Contains(environment) ? ("hidden_width", "64") : ("random_steps", "10000"),
            .. rule,
            .. correction,
        ];
    }

    /// <summary>The experiments of Zheng et al. 2021 as their code does them, and the pseudo-codes of the lecture.</summary>
    public static IReadOnlyList<(string Name, string Value)> Zheng2021(MethodId method, string environment)
    {
        bool led = method.Leader is not null;
        switch (method.Family)
        {
            case MethodFamily.Ac:
                return
                [
                    ("optimizer", "sgd"), ("actor_learning_rate", "0.1"), ("critic_learning_rate", "0.01"), ("gae_lambda", "0.97"),
                    ("steps_per_epoch", "4000"), ("critic_updates", "80"), ("environments", "1"), ("whole_episodes", "true"),
                    .. If(led, [
                        .. PublishedSolve, ("episode_form", "as-published"), ("damping", CartPoles.Contains(environment) ? "0" : "500")]),
                ];
            case MethodFamily.Reinforce:
                return [("optimizer", "sgd"), ("step_by_step", "true"), ("actor_learning_rate", "1e-3"), ("critic_learning_rate", "1e-2")];
            case MethodFamily.OneStepAc:
                return [("optimizer", "sgd"), ("actor_learning_rate", "1e-3"), ("critic_learning_rate", "1e-2")];
            // Schulman et al. 2017, table 3.
            case MethodFamily.Ppo:
                return [("adam_epsilon", "1e-8"), ("gradient_clip", "0"), ("normalize_per_minibatch", "false")];
            case MethodFamily.PpoNested:
                return Bilevel(method, environment, published: true);
            case MethodFamily.Dqn or MethodFamily.A2c:
                return [];
        }

        return
        [
            ("actor_learning_rate", "1e-3"), ("critic_learning_rate", "1e-3"), ("batch_size", "100"), ("random_steps", "10000"),
            ("update_after", "1000"), ("update_every", "50"), ("updates_per_round", "50"),
            .. If(method.IsSoft, ("tune_entropy_weight", "false"), ("entropy_weight", "0.2")),
            .. If(method.Family == MethodFamily.SacV, ("value_learning_rate", "1e-3")),
            .. If(!method.IsSoft, ("next_action", "current-policy"), ("exploration_noise", "0.1")),
            .. If(led, [
                .. PublishedSolve, ("damping", "500"), ("damping_schedule", "exponential"), ("damping_decay_steps", "1e5")]),
            .. If(method.Corrected, [("residual_learning_rate", "1e-3"), .. PublishedCorrection(environment)]),
        ];
    }

    /// <summary>Table 3 of Wen et al. 2021; of on-policy methods, which they have none of, network and step lengths.</summary>
    public static IReadOnlyList<(string Name, string Value)> Wen2021(MethodId method, string environment) => method.Family switch
    {
        MethodFamily.Ac or MethodFamily.OneStepAc or MethodFamily.Reinforce =>
            [("actor_learning_rate", "3e-4"), ("critic_learning_rate", "3e-4"), ("hidden_width", "128"), ("last_hidden_width", "0")],
        MethodFamily.Dqn or MethodFamily.Ppo or MethodFamily.PpoNested or MethodFamily.A2c => [],
        _ =>
        [
            ("actor_learning_rate", "3e-4"), ("critic_learning_rate", "3e-4"), ("batch_size", "128"), ("hidden_width", "128"), ("update_every", "10"),
            .. If(method.IsSoft, ("entropy_learning_rate", "3e-4")),
            .. If(method.Family is MethodFamily.Sac or MethodFamily.SacV, ("target_entropy_per_action", "-1")),
            .. If(method.Family == MethodFamily.SacV, ("value_learning_rate", "3e-4")),
            .. If(method.Family is MethodFamily.Sac or MethodFamily.SacDiscrete, ("twin_critics", "false")),

            // Their eta of 0.5 belongs to a critic's cost with a factor 1/2.
            .. If(method.Leader is not null, ("damping", "1")),
            .. If(method.Corrected, [("residual_learning_rate", "3e-4"), .. PublishedCorrection(environment)]),
        ],
    };

    // The settings of CleanRL (ppo.py, ppo_continuous_action.py), and of RL Baselines3 Zoo where those have none.
    private static (string, string)[] Proximal(string environment) => environment switch
    {
        _ when ClassicChoices.Contains(environment) =>
        [
            ("environments", "4"), ("steps_per_epoch", "512"), ("minibatch_size", "128"), ("passes", "4"), ("actor_learning_rate", "2.5e-4"),
            ("critic_learning_rate", "2.5e-4"), ("rate_schedule", "linear"), ("value_clip", "0.2"), ("entropy_coefficient", "0.01"),
        ],
        "Pendulum-v0" or "Pendulum-v1" =>
        [
            ("environments", "4"), ("steps_per_epoch", "4096"), ("discount", "0.9"), ("actor_learning_rate", "1e-3"), ("critic_learning_rate", "1e-3"),
        ],
        _ => [("rate_schedule", "linear"), ("value_clip", "0.2"), ("normalize_observations", "true"), ("normalize_rewards", "true")],
    };

    // The code of Prakash et al. 2025, by task: nested steps, clip of the coupling, bound of the correction. What it has for its other tasks
    // is the last row; where it has none of the kind, sizes are PPO's. Its rollouts of MuJoCo's tasks are ten times as long.
    private static (string, string)[] Bilevel(MethodId method, string environment, bool published)
    {
        (string nested, string clip, string bound) = environment.Split("-v")[0] switch
        {
            "CartPole" => ("10", "1", "1.4"),
            "Acrobot" => ("10", "0.8", "0.5"),
            "Walker2d" or "Hopper" => ("3", "0.84", "0.8"),
            "Humanoid" => ("5", "0.8", "1"),
            "HalfCheetah" => ("7", "0.7", "1.4"),
            "HumanoidStandup" => ("5", "0.5", "1"),
            _ => ("3", "0.5", "1"),
        };
        bool classic = ClassicChoices.Contains(environment), pendulum = environment.StartsWith("Pendulum", StringComparison.Ordinal);
        (string environments, string steps) = classic ? ("4", "512") : pendulum ? ("4", "4096") : published ? ("32", "20480") : ("8", "2048");
        return
        [
            ("environments", environments), ("steps_per_epoch", steps), ("passes", "4"), ("critic_updates", nested),
            ("actor_learning_rate", "2.5e-4"), ("critic_learning_rate", "1e-3"),
            .. If(pendulum, ("discount", "0.9")),
            .. If(!classic && !pendulum, ("normalize_observations", "true")),
            .. If(published, ("bootstrap_at_time_limit", "false")),
            .. If(method.Leader is not null, ("coupling_clip", clip), ("implicit_bound", bound)),
        ];
    }

    // Of other tasks than their three Wen et al. say nothing: there c is the option's default.
    private static (string, string)[] PublishedCorrection(string environment)
    {
        string? clip = environment.Split("-v")[0] switch { "HalfCheetah" => "6", "Reacher" => "1", "Pendulum" => "4", _ => null };
        return [("residual_reward", "as-published"), ("residual_clip_rule", "fixed"), .. If(clip is not null, ("residual_clip", clip!))];
    }

    private static (string, string)[] If(bool condition, params (string, string)[] changes) => condition ? changes : [];
}
