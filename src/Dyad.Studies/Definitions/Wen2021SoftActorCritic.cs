using Dyad.Studies.Comparisons;

namespace Dyad.Studies.Definitions;

/// <summary>The continuous-control experiments of Wen et al. 2021: figure 3, figures 5 and 6 of appendix D.2.2, and a study of ours on Reacher.</summary>
internal static class Wen2021SoftActorCritic
{
    private const string Preset = "wen2021";

    // An update is one iteration of the paper's horizontal axes.
    private const string Iterations = "environment steps (an iteration of the paper has ten)";

    private static readonly (string Name, string Value)[] Early = [("random_steps", "200"), ("update_after", "200")];

    private static readonly string[] Clips = ["1", "2", "4", "6", "10"];

    private static readonly (string Heading, string Metric, string Format)[] Columns =
    [
        ("clipped", "train/residual_clipped", "0.000"), ("share", "train/residual_share", "0.00"), ("cosine", "train/residual_cosine", "0.00"),
        ("mean |delta|", "train/td_error_mean", "0.00"), ("largest |delta|", "train/td_error_max", "0.0"),
    ];

    /// <summary>All of them.</summary>
    public static IEnumerable<Study> All =>
        ((IEnumerable<ComparisonPlan>)
        [
            Figure3("pendulum", "Pendulum-v1", 50_000, seeds: 10), Figure3("reacher", "Reacher-v4", 200_000, seeds: 5),
            Figure3("halfcheetah", "HalfCheetah-v4", 1_000_000, seeds: 3), Figure5, Figure6,
            Choices, ReacherStability,
        ]).Select(plan => new ComparisonStudy(plan));

    private static ComparisonPlan Figure3(string task, string environment, long steps, int seeds) => new(
        $"wen2021/fig3-{task}", $"SAC, Stack-SAC and Res-SAC on {environment}", "Wen et al. 2021, figure 3 and table 3", environment)
    {
        Preset = Preset,
        Question = "Does an actor that follows q + w learn from fewer samples? x and y of Algo-x-y are the steps of critic and res-critic for one of "
            + "the actor; an update every ten environment steps.",
        Steps = (2_000, steps),
        Rows = (4, 100),
        Seeds = (2, seeds),
        Episodes = (2, 10),
        QuickChanges = Early,
        XTitle = Iterations,
        Columns = Columns,
        Lines =
        [
            new("sac-1-0", "SAC-1-0", "sac", ("critic_updates", "1")),
            new("sac-10-0", "SAC-10-0", "sac", ("critic_updates", "10")),
            new("stack-sac-1-0", "Stack-SAC-1-0", "stack-sac", ("critic_updates", "1")),
            new("stack-sac-10-0", "Stack-SAC-10-0", "stack-sac", ("critic_updates", "10")),
            Res("res-sac-10-10", "Res-SAC-10-10"),
            new("sac-twins", "SAC-10-0, twin critics", "sac", ("critic_updates", "10"), ("twin_critics", "true")),
            Res("res-sac-twins", "Res-SAC-10-10, twin critics", ("twin_critics", "true")),
        ],
        Claims =
        [
            new("Res-SAC is consistently more sample-efficient than SAC with as many critic steps.", "res-sac-10-10", "sac-10-0"),
            new("SAC-10-0 consistently outperforms SAC-1-0.", "sac-10-0", "sac-1-0"),
            new("", "res-sac-10-10", "sac-1-0"),
            new("", "res-sac-twins", "sac-twins"),
            new("Stack-SAC performs comparably to SAC, one critic step.", "stack-sac-1-0", "sac-1-0", ClaimKind.Comparable),
            new("Stack-SAC performs comparably to SAC, ten critic steps.", "stack-sac-10-0", "sac-10-0", ClaimKind.Comparable),
        ],
        Notes =
        [
            "The paper gives neither the horizon nor y; it names Stack-SAC without a schedule, so both are there. -v4 tasks have the rewards of the paper's, Pendulum-v1 those of -v0. One critic, as the losses are printed; appendix D.2.1 also says \"as in SAC\" of 2018, which has two: lines of their own. Alpha starts at 0.2, and w at zero (other starts: wen2021/fig3-choices). The res-critic's reward without the entropy term, c by task, as printed.",
            "Stack-SAC's direct term is SAC's gradient over the replay, not the (1 - gamma) mu_0 term of (43), so with the implicit part the actor's gradient counts about twice. Conjugate gradient with k = 10 on the exact Hessian of the critic's cost, damping 1, which is the paper's eta of 0.5 for a cost without a factor 1/2.",
        ],
    };

