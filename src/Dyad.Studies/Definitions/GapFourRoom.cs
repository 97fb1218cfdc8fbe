using System.Text.Json.Nodes;
using Dyad.Algorithms.Tabular;
using Dyad.Studies.Definitions.Runs;
using Dyad.Studies.Results;

namespace Dyad.Studies.Definitions;

/// <summary>The gap on FourRoom, exactly, while tabular learners learn from samples.</summary>
internal sealed class GapFourRoom : Study
{
    // Res-AC with one step of the res-critic for one of the critic, and with the five of the paper's figure 2.
    private static readonly FourRoomLine ResAC5 = new("res-ac-5", "Res-AC, 5 steps", "res-ac", ("res_critic_steps", "5"));

    private static readonly FourRoomLine[] Learners = [.. FourRoomLine.Four, ResAC5];

    private static readonly Claim[] Claims =
    [
        new("The res-critic's correction brings Actor_g nearer to the policy gradient.", FourRoomLine.ResAC, "res_ac", "actor_g"),
        new("The same with five steps of the res-critic, as in the paper's figure 2.", ResAC5, "res_ac", "actor_g"),
        new("Actor_g, which weighs states by the policy's occupancy, is nearer to the policy gradient than Actor_o.", FourRoomLine.ActorG, "actor_g", "actor_o"),
        new("The Stackelberg gradient (43) with the paper's damping is nearer to the policy gradient than the objective's own gradient, Actor_o.", FourRoomLine.StackAC, "stack_half", "actor_o"),
        new("The same of the update that Stack-AC makes, whose factors differ from (43).", FourRoomLine.StackAC, "stack_own", "actor_o"),
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
        FirstCritic.Note,
        "Expectations are over the discounted occupancy, as in the paper's equations; the learners' own samples are undiscounted visits, whose cosine is gap/cosine of each run.",
        $"Verdicts are Holm-corrected over {Claims.Length} claims from each first critic.",
        "Stack-AC's own update has the direct term without the factor 1 - gamma and the critic's loss without 1/2, as algorithm 3 prints them.",
        "Stackelberg: the semi-gradient (43) with the distribution of the samples held fixed, as every estimate from samples does; damping 0.5 is the paper's. Without damping it is Actor_g, and with the "
        + "distribution differentiated it is the policy gradient (theorem 3).",
    ];

    public override int DefaultSeeds(StudyScale scale) => scale == StudyScale.Quick ? 3 : 20;

    public override IReadOnlyList<Variant> Variants(StudyScale scale)
    {
        long steps = scale == StudyScale.Quick ? 150_000 : 500_000;
        return [.. from start in FirstCritic.Deviations(scale)
                   from learner in Learners
                   let variant = learner.From(start, steps, steps / 50)
                   select variant with
                   {
                       Gap = new JsonObject { ["exact"] = true },
                       Create = seed => new ExactGapRun(FourRoomVariants.Task, (ITabularLearner)variant.Create(seed)),
                   }];
    }

    public override Analysis Analyze(StudyRuns runs)
    {
        double[] starts = FirstCritic.Deviations(runs.Scale);
        string seeds = Wording.Seeds(runs.Of(Learners[0].LabelFrom(starts[0])).Count);
        return new Analysis(
            [.. Compare(runs, starts)],
            [.. from start in starts
                from learner in Learners
                select new LineChart(
                    $"{learner.Name}{FirstCritic.IdSuffix(start)}",
                    $"Cosine with the policy gradient, along {learner.Legend}, first critic {FirstCritic.Words(start)}", "environment steps", "cosine", LogY: false,
                    $"Mean and one sample standard deviation over {seeds}.",
                    [.. Of(learner).Select(x => runs.Curve(learner.LabelFrom(start), $"gap/{x.Name}_cosine", x.Legend))])],
            [
                new DataTable(
                    $"Mean over training ({seeds})", ["first critic", "learner", "estimator", "cosine", "ratio of norms"],
                    [.. from start in starts
                        from learner in Learners
                        from x in Of(learner)
                        select new[]
                        {
                            FirstCritic.Words(start), learner.Legend, x.Legend, Wording.MeanWithInterval(Means(runs, learner, start, $"{x.Name}_cosine")),
                            Wording.MeanWithInterval(Means(runs, learner, start, $"{x.Name}_ratio")),
                        }]),
            ]);
    }

    // A res-critic is only where it learns.
    private static IEnumerable<(string Name, string Legend)> Of(FourRoomLine learner) =>
        ExactGapRun.Estimators.Where(x => x.Name != "res_ac" || learner.Method == "res-ac");

    private static double[] Means(StudyRuns runs, FourRoomLine learner, double start, string metric) =>
        runs.Values(learner.LabelFrom(start), run => run.MeanOverRows($"gap/{metric}"));

    private static IEnumerable<Finding> Compare(StudyRuns runs, double[] starts)
    {
        (Claim Claim, double Start, double[] Gains)[] family =
            [.. from claim in Claims
                from start in starts
                select (claim, start, Cosines(claim, claim.Better, start).Zip(Cosines(claim, claim.Worse, start), (a, b) => a - b).ToArray())];
        IReadOnlyList<Interval> corrected = Verdicts.Holm([.. family.Select(x => (StudentEstimate.Mean(x.Gains), (Interval?)Verdicts.Better))]);
        return from claim in Claims
               select Choice.Over(claim.Text, FirstCritic.Choice, [.. family.Zip(corrected).Where(x => x.First.Claim == claim).Select(x => new Choice(
                   FirstCritic.From(x.First.Start),
                   $"Mean cosine with the policy gradient at the points of {claim.Learner.Legend}: {Wording.MeanWithInterval(Cosines(claim, claim.Better, x.First.Start))} "
                   + $"of {Legend(claim.Better)}, {Wording.MeanWithInterval(Cosines(claim, claim.Worse, x.First.Start))} of {Legend(claim.Worse)}; paired difference "
                   + $"{Wording.MeanWithInterval(x.First.Gains)}.",
                   Verdicts.Of(x.Second, Verdicts.Better)))]);

        double[] Cosines(Claim claim, string estimator, double start) => Means(runs, claim.Learner, start, $"{estimator}_cosine");
    }

    private static string Legend(string estimator) => ExactGapRun.Estimators.Single(x => x.Name == estimator).Legend;

    private sealed record Claim(string Text, FourRoomLine Learner, string Better, string Worse);
}
