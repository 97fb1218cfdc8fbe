using System.Text.Json.Nodes;

namespace Dyad.Training;

/// <summary>Options that have no effect beside the values of others, which who sets them may not know.</summary>
internal static class IdleOptions
{
    private static readonly (string[] Names, Func<JsonObject, bool> AreIdle, string Why)[] Rules =
    [
        (["leader", "follower_steps", "solver", "solver_iterations", "solver_tolerance", "stop_at_negative_curvature", "warm_start", "curvature", "damping",
            "damping_schedule", "damping_decay_steps", "implicit_bound", "leader_derivative", "leader_states", "independent_batches"],
            options => Is(options, "rule", "individual"), "without a leader: give rule=stackelberg"),
        (["damping_decay_steps"], options => !Is(options, "damping_schedule", "exponential"), "but with damping_schedule=exponential"),
        (["residual_reward", "residual_start", "residual_clip_rule", "residual_clip", "residual_clip_quantile", "residual_clip_rate", "residual_updates",
            "residual_learning_rate"], options => Is(options, "residual", "false"), "without a correction: give residual=true"),
        (["residual_clip"], options => !Is(options, "residual_clip_rule", "fixed"),
            "but with residual_clip_rule=fixed, with which residual_clip=0 is no correction"),
        (["residual_clip_quantile", "residual_clip_rate"], options => !Is(options, "residual_clip_rule", "adaptive"), "but with residual_clip_rule=adaptive"),
        (["td_errors"], options => Is(options, "residual", "true"), "with a correction, which measures them anyway"),
        (["target_entropy_per_action", "entropy_learning_rate"], options => Is(options, "tune_entropy_weight", "false"), "but with tune_entropy_weight=true"),
        (["schedule_steps", "schedule_end"], options => !options.Any(option => option.Key.EndsWith("_schedule", StringComparison.Ordinal) && option.Value?.ToString() == "linear"),
            "without a schedule: give rate_schedule=linear"),
        (["normalized_reward_clip"], options => Is(options, "normalize_rewards", "false"), "without normalize_rewards=true"),
        (["target_period"], options => Is(options, "target_update", "moving-average"), "but with target_update=periodic"),
        (["target_rate"], options => Is(options, "target_update", "periodic"), "but with target_update=moving-average"),
    ];

    /// <summary>A sentence about each option that was asked for and has no effect.</summary>
    /// <param name="options">All options of the method with their values.</param>
    /// <param name="asked">Names of the options that were asked for.</param>
    public static IReadOnlyList<string> Sentences(JsonObject options, IEnumerable<string> asked)
    {
        ArgumentNullException.ThrowIfNull(asked);

        // The first reason is the one that comes before the others.
        return [.. from name in asked
                   let why = Rules.FirstOrDefault(rule => rule.Names.Contains(name) && rule.AreIdle(options)).Why
                   where why is not null
                   select $"the option '{name}' has no effect here {why}"];
    }

    private static bool Is(JsonObject options, string name, string value) => options[name]?.ToString() == value;
}
