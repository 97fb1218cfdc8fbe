using System.Text.Json;
using Dyad.Studies;
using Dyad.Studies.Results;
using Dyad.Tests.Golden;

namespace Dyad.Tests.Unit.Studies;

/// <summary>Statistics over tasks against closed forms and enumerated resamples.</summary>
[Trait("Category", "unit")]
public sealed class TaskScoresTests
{
    [Fact]
    public void The_mean_over_tasks_has_the_t_interval_of_independent_means()
    {
        // Means 1 and 5, variances of the means 1 and 4: the mean of both has variance 5 / 4, and 25 / (1 + 16 / 4) = 5 degrees of freedom.
        double[] few = [0, 2], several = Spread(5, 5, 4);
        var scores = new TaskScores([few, several]);
        double half = 2.5705818366147395 * Math.Sqrt(5) / 2;
        Assert.Equal(3, scores.Mean, 1e-12);
        Assert.Equal(3 - half, scores.MeanInterval.Low, 1e-8);
        Assert.Equal(3 + half, scores.MeanInterval.High, 1e-8);
    }

    [Fact]
    public void The_interval_over_one_task_is_that_of_the_task()
    {
        double[] values = [1, 2, 3, 5, 8];
        Interval one = new TaskScores([values]).MeanInterval, plain = Statistics.MeanInterval(values);
        Assert.Equal(plain.Low, one.Low, 1e-12);
        Assert.Equal(plain.High, one.High, 1e-12);
    }

    [Fact]
    public void A_task_of_one_run_leaves_the_interval_open() =>
        Assert.Equal(double.PositiveInfinity, new TaskScores([[1.0, 2.0], [3.0]]).MeanInterval.High);

    [Theory]
    [InlineData(7, false)]
    [InlineData(8, true)]
    public void Fewer_than_eight_seeds_have_no_bootstrap_interval(int seeds, bool has)
    {
        double[] ten = [.. Enumerable.Range(0, 10).Select(i => (double)i)];
        var scores = new TaskScores([ten, ten[..seeds]]);
        Assert.Equal(has, scores.MedianInterval is not null);
        Assert.Equal(has, scores.InterquartileMeanInterval is not null);
        Assert.Equal(has, scores.OptimalityGapInterval() is not null);
        Assert.Equal(has, scores.PerformanceProfileIntervals([1]) is not null);
        Assert.Equal(has, new TaskScores([ten, ten]).ProbabilityOfImprovementInterval(scores) is not null);
        GroupSummary summary = GroupSummary.Of("a", "b", "eval/return", [.. Enumerable.Range(0, seeds)], ten[..seeds]);
        Assert.Equal(has, summary.InterquartileMean is not null);
        Assert.Equal(has, summary.InterquartileMeanInterval is not null);
        Assert.NotNull(summary.Interval);
    }

    [Fact]
    public void The_bootstrap_resamples_each_task_on_its_own()
    {
        // Two tasks of two runs, 0 or 1 and 100 or 101: sixteen resamples, all equally likely, whose means are 50 to 51 in steps of 1 / 4;
        // the extremes have probability 1 / 16 each, more than 0.025. Resampled together, means would lie between 0 and 101.
        Interval interval = StratifiedBootstrap.Interval([[0.0, 1.0], [100.0, 101.0]], runs => runs.Average(Statistics.Mean));
        Assert.Equal(new Interval(50, 51), interval);
    }

    [Fact]
    public void Percentiles_of_the_bootstrap_are_those_of_all_resamples()
    {
        // Five runs, one of them 1 and the rest 0: the count of ones among five draws is binomial(5, 1/5). P(0) = 0.328, and the 97.5th
        // percentile is 3, since P(<= 2) = 0.942 and P(<= 3) = 0.993.
        Assert.Equal(new Interval(0, 3), StratifiedBootstrap.Interval([[0.0, 0, 0, 0, 1]], runs => runs[0].Sum()));
    }

    [Fact]
    public void Improvement_of_a_method_over_itself_is_a_half_and_turns_around()
    {
        var a = new TaskScores([[1.0, 2, 3], [4.0, 4, 9]]);
        var b = new TaskScores([[2.0, 2], [0.0, 4]]);
        Assert.Equal(0.5, a.ProbabilityOfImprovement(a), 1e-15);
        // Task 1: 3 beats both, 2 ties both, 1 none: (2 + 1) / 6; task 2: each beats 0, two tie 4, 9 beats it: (3 + 1 + 1) / 6.
        Assert.Equal(((3.0 / 6) + (5.0 / 6)) / 2, a.ProbabilityOfImprovement(b), 1e-15);
        Assert.Equal(1, a.ProbabilityOfImprovement(b) + b.ProbabilityOfImprovement(a), 1e-15);
        Assert.Throws<ArgumentException>(() => a.ProbabilityOfImprovement(new TaskScores([[1.0]])));
    }

