using System.Text.Json.Nodes;
using Dyad.Algorithms.Tabular;
using Dyad.Studies.Results;

namespace Dyad.Studies.Definitions;

/// <summary>The gap on FourRoom, exactly, while tabular learners learn from samples.</summary>
internal sealed class GapFourRoom : Study
{
    // Res-AC with one step of the res-critic for one of the critic, and with the five of the paper's figure 2.
    private static readonly (string Label, string Method, int ResCriticSteps, string Legend)[] Learners =
    [
        ("actor-o", "actor-o", 0, "Actor_o-Critic"), ("actor-g", "actor-g", 0, "Actor_g-Critic"), ("stack-ac", "stack-ac", 0, "Stack-AC"),
        ("res-ac", "res-ac", 1, "Res-AC"), ("res-ac-5", "res-ac", 5, "Res-AC, 5 steps"),
    ];

    public override string Name => "gap/fourroom";

    public override string Title => "How far is each estimator from the policy gradient while its learner learns?";

    public override string Source => "Wen et al. 2021, sections 3 to 5, theorems 1 and 3";

    public override string Question =>
        "Each learner of the paper's figure 1 learns FourRoom from samples. At its policy and its critics of the moment, the expectation of each "
        + "estimator under the exact distributions is held against the exact policy gradient: cosine, and ratio of norms.";

    public override string SummaryMetric => "gap/actor_g_cosine";

    public override IReadOnlyList<string> Notes =>
    [
        FourRoomVariants.TaskNote,
        "Expectations are over the discounted occupancy, as in the paper's equations; the learners' own samples are undiscounted visits, whose cosine is gap/cosine of each run.",
        "Stackelberg: the semi-gradient (43) with the distribution of the samples held fixed, as every estimate from samples does; damping 0.5 is the paper's. Without damping it is Actor_g, and with the "
        + "distribution differentiated it is the policy gradient (theorem 3).",
    ];

    public override int DefaultSeeds(StudyScale scale) => scale == StudyScale.Quick ? 3 : 20;

    public override IReadOnlyList<Variant> Variants(StudyScale scale)
    {
        long steps = scale == StudyScale.Quick ? 150_000 : 500_000;
        return [.. Learners.Select(learner =>
        {
            Variant variant = FourRoomVariants.Sampled(
                learner.Method, steps, steps / 50, label: learner.Label, resCriticSteps: learner.ResCriticSteps);
            return variant with
            {
                Gap = new JsonObject { ["exact"] = true },
                Create = seed => new ExactGapRun(FourRoomVariants.Task, (ITabularActorCritic)variant.Create(seed)),
            };
        })];
    }

    public override Analysis Analyze(StudyRuns runs) => new(
        [
            Compare(
                runs, "The res-critic's correction brings Actor_g nearer to the policy gradient.", "res-ac", "res_ac", "actor_g",
                "q + w", "q alone, both at the points of Res-AC with one step of the res-critic for one of the critic"),
            Compare(
                runs, "The same with five steps of the res-critic, as in the paper's figure 2.", "res-ac-5", "res_ac", "actor_g",
                "q + w", "q alone, both at the points of that learner"),
            Compare(
                runs, "Actor_g, which weighs states by the policy's occupancy, is nearer to the policy gradient than Actor_o.", "actor-g", "actor_g", "actor_o",
                "Actor_g", "Actor_o, both at the points of Actor_g-Critic"),
            Compare(
                runs, "The Stackelberg gradient is nearer to the policy gradient than the objective's own gradient, Actor_o.", "stack-ac", "stack_half", "actor_o",
                "the Stackelberg gradient with the paper's damping", "Actor_o, both at the points of Stack-AC"),
        ],
        [.. from learner in Learners
            from kind in new[] { ("cosine", "Cosine with the policy gradient", "cosine"), ("ratio", "Length over that of the policy gradient", "ratio of norms") }
            select new LineChart(
                $"{learner.Label}-{kind.Item1}", $"{kind.Item2}, along {learner.Legend}", "environment steps", kind.Item3, LogY: kind.Item1 == "ratio",
                $"Mean and one sample standard deviation over {Wording.Seeds(runs.Of(learner.Label).Count)}.",
                [.. Of(learner.Method).Select(x => runs.Curve(learner.Label, $"gap/{x.Name}_{kind.Item1}", x.Legend))])],
        [
            new DataTable(
                "Mean over training", ["learner", "estimator", "cosine", "ratio of norms"],
                [.. from learner in Learners
                    from x in Of(learner.Method)
                    select new[]
                    {
                        learner.Legend, x.Legend, Wording.MeanWithInterval(Means(runs, learner.Label, $"{x.Name}_cosine")),
                        Wording.MeanWithInterval(Means(runs, learner.Label, $"{x.Name}_ratio")),
                    }]),
        ]);

    // A res-critic is only where it learns.
    private static IEnumerable<(string Name, string Legend)> Of(string method) =>
        ExactGapRun.Estimators.Where(x => x.Name != "res_ac" || method == "res-ac");

    private static double[] Means(StudyRuns runs, string learner, string metric) => runs.Values(learner, run => run.MeanOverRows($"gap/{metric}"));

    private static Finding Compare(StudyRuns runs, string claim, string learner, string better, string worse, string betterWords, string worseWords)
    {
        double[] b = Means(runs, learner, $"{better}_cosine"), w = Means(runs, learner, $"{worse}_cosine");
        double[] gains = [.. b.Zip(w, (x, y) => x - y)];
        Interval gain = Statistics.MeanInterval(gains);
        return new Finding(
            claim,
            $"Mean cosine with the policy gradient over training: {Wording.MeanWithInterval(b)} of {betterWords}, {Wording.MeanWithInterval(w)} of {worseWords}; "
            + $"paired difference {Wording.MeanWithInterval(gains)} ({Wording.Seeds(gains.Length)}).",
            gain.Low > 0 ? Verdict.Supported : gain.High < 0 ? Verdict.Contradicted : Verdict.Unclear);
    }
}
