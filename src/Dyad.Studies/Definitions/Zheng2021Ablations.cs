using Dyad.Studies.Comparisons;

namespace Dyad.Studies.Definitions;

/// <summary>What Zheng et al. 2021 leave open: step length against direction, iterations, damping, batch of the implicit part.</summary>
internal static class Zheng2021Ablations
{
    private static readonly string[] Dampings = ["1", "10", "100", "500"];

    private static readonly (string Heading, string Metric, string Format)[] Columns =
    [
        ("cosine", "train/implicit_cosine", "0.00"), ("|implicit|", "train/implicit_norm", "0.000"), ("|direct|", "train/direct_norm", "0.000"),
        ("solver steps", "train/solver_iterations", "0.0"), ("residual", "train/solver_residual", "0.000"),
    ];

    /// <summary>All of them.</summary>
    public static IEnumerable<Study> All => ((IEnumerable<ComparisonPlan>)[StepLength(1), StepLength(80), CartPole, Pendulum]).Select(plan => new ComparisonStudy(plan));

    private static ComparisonPlan StepLength(int m)
    {
        string updates = $"{m}";
        return new($"zheng2021/step-length-m{m}", $"Does STAC beat AC on CartPole, or only step further (m = {m})?", "Zheng et al. 2021, figure 3(a)", "CartPole-v0")
        {
            Preset = "as-published",
            Question = "As published, STAC's correction is a multiple of the plain gradient. AC and STAC over the same actor's step lengths, and STAC's "
                + "total derivative by proposition 1 beside the plain direction of the same length.",
            Steps = (20_000, 800_000),
            Seeds = (2, 20),
            Episodes = (1, 2),
            Metric = "train/return",
            Columns = Columns,
            Lines =
            [
                Line("ac", "0.05"), Line("ac", "0.1"), Line("ac", "0.2"), Line("ac", "0.4"), Line("ac", "0.8"), Line("ac", "1.6"),
                Line("stac", "0.05"), Line("stac", "0.1"), Line("stac", "0.2"), Line("stac", "0.4"),
                new("proposition-1", "STAC, proposition 1, 0.1", "stac", [("critic_updates", updates), .. Form("start-value")]),
                new("proposition-1-length", "AC, length of proposition 1, 0.1", "stac", [("critic_updates", updates), .. Form("start-value"), ("length_only", "true")]),
            ],
            Claims =
            [
                new("STAC learns at least as well as AC.", "stac-0.1", "ac-0.1", ClaimKind.NotWorse),
                new("", "stac-0.1", "ac-0.2"),
                new("", "stac-0.2", "ac-0.4"),
                new("", "stac-0.4", "ac-0.4"),
                new("", "ac-0.8", "stac-0.4"),
                new("", "ac-1.6", "stac-0.4"),
                new("", "proposition-1", "ac-0.1"),
                new("", "proposition-1", "proposition-1-length"),
            ],
        };

        ComparisonLine Line(string method, string rate) => new(
            $"{method}-{rate}", $"{method.ToUpperInvariant()}, {rate}", method, ("critic_updates", updates), ("actor_learning_rate", rate));
    }

