using Dyad.Studies.Comparisons;
using Dyad.Training;

namespace Dyad.Studies.Definitions;

/// <summary>
/// Figure 3 of Zheng et al. 2021, panels a to l, and figure 1 of the workshop version, panels a to f: each a comparison with the
/// published options, and once more with the recommended ones (<c>-correct</c>).
/// </summary>
internal static class Zheng2021Figure3
{
    private const string Paper = "Zheng et al. 2021, figure 3";

    private static readonly (string Heading, string Metric, string Format)[] Columns =
    [
        ("cosine", "train/implicit_cosine", "0.00"), ("|implicit|", "train/implicit_norm", "0.000"), ("|direct|", "train/direct_norm", "0.000"),
        ("CG steps", "train/solver_iterations", "0.0"), ("lowest curvature", "train/lowest_curvature", "0.0000"),
    ];

    /// <summary>All panels.</summary>
    public static IEnumerable<Study> All =>
        from plan in (IEnumerable<ComparisonPlan>)
        [
            OnPolicy("zheng2021/fig3a", "CartPole-v0", Paper + "(a)", CartPole),
            OnPolicy("zheng2021/fig3b", "Reacher-v4", Paper + "(b)", Continuous),
            OnPolicy("zheng2021/fig3c", "Hopper-v4", Paper + "(c)", Continuous),
            OnPolicy("zheng2021/fig3d", "Walker2d-v4", Paper + "(d)", Continuous),
            OffPolicy("zheng2021/fig3e", "ddpg", "HalfCheetah-v4", Paper + "(e)"),
            OffPolicy("zheng2021/fig3f", "ddpg", "Swimmer-v4", Paper + "(f)"),
            OffPolicy("zheng2021/fig3g", "ddpg", "Hopper-v4", Paper + "(g)"),
            OffPolicy("zheng2021/fig3h", "ddpg", "Walker2d-v4", Paper + "(h)"),
            OffPolicy("zheng2021/fig3i", "sac", "HalfCheetah-v4", Paper + "(i)"),
            OffPolicy("zheng2021/fig3j", "sac", "Swimmer-v4", Paper + "(j)"),
            OffPolicy("zheng2021/fig3k", "sac", "Hopper-v4", Paper + "(k)"),
            OffPolicy("zheng2021/fig3l", "sac", "Walker2d-v4", Paper + "(l)"),
            Workshop("a", "CartPole-v0", CartPole, ("actor_learning_rate", "0.05")),
            Workshop("b", "CartPole-v0", CartPole),
            Workshop("c", "CartPole-v0", CartPole, ("critic_learning_rate", "0.001")),
            Workshop("d", "Reacher-v4", Continuous),
            Workshop("e", "Hopper-v4", Continuous),
            Workshop("f", "Walker2d-v4", Continuous),
        ]
        from study in plan.Name.Contains("w/", StringComparison.Ordinal) ? [plan] : (IEnumerable<ComparisonPlan>)[plan, Recommended(plan)]
        select new ComparisonStudy(study);

    private static (long Quick, long Paper) CartPole => (20_000, 800_000);

    private static (long Quick, long Paper) Continuous => (8_000, 2_000_000);

    private static ComparisonPlan OnPolicy(
        string name, string environment, string source, (long, long) steps, params (string, string)[] changes)
    {
        return new(name, $"AC and STAC on {environment}, one or 80 critic steps", source, environment)
        {
            Preset = "as-published",
            Question = "Does the leading actor learn faster, and do 80 steps of the critic for one of the actor help it? Measured by the mean "
                + "return of the training episodes, as in the paper.",
            Steps = steps,
            Rows = (5, 100),
            Seeds = (2, environment == "CartPole-v0" ? 20 : 10),
            Episodes = (1, 2),
            Metric = "train/return",
            Charts = ["eval/return"],
            Columns = Columns,
            Lines =
            [
                Line("ac", 1), Line("ac", 80), Line("stac", 1), Line("stac", 80),
            ],
            Claims =
            [
                new("STAC learns at least as well as AC, m = 80.", "stac-m80", "ac-m80"),
                new("STAC learns at least as well as AC, m = 1.", "stac-m1", "ac-m1"),
                new("STAC does best with many critic steps.", "stac-m80", "stac-m1"),
                .. environment == "CartPole-v0"
                    ? new ComparisonClaim[] { new("STAC with m = 1 does even better than AC with m = 80.", "stac-m1", "ac-m80") }
                    : [],
            ],
            Notes =
            [
                "The learning rates of the panels are lost; 0.1 (actor) and 0.01 (critic) are those of the authors' script. Damping 0 on CartPole and 500 elsewhere, as the paper says.",
                "An epoch has 4,000 steps and ends with an episode. As published, the implicit part is a multiple of the plain gradient: what it changes is the step length.",
            ],
        };

        ComparisonLine Line(string method, int m) => new(
            $"{method}-m{m}", $"{method.ToUpperInvariant()}, m = {m}", method, [("critic_updates", $"{m}"), .. changes]);
    }

    private static ComparisonPlan Recommended(ComparisonPlan plan) => plan with
    {
        Name = $"{plan.Name}-correct",
        Title = $"{plan.Title}, as we recommend",
        Preset = AgentPreset.Correct,
        Notes = [],
    };

    private static ComparisonPlan Workshop(string panel, string environment, (long, long) steps, params (string, string)[] changes)
    {
        ComparisonPlan plan = OnPolicy(
            $"zheng2021w/fig1{panel}", environment, $"Zheng et al. 2021, workshop version, figure 1({panel})", steps,
            [("last_hidden_width", "64"), .. changes]);
        return plan with
        {
            Notes =
            [
                .. plan.Notes,
                "Networks of 64 and 64 units. The titles of the panels, which name the learning rates, are lost: (a) halves the actor's, as a comment in the authors' script does; (c) takes a tenth of the critic's, which is a choice of ours.",
            ],
        };
    }

    private static ComparisonPlan OffPolicy(string name, string family, string environment, string source)
    {
        string plain = family.ToUpperInvariant();
        return new(name, $"{plain} and its leaders on {environment}", source, environment)
        {
            Preset = "as-published",
            Question = $"Do ST{plain}-AL and ST{plain}-CL learn better than {plain}? Evaluation by the mean action, ten episodes every 10,000 steps.",
            Steps = (1_500, 300_000),
            Rows = (3, 30),
            Seeds = (1, 10),
            QuickChanges = [("random_steps", "500"), ("update_after", "500")],
            Columns = Columns,
            Lines =
            [
                new(family, plain, family),
                new($"st{family}-al", $"ST{plain}-AL", $"st{family}-al"),
                new($"st{family}-cl", $"ST{plain}-CL", $"st{family}-cl"),
            ],
            Claims =
            [
                new($"ST{plain}-AL is at least as good as {plain}.", $"st{family}-al", family),
                new($"ST{plain}-CL is at least as good as {plain}.", $"st{family}-cl", family),
                new("The actor leading does better than the critic leading.", $"st{family}-al", $"st{family}-cl"),
            ],
            Notes =
            [
                "The plain method moves in turn (critic, then actor) and its leaders at once, as in the authors' code; for DDPG all three take the current policy in the target.",
            ],
        };
    }
}
