using Dyad.Numerics;
using Dyad.Studies;
using Dyad.Studies.Definitions;
using Dyad.Studies.Definitions.Runs;
using Dyad.Studies.Results;
using Dyad.Tests.Unit.Algorithms;

namespace Dyad.Tests.Unit.Studies;

/// <summary>The one rule from intervals to verdicts, and what studies make of it where they have no interval.</summary>
[Trait("Category", "unit")]
public sealed class VerdictTests
{
    private const double Infinity = double.PositiveInfinity;

    [Theory]
    [InlineData(0.1, 0.3, Verdict.Supported)]
    [InlineData(-0.3, -0.1, Verdict.Contradicted)]
    [InlineData(-0.1, 0.3, Verdict.Unclear)]
    [InlineData(0, 0.3, Verdict.Unclear)]
    [InlineData(-0.3, 0, Verdict.Unclear)]
    [InlineData(-Infinity, Infinity, Verdict.Unclear)]
    [InlineData(double.NaN, double.NaN, Verdict.Unclear)]
    [InlineData(Infinity, Infinity, Verdict.Supported)]
    public void Better_is_an_interval_above_zero(double low, double high, Verdict verdict) =>
        Assert.Equal(verdict, Verdicts.Of(new Interval(low, high), Verdicts.Better));

    [Theory]
    [InlineData(-0.9, -0.5, Verdict.Supported)] // worse, but by less than the margin
    [InlineData(0.5, 3, Verdict.Supported)]
    [InlineData(-1.5, 3, Verdict.Unclear)]
    [InlineData(-3, -1.5, Verdict.Contradicted)]
    public void Not_worse_allows_less_by_the_margin(double low, double high, Verdict verdict) =>
        Assert.Equal(verdict, Verdicts.Of(new Interval(low, high), Verdicts.NotWorse(1)));

    [Theory]
    [InlineData(-0.9, 0.9, Verdict.Supported)]
    [InlineData(0.5, 1.1, Verdict.Unclear)]
    [InlineData(-2, 2, Verdict.Unclear)]
    [InlineData(1.1, 2, Verdict.Contradicted)]
    [InlineData(-2, -1.1, Verdict.Contradicted)]
    public void Comparable_is_an_interval_within_the_margin(double low, double high, Verdict verdict) =>
        Assert.Equal(verdict, Verdicts.Of(new Interval(low, high), Verdicts.Comparable(1)));

    [Theory]
    [InlineData(null)]
    [InlineData(0.0)]
    [InlineData(-1.0)]
    public void Without_a_positive_margin_there_is_no_verdict(double? margin)
    {
        Assert.Equal(Verdict.Unclear, Verdicts.Of(new Interval(1, 2), Verdicts.NotWorse(margin)));
        Assert.Equal(Verdict.Unclear, Verdicts.Of(new Interval(-1e-9, 1e-9), Verdicts.Comparable(margin)));
    }

    [Fact]
    public void The_margin_is_a_tenth_of_the_improvement_over_the_random_policy()
    {
        Assert.Equal(2, RandomPolicy.Margin(reference: 15, random: -5)!.Value, 1e-12);
        Assert.Null(RandomPolicy.Margin(reference: -5, random: -5));
        Assert.Null(RandomPolicy.Margin(reference: -6, random: -5));
    }

    [Fact]
    public void The_random_policy_is_played_on_the_task()
    {
        // A pole that is pushed at random falls after about 22 steps (gym's documentation), whose deviation is about 12.
        Assert.InRange(RandomPolicy.MeanReturn("CartPole-v1"), 18, 26);
        Assert.Equal(RandomPolicy.MeanReturn("Pendulum-v1"), RandomPolicy.MeanReturn("Pendulum-v1"));
    }

    [Fact]
    public void The_random_policy_of_FourRoom_is_the_one_that_learners_start_from() => Assert.Equal(
        Recorder.Of(StudyCatalog.Find("wen2021/fig1").Variants(StudyScale.Quick)[0].Create(0))["eval/return"], FourRoomVariants.RandomReturn(), 1e-12);

    // p values of 0.012 and 0.03 alone: the first passes 0.05 / 2, then the second passes 0.05. With a third of 0.5 the limits are
    // 0.05 / 3 and 0.05 / 2, and the second does not pass.
    [Fact]
    public void Holm_tests_the_surest_first_and_stops_where_there_is_no_verdict()
    {
        StudentEstimate first = OfPValue(0.012), second = OfPValue(0.03), third = OfPValue(0.5);
        Assert.Equal([true, true], Decided(second, first));
        Assert.Equal([false, true, false], Decided(second, first, third));

        // Alone at 0.04 each passes; two such together do not.
        Assert.Equal([true], Decided(OfPValue(0.04)));
        Assert.Equal([false, false], Decided(OfPValue(0.04), OfPValue(0.045)));
    }