    [Fact]
    public void The_area_under_the_profile_is_the_mean_and_what_is_missing_is_the_gap()
    {
        // Scores between 0 and 1: the integral of P(score > tau) over tau is the mean, and 1 minus it the optimality gap.
        double[][] runs = [[0.125, 0.5, 0.875], [0.25, 0.25, 0.75]];
        var scores = new TaskScores(runs);
        double[] thresholds = [.. Enumerable.Range(0, 1000).Select(i => (i + 0.5) / 1000)];
        Assert.Equal(scores.Mean, scores.PerformanceProfile(thresholds).Average(), 1e-9);
        Assert.Equal(1 - scores.Mean, scores.OptimalityGap(), 1e-12);
        Assert.Equal(0, scores.PerformanceProfile([0.875])[0], 1e-15);
    }

    [Fact]
    public void Scores_are_of_a_random_policy_0_and_of_the_reference_1()
    {
        var scale = new ScoreScale(-1200, -150);
        Assert.Equal(0, scale.Score(-1200));
        Assert.Equal(1, scale.Score(-150));
        Assert.Equal(0.5, scale.Score(-675));
        Assert.Equal(475, ScoreScale.ReferenceOf("CartPole-v1"));
        Assert.Null(ScoreScale.ReferenceOf("Pendulum-v1"));
        Assert.InRange(ScoreScale.Find("CartPole-v1")!.Random, 15, 30);
    }

    // Traces of Gymnasium's own classes carry the threshold of its registry.
    [Theory]
    [MemberData(nameof(Traced))]
    public void References_are_those_of_the_registry(string file)
    {
        JsonElement trace = GoldenFiles.Read(file);
        JsonElement threshold = trace.GetProperty("reward_threshold");
        Assert.Equal(threshold.ValueKind == JsonValueKind.Null ? null : threshold.GetDouble(), ScoreScale.ReferenceOf(trace.GetProperty("env").GetString()!));
    }

    public static IReadOnlyList<TheoryDataRow<string>> Traced => GoldenFiles.Names("env");

    [Fact]
    public void Several_tasks_make_a_table_and_a_profile()
    {
        GroupSummary[] groups =
        [
            Group("a", "X", 10, 20), Group("a", "Y", 0, 200), Group("a", "Z", 1, 1),
            Group("b", "X", 5, 5), Group("b", "Y", 100, 100), Group("b", "Z", 1, 1),
            Group("c", "X", 1, 1),
        ];
        ScoreScale? Scale(string task) => task switch { "X" => new ScoreScale(0, 10), "Y" => new ScoreScale(0, 100), _ => null };
        (DataTable table, LineChart profile) = TaskSummary.Of(groups, Scale)!.Value;
        Assert.Contains("without Z", table.Title, StringComparison.Ordinal);
        Assert.Equal(["a", "b"], table.Rows.Select(row => row[0]));
        Assert.StartsWith("1.250 [", table.Rows[0][1], StringComparison.Ordinal);
        Assert.Equal("0.750 [0.750, 0.750]", table.Rows[1][1]);
        // Of a: (10, 20) beats (5, 5) always, (0, 200) beats (100, 100) in half of the pairs.
        Assert.Equal("0.250", table.Rows[1][^1]);
        Assert.DoesNotContain("IQM", table.Columns);
        Assert.Equal(2, profile.Series.Count);
        Assert.Null(profile.Series[0].Low);
        Assert.Null(TaskSummary.Of([.. groups.Where(group => group.Environment == "X")], Scale));
        Assert.Null(TaskSummary.Of(groups, _ => null));
        Assert.Null(TaskSummary.Of([.. groups.Select(group => group with { Metric = "eval/error" })], Scale));
    }

    private static GroupSummary Group(string label, string task, params double[] values) =>
        GroupSummary.Of(label, task, "eval/return", [.. Enumerable.Range(0, values.Length)], values);

    private static double[] Spread(double mean, int count, double varianceOverCount)
    {
        // Of equally spaced values the variance is h^2 n (n + 1) / 12.
        double step = Math.Sqrt(12 * varianceOverCount / (count + 1));
        return [.. Enumerable.Range(0, count).Select(i => mean + ((i - ((count - 1) / 2.0)) * step))];
    }
}