    // What figure 3 leaves open beside the number of critics.
    private static ComparisonPlan Choices => new(
        "wen2021/fig3-choices", "What figure 3 leaves open: starts of alpha and w, y, Stack-SAC's direct term", "Wen et al. 2021, figure 3, algorithm 5, eq. 43", "Pendulum-v1")
    {
        Preset = Preset,
        Question = "Do the orders of figure 3 hang on a choice that the paper does not state? Alpha from 1 instead of 0.2, a res-critic that starts random, one step of it instead of ten, "
            + "and Stack-SAC with the direct term of (43), over start states and times 1 - gamma, instead of the replay's.",
        Steps = (2_000, 50_000),
        Rows = (4, 100),
        Seeds = (2, 10),
        Episodes = (2, 10),
        QuickChanges = Early,
        XTitle = Iterations,
        Columns = [("cosine of implicit and direct", "train/implicit_cosine", "0.00"), ("implicit", "train/implicit_norm", "0.000"), ("direct", "train/direct_norm", "0.000"), .. Columns],
        Lines =
        [
            new("sac", "SAC-10-0", "sac", ("critic_updates", "10")),
            Res("res-sac", "Res-SAC-10-10"),
            new("sac-alpha-1", "SAC-10-0, alpha from 1", "sac", ("critic_updates", "10"), ("entropy_weight", "1")),
            Res("res-sac-alpha-1", "Res-SAC-10-10, alpha from 1", ("entropy_weight", "1")),
            Res("res-sac-random", "Res-SAC-10-10, w starts random", ("residual_start", "random")),
            Res("res-sac-10-1", "Res-SAC-10-1", ("residual_updates", "1")),
            new("stack-sac", "Stack-SAC-10-0", "stack-sac", ("critic_updates", "10")),
            new("stack-sac-start", "Stack-SAC-10-0, start states", "stack-sac", ("critic_updates", "10"), ("leader_states", "start")),
        ],
        Claims =
        [
            new("", "res-sac", "sac"), new("", "res-sac-alpha-1", "sac-alpha-1"), new("", "res-sac-random", "sac"), new("", "res-sac-random", "res-sac"),
            new("", "res-sac-10-1", "res-sac"), new("", "stack-sac", "sac"), new("", "stack-sac-start", "sac"), new("", "stack-sac-start", "stack-sac"),
        ],
    };

    private static ComparisonPlan Figure5 => new(
        "wen2021/fig5", "How sensitive is Res-SAC to its clip?", "Wen et al. 2021, figure 5, appendix D.2.2", "HalfCheetah-v4")
    {
        Preset = Preset,
        Question = "Res-SAC-10-10 on HalfCheetah with the reward of the res-critic clipped to c, without a clip, and with one that follows the 0.99 quantile of |delta|.",
        Steps = (2_000, 300_000),
        Rows = (4, 60),
        Seeds = (1, 3),
        Episodes = (1, 5),
        QuickChanges = Early,
        XTitle = Iterations,
        Columns = [("c", "train/residual_clip", "0.0"), .. Columns],
        Lines =
        [
            new("sac-10-0", "SAC-10-0", "sac", ("critic_updates", "10")),
            .. Clips.Select(c => Res($"clip-{c}", $"c = {c}", ("residual_clip", c))),
            Res("no-clip", "no clip", ("residual_clip_rule", "none")),
            Res("adaptive", "adaptive", ("residual_clip_rule", "adaptive")),
            Res("entropy", "c = 6, entropy in delta", ("residual_clip", "6"), ("residual_reward", "correct")),
        ],
        Claims =
        [
            new("Without clipping training is highly unstable: it learns less than with c = 6.", "clip-6", "no-clip"),
            new("c = 6 does better than c = 1.", "clip-6", "clip-1"),
            new("c = 6 does better than c = 10.", "clip-6", "clip-10"),
            new("", "adaptive", "clip-6"), new("", "entropy", "clip-6"), new("", "clip-6", "sac-10-0"),
        ],
    };

