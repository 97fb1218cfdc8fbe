namespace Dyad.Tests.Unit.Algorithms;

/// <summary>Options of an on-policy actor-critic, as its reference reads them and as the command line writes them.</summary>
internal sealed record EpochSetting
{
    public bool Discrete { get; init; } = true;

    public bool Q { get; init; }

    public string Target { get; init; } = "monte-carlo";

    public string Direct { get; init; } = "gae";

    public double Lambda { get; init; } = 0.7;

    public bool Normalized { get; init; }

    public bool Discounted { get; init; }

    public int CriticUpdates { get; init; } = 2;

    public int Environments { get; init; } = 2;

    public int Steps { get; init; } = 22;

    public bool Whole { get; init; }

    public string Optimizer { get; init; } = "sgd";

    public string Order { get; init; } = "in-turn";

    public double ActorPower { get; init; }

    public double CriticPower { get; init; }

    /// <summary>Of a leading actor; null where nobody leads.</summary>
    public string? Form { get; init; }

    public string Curvature { get; init; } = "hessian";

    public double Damping { get; init; } = 0.3;

    /// <summary>Updates in which an exponential damping falls to 1/e; 0 for a constant one.</summary>
    public double DampingDecay { get; init; }

    public int FollowerSteps { get; init; } = 1;

    public bool Independent { get; init; }

    public double Share { get; init; } = 1;

    public double Bound { get; init; }

    public bool LengthOnly { get; init; }

    /// <summary>Bound of the res-critic's reward: a number, none or adaptive; null without a res-critic.</summary>
    public string? Clip { get; init; }

    public int ResidualUpdates { get; init; } = 2;

    public const double ActorRate = 0.05, CriticRate = 0.08, ResidualRate = 0.06, ClipQuantile = 0.8, ClipRate = 0.4;

    public bool Leads => Form is not null;

    /// <summary>All of it by name.</summary>
    public (string, string)[] Options =>
    [
        ("actor_learning_rate", Text(ActorRate)), ("critic_learning_rate", Text(CriticRate)), ("optimizer", Optimizer),
        ("critic", Q ? "q" : "v"), ("critic_target", Target), ("direct_term", Direct), ("gae_lambda", Text(Lambda)),
        ("normalize_advantages", Text(Normalized)), ("discounted_visits", Text(Discounted)), ("critic_updates", Text(CriticUpdates)),
        ("environments", Text(Environments)), ("steps_per_epoch", Text(Steps)), ("whole_episodes", Text(Whole)), ("order", Order),
        ("actor_rate_power", Text(ActorPower)), ("critic_rate_power", Text(CriticPower)),
        .. Leads ? Leading : [], .. Clip is null ? [] : Correcting,
    ];

    private (string, string)[] Leading =>
    [
        ("episode_form", Form!), ("curvature", Curvature), ("damping", Text(Damping)), ("solver", "exact"), ("follower_steps", Text(FollowerSteps)),
        ("independent_batches", Text(Independent)), ("implicit_share", Text(Share)), ("implicit_bound", Text(Bound)),
        ("length_only", Text(LengthOnly)), .. DampingDecay > 0 ? Decaying : [],
    ];

    private (string, string)[] Decaying => [("damping_schedule", "exponential"), ("damping_decay_steps", Text(DampingDecay))];

    private (string, string)[] Correcting =>
    [
        ("residual", "true"), ("residual_updates", Text(ResidualUpdates)), ("residual_learning_rate", Text(ResidualRate)),
        ("residual_clip_rule", Clip is "none" or "adaptive" ? Clip : "fixed"), ("residual_clip", Clip is "none" or "adaptive" ? "6" : Clip!),
        ("residual_clip_quantile", Text(ClipQuantile)), ("residual_clip_rate", Text(ClipRate)),
    ];

    private static string Text(object value) => value is bool flag ? flag ? "true" : "false" : FormattableString.Invariant($"{value}");
}