    [Fact]
    public void Holm_counts_only_claims_that_can_be_held()
    {
        StudentEstimate one = OfPValue(0.04);
        IReadOnlyList<Interval> intervals = Verdicts.Holm([(one, Verdicts.Better), (OfPValue(0.001), null)]);
        Assert.Equal(Verdict.Supported, Verdicts.Of(intervals[0], Verdicts.Better));
    }

    [Fact]
    public void Holm_keeps_the_chance_of_any_wrong_verdict_at_five_percent()
    {
        var random = new RandomStream(11);
        const int Families = 2000;
        int wrong = 0;
        for (int family = 0; family < Families; family++)
        {
            StudentEstimate Null() => StudentEstimate.Mean([.. Enumerable.Range(0, 6).Select(_ => random.Normal())]);
            (StudentEstimate, Interval?)[] claims = [.. Enumerable.Range(0, 5).Select(_ => (Null(), (Interval?)Verdicts.Better))];
            wrong += Verdicts.Holm(claims).Any(x => Verdicts.Of(x, Verdicts.Better) != Verdict.Unclear) ? 1 : 0;
        }

        // Four standard errors of a share of 0.05.
        Assert.InRange(wrong / (double)Families, 0.05 - 0.0195, 0.05 + 0.0195);
    }

    [Fact]
    public void The_p_value_is_that_of_the_widest_interval_that_leaves_the_number_out()
    {
        StudentEstimate estimate = StudentEstimate.Difference([1, 2, 4], [0, 3, 3.5, 5]);
        double p = estimate.PValue(-1);
        Assert.Equal(-1, estimate.Interval(1 - p).Low, 1e-9);
        Assert.Equal(1, StudentEstimate.Mean([3]).PValue(0));
    }

    [Theory]
    [InlineData(Verdict.Supported, Verdict.Supported, Verdict.Supported)]
    [InlineData(Verdict.Contradicted, Verdict.Contradicted, Verdict.Contradicted)]
    [InlineData(Verdict.Contradicted, Verdict.Supported, Verdict.Depends)]
    [InlineData(Verdict.Contradicted, Verdict.Unclear, Verdict.Unclear)]
    [InlineData(Verdict.Unclear, Verdict.Supported, Verdict.Unclear)]
    public void A_verdict_says_what_it_depends_on(Verdict first, Verdict second, Verdict verdict)
    {
        Finding finding = Choice.Over("It is.", "the weather", [new("Rain", "Wet.", first), new("Sun", "Dry.", second)]);
        Assert.Equal(verdict, finding.Verdict);
        Assert.Equal(verdict == Verdict.Depends, finding.Measured.StartsWith("It depends on the weather. Rain: contradicted. Wet. Sun: ", StringComparison.Ordinal));
        Assert.Contains("Dry.", finding.Measured, StringComparison.Ordinal);
    }

    [Fact]
    public void The_best_of_four_is_better_than_each_of_the_others()
    {
        Assert.Equal(Verdict.Supported, Best(actorO: 0.5, residual: 0.7));
        Assert.Equal(Verdict.Contradicted, Best(actorO: 0.9, residual: 0.7));
        Assert.Equal(Verdict.Unclear, Best(actorO: 0.7, residual: 0.7));

        Verdict Best(double actorO, double residual) => Analyze("wen2021/fig1", 4, label =>
            label.StartsWith("actor-o", StringComparison.Ordinal) ? actorO : label.StartsWith("res-ac", StringComparison.Ordinal) ? residual : 0.3).Findings[0].Verdict;
    }

    [Fact]
    public void What_holds_from_one_first_critic_and_not_from_another_depends_on_it() => Assert.Equal(
        Verdict.Depends,
        Analyze("wen2021/fig1", 4, label => label == "res-ac" ? 0.2 : label.StartsWith("res-ac", StringComparison.Ordinal) ? 0.9 : 0.5).Findings[0].Verdict);

    [Fact]
    public void One_seed_gives_no_verdict_on_FourRoom()
    {
        foreach (string study in new[] { "gap/fourroom", "wen2021/fig1", "wen2021/fig1-sensitivity", "wen2021/fig2" })
        {
            Assert.All(Analyze(study, 1, _ => 0.3).Findings, finding => Assert.Contains(finding.Verdict, new[] { Verdict.Unclear, Verdict.New }));
        }
    }