    private static ComparisonPlan Figure6 => new(
        "wen2021/fig6", "How large are SAC's TD errors?", "Wen et al. 2021, figure 6, appendix D.2.2", "HalfCheetah-v4")
    {
        Preset = Preset,
        Question = "The batch's mean and largest |delta| while SAC-1-0 and SAC-10-0 learn HalfCheetah: the paper's clip is the largest that occurs.",
        Steps = (2_000, 300_000),
        Rows = (4, 100),
        Seeds = (1, 3),
        Episodes = (1, 5),
        QuickChanges = Early,
        XTitle = Iterations,
        Charts = ["train/td_error_mean", "train/td_error_q90", "train/td_error_max"],
        LogCharts = ["train/td_error_mean", "train/td_error_q90", "train/td_error_max"],
        Columns = Columns[3..],
        Lines =
        [
            new("sac-1-0", "SAC-1-0", "sac", ("td_errors", "true")),
            new("sac-10-0", "SAC-10-0", "sac", ("td_errors", "true"), ("critic_updates", "10")),
        ],
        Claims = [new("", "sac-10-0", "sac-1-0")],
    };

    // Not in the paper: Res-SAC breaks down in our runs of its Reacher.
    private static ComparisonPlan ReacherStability => new(
        "wen2021/reacher-stability", "Why does Res-SAC break down on Reacher?", "Wen et al. 2021, figure 3, Reacher", "Reacher-v4")
    {
        Preset = Preset,
        Question = "Res-SAC-10-10 on Reacher as published, and with its clip, its reward, its schedule and the number of critics changed one at a time. "
            + "Returns are negative, so a critic above the entropy's worth has lost touch with them.",
        Steps = (2_000, 200_000),
        Rows = (4, 100),
        Seeds = (1, 5),
        Episodes = (1, 10),
        QuickChanges = Early,
        XTitle = Iterations,
        Charts = ["train/critic_value", "train/residual_value"],
        Columns = [("mean q", "train/critic_value", "0.0"), ("mean w", "train/residual_value", "0.0"), ("c", "train/residual_clip", "0.00"), .. Columns],
        Lines =
        [
            Res("published", "c = 1, as published", ("residual_clip", "1")),
            Res("clip-0.1", "c = 0.1", ("residual_clip", "0.1")),
            Res("clip-4", "c = 4", ("residual_clip", "4")),
            Res("adaptive", "adaptive clip", ("residual_clip_rule", "adaptive")),
            Res("entropy", "c = 1, entropy in delta", ("residual_clip", "1"), ("residual_reward", "correct")),
            Res("one-step", "c = 1, one step each", ("residual_clip", "1"), ("critic_updates", "1"), ("residual_updates", "1")),
            Res("twins", "c = 1, twin critics", ("residual_clip", "1"), ("twin_critics", "true")),
            Res("alpha-1", "c = 1, alpha from 1", ("residual_clip", "1"), ("entropy_weight", "1")),
            Res("twins-alpha-1", "c = 1, twin critics, alpha from 1", ("residual_clip", "1"), ("twin_critics", "true"), ("entropy_weight", "1")),
            Res("random", "c = 1, random start of w", ("residual_clip", "1"), ("residual_start", "random")),

            // Without a res-critic, hence not in all charts: last, so that the others keep their colours.
            new("sac-10-0", "SAC-10-0", "sac", ("critic_updates", "10")),
            new("sac-twins", "SAC-10-0, twin critics", "sac", ("critic_updates", "10"), ("twin_critics", "true")),
        ],
        Claims =
        [
            new("", "sac-10-0", "published"), new("", "clip-0.1", "published"), new("", "clip-4", "published"), new("", "adaptive", "published"),
            new("", "entropy", "published"), new("", "one-step", "published"), new("", "twins", "published"), new("", "alpha-1", "published"), new("", "twins-alpha-1", "twins"), new("", "random", "published"),
            new("", "twins", "sac-twins"),
            new("", "sac-twins", "sac-10-0"),
        ],
    };

    private static ComparisonLine Res(string label, string legend, params (string, string)[] changes) =>
        new(label, legend, "res-sac", [("critic_updates", "10"), ("residual_updates", "10"), .. changes]);
}