    private static ComparisonPlan CartPole => new(
        "zheng2021/ablations-cartpole", "What forms, iterations, damping and batch of the implicit part do to STAC", "Zheng et al. 2021, section 4.2, appendices D and E", "CartPole-v0")
    {
        Preset = "as-published",
        Question = "STAC with ten steps of the critic: every form of the game, k of conjugate gradient, damping, and how many episodes the implicit part is estimated from.",
        Steps = (12_000, 800_000),
        Seeds = (2, 10),
        Episodes = (1, 2),
        Metric = "train/return",
        Columns = Columns,
        Lines =
        [
            Line("ac", "AC", "ac"), Line("ac-discounted", "AC, discounted visits", "ac", ("discounted_visits", "true")),
            Line("k-10", "as published, k = 10"), Line("k-5", "as published, k = 5", "stac", ("solver_iterations", "5")),
            Line("k-1", "as published, k = 1", "stac", ("solver_iterations", "1")),
            .. Dampings.Select(x => Line($"damping-{x}", $"as published, damping {x}", "stac", ("damping", x))),
            Line("stop", "as published, stops at negative curvature", "stac", ("stop_at_negative_curvature", "true")),
            Line("start-value", "proposition 1, E[V(s_0)]", "stac", Form("start-value")),
            Line("one-step", "proposition 1, E[r + gamma V(s_1)]", "stac", Form("one-step")),
            Line("theorem-1", "theorem 1", "stac", [("critic", "q"), ("episode_form", "start-value"), ("curvature", "gauss-newton"), ("damping", "0.1")]),
            Line("share-0.25", "proposition 1, a quarter of the episodes", "stac", [.. Form("start-value"), ("implicit_share", "0.25")]),
            Line("share-0.05", "proposition 1, a twentieth of the episodes", "stac", [.. Form("start-value"), ("implicit_share", "0.05")]),
            Line("independent", "proposition 1, independent batches", "stac", [.. Form("start-value"), ("solver", "conjugate-gradient"), ("independent_batches", "true")]),
        ],
        Claims =
        [
            new("", "k-10", "ac"), new("k = 5 suffices: it learns as well as k = 10.", "k-5", "k-10", ClaimKind.NotWorse), new("", "damping-1", "k-10"), new("", "damping-500", "ac"), new("", "start-value", "ac"),
            new("", "one-step", "ac"), new("", "theorem-1", "ac"), new("", "ac-discounted", "ac"), new("", "one-step", "ac-discounted"), new("", "theorem-1", "ac-discounted"),
            new("", "share-0.05", "start-value"), new("", "independent", "start-value"),
        ],
        Notes = ["\"Suffices\" is held as non-inferiority; the columns tell whether the solutions differ."],
    };

    private static ComparisonPlan Pendulum => new(
        "zheng2021/ablations-pendulum", "What iterations, damping and unrolling do to STDDPG-AL on Pendulum", "Zheng et al. 2021, sections 4.3 and 4.5, appendix E", "Pendulum-v1")
    {
        Question = "STDDPG-AL by conjugate gradient beside DDPG in both orders, with as many steps of the critic, and over damping and k; the second chart is over wall time.",
        Steps = (1_500, 10_000),
        Rows = (3, 20),
        Seeds = (2, 10),
        Columns = Columns,
        Lines =
        [
            Off("ddpg", "DDPG, in turn", "ddpg", ("order", "in-turn")), Off("ddpg-simultaneous", "DDPG, at once", "ddpg"),
            Off("ddpg-2", "DDPG, two critic steps", "ddpg", ("critic_updates", "2")),
            Off("k-10", "AL, 500 decaying, k = 10"), Off("k-5", "AL, 500 decaying, k = 5", "stddpg-al", ("solver_iterations", "5")),
            .. Dampings.Prepend("0").Select(x => Off($"damping-{x}", $"AL, damping {x}", "stddpg-al", ("damping", x), ("damping_schedule", "constant"))),
            Off("unrolled-2", "AL, two critic steps", "stddpg-al", ("follower_steps", "2")),
            Off("independent", "AL, damping 1, independent batches", "stddpg-al", ("damping", "1"), ("damping_schedule", "constant"), ("independent_batches", "true")),
        ],
        Claims =
        [
            new("STDDPG-AL is at least as good as DDPG.", "k-10", "ddpg", ClaimKind.NotWorse), new("", "k-10", "ddpg-simultaneous"), new("k = 5 suffices: it learns as well as k = 10.", "k-5", "k-10", ClaimKind.NotWorse),
            new("", "damping-1", "ddpg-simultaneous"), new("", "damping-500", "ddpg-simultaneous"), new("", "unrolled-2", "ddpg-2"), new("", "independent", "damping-1"),
        ],
    };

    private static (string, string)[] Form(string form) => [("episode_form", form), ("curvature", "gauss-newton"), ("solver", "sample-space"), ("damping", "0.1")];

    private static ComparisonLine Line(string label, string legend, string method = "stac", params (string, string)[] changes) =>
        new(label, legend, method, [("critic_updates", "10"), .. changes]);

    private static ComparisonLine Off(string label, string legend, string method = "stddpg-al", params (string, string)[] changes) => new(
        label, legend, method,
        [
            ("next_action", "current-policy"), ("order", "simultaneous"), ("solver", "conjugate-gradient"), ("curvature", "hessian"), ("damping", "500"),
            ("damping_schedule", "exponential"), ("damping_decay_steps", "1e5"), ("implicit_bound", "0"), ("stop_at_negative_curvature", "false"), .. changes,
        ]);
}