    [Fact]
    public void An_Actor_g_that_never_arrives_is_the_strongest_support_for_its_delay()
    {
        Assert.Equal(Verdict.Supported, Delay(actorG: 0.1));
        Assert.Equal(Verdict.Contradicted, Delay(actorG: 0.9));
    }

    [Fact]
    public void The_delay_is_the_difference_of_the_steps_at_which_the_means_arrive()
    {
        IReadOnlyList<FinishedRun> early = Climbing(100, 110), late = Climbing(300, 310), never = Climbing(2000, 2000);
        Assert.Equal(new Interval(190, 210), LearningDelay.Interval(late, early, "x", 1));
        Assert.Equal(new Interval(-210, -190), LearningDelay.Interval(early, late, "x", 1));
        Assert.Equal(new Interval(Infinity, Infinity), LearningDelay.Interval(never, early, "x", 1));
        Assert.Equal(new Interval(-Infinity, -Infinity), LearningDelay.Interval(early, never, "x", 1));
        Assert.Equal(new Interval(-Infinity, Infinity), LearningDelay.Interval(never, never, "x", 1));
        Assert.Equal(new Interval(-Infinity, Infinity), LearningDelay.Interval(late, [early[0]], "x", 1));
        Assert.Equal(110, LearningDelay.StepsTo(early, "x", 1));
        Assert.Null(LearningDelay.StepsTo(never, "x", 1));
    }

    private static Verdict Delay(double actorG) => Analyze("wen2021/fig1", 3, label => label.StartsWith("actor-g", StringComparison.Ordinal) && !label.Contains("fast", StringComparison.Ordinal) ? actorG : 0.7)
        .Findings.First(finding => finding.Claim.StartsWith("Actor_g-Critic needs over", StringComparison.Ordinal)).Verdict;

    // Every metric of every row has one value a label, but for res-critics, which are better, and a little noise of the seed.
    private static Analysis Analyze(string name, int seeds, Func<string, double> value)
    {
        Study study = StudyCatalog.Find(name);
        string[] metrics =
        [
            "eval/return", "gap/cosine", "eval/critic_return", "eval/corrected_return", "eval/critic_error", "eval/corrected_error",
            .. from x in ExactGapRun.Estimators from kind in new[] { "cosine", "ratio" } select $"gap/{x.Name}_{kind}",
        ];
        double[] steps = [0, 250_000, 500_000];
        return study.Analyze(new StudyRuns(StudyScale.Paper, [.. from variant in study.Variants(StudyScale.Paper)
                                                                 from seed in Enumerable.Range(0, variant.IsDeterministic ? 1 : seeds)
                                                                 select new FinishedRun(variant, seed, Columns(variant, seed))]));

        Dictionary<string, double[]> Columns(Variant variant, int seed) => new(metrics.Select(metric => KeyValuePair.Create(
            metric, steps.Select(_ => value(variant.Label) + (metric.Contains("corrected", StringComparison.Ordinal) ? 0.1 : 0) + (0.001 * seed)).ToArray())))
        {
            ["step"] = steps,
        };
    }

    // Two seeds, of 1 from a step on and of 0 before; the target 1 is the mean's when both have arrived.
    private static IReadOnlyList<FinishedRun> Climbing(params int[] arrivals)
    {
        Variant variant = StudyCatalog.Find("wen2021/fig2").Variants(StudyScale.Quick)[0];
        double[] steps = [.. Enumerable.Range(0, 101).Select(i => 10.0 * i)];
        return [.. arrivals.Select((arrival, seed) => new FinishedRun(
            variant, seed, new Dictionary<string, double[]> { ["step"] = steps, ["x"] = [.. steps.Select(step => step >= arrival ? 1.0 : 0)] }))];
    }

    // An estimate of 1 with ten degrees of freedom whose two-sided p value against 0 is given.
    private static StudentEstimate OfPValue(double p)
    {
        double low = 1e-6, high = 1e6;
        for (int i = 0; i < 200; i++)
        {
            double middle = Math.Sqrt(low * high);
            (low, high) = new StudentEstimate(1, middle, 10).PValue(0) < p ? (middle, high) : (low, middle);
        }

        return new StudentEstimate(1, low, 10);
    }

    private static bool[] Decided(params StudentEstimate[] estimates) =>
        [.. Verdicts.Holm([.. estimates.Select(x => (x, (Interval?)Verdicts.Better))]).Select(x => Verdicts.Of(x, Verdicts.Better) == Verdict.Supported)];
}
