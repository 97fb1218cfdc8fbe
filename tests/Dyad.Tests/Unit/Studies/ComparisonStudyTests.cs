using Dyad.Studies;
using Dyad.Studies.Comparisons;
using Dyad.Studies.Results;
using Dyad.Training;

namespace Dyad.Tests.Unit.Studies;

/// <summary>What a comparison says of runs whose numbers are known.</summary>
[Trait("Category", "unit")]
public sealed class ComparisonStudyTests
{
    // "fast" climbs from 0 to 10 in ten rows of a second; "slow" is 20 higher at each row, and each row takes two seconds.
    private static readonly Comparison Study = new(new ComparisonPlan
    {
        Lines = [new("fast", "Fast"), new("slow", "Slow"), new("noisy", "Noisy")],
        Claims =
        [
            new("Slow is better.", "slow", "fast"), new("Fast is better.", "fast", "slow"), new("Noisy is better.", "noisy", "fast"),
            new("", "slow", "fast"),
        ],
    });

    // Pendulum's random policy has a return of about -1,200: the margin is about 120, and "slow", ahead by 20, is no more than level.
    private static readonly Comparison Margins = new(Study.Plan with
    {
        Claims =
        [
            new("Slow is at least as good.", "slow", "fast", ClaimKind.NotWorse), new("Fast is at least as good.", "fast", "slow", ClaimKind.NotWorse),
            new("They are comparable.", "slow", "fast", ClaimKind.Equivalent), new("Fast is better.", "fast", "slow"),
        ],
    });

    [Theory]
    [InlineData(1, new[] { Verdict.Unclear, Verdict.Unclear, Verdict.Unclear, Verdict.New })]
    [InlineData(4, new[] { Verdict.Supported, Verdict.Contradicted, Verdict.Unclear, Verdict.New })]
    public void A_claim_holds_where_the_interval_of_the_difference_leaves_out_zero(int seeds, Verdict[] verdicts) =>
        Assert.Equal(verdicts, Study.Analyze(Runs(seeds)).Findings.Select(finding => finding.Verdict));

    [Theory]
    [InlineData(1, new[] { Verdict.Unclear, Verdict.Unclear, Verdict.Unclear, Verdict.Unclear })]
    [InlineData(4, new[] { Verdict.Supported, Verdict.Supported, Verdict.Supported, Verdict.Contradicted })]
    public void At_least_as_good_and_comparable_have_a_margin(int seeds, Verdict[] verdicts)
    {
        IReadOnlyList<Finding> findings = Margins.Analyze(Runs(seeds)).Findings;
        Assert.Equal(verdicts, findings.Select(finding => finding.Verdict));
        Assert.Contains("improvement over the random policy's -1", findings[1].Measured, StringComparison.Ordinal);
        Assert.Contains(
            seeds == 1 ? "Superiority: unclear." : "Superiority: contradicted.", findings[1].Measured, StringComparison.Ordinal);
        Assert.Contains("Holm-corrected", string.Concat(Margins.Notes("", [])), StringComparison.Ordinal);
    }

    [Fact]
    public void A_counter_stands_in_the_table_as_it_ends()
    {
        var counted = new Comparison(Study.Plan with { Columns = [new("rows", "step", "0", IsCounter: true)] });
        DataTable table = Assert.Single(counted.Analyze(Runs(4)).Tables);
        Assert.Equal("rows", table.Columns[^1]);
        Assert.All(table.Rows, row => Assert.Equal(Wording(Runs(4)), row[^1]));

        static string Wording(StudyRuns runs) => runs.Runs[0].Final("step").ToString("#,0", null);
    }

    [Fact]
    public void Below_the_random_policy_nothing_is_as_good()
    {
        // The same runs 2,000 lower.
        StudyRuns runs = new(StudyScale.Paper, [.. Runs(4).Runs.Select(run => run with
        {
            Metrics = run.Metrics.ToDictionary(entry => entry.Key, entry => entry.Key == "eval/return" ? [.. entry.Value.Select(x => x - 2000)] : entry.Value),
        })]);
        IReadOnlyList<Finding> findings = Margins.Analyze(runs).Findings;
        Assert.All(findings.Take(3), finding => Assert.Equal(Verdict.Unclear, finding.Verdict));
        Assert.Contains("no verdict", findings[0].Measured, StringComparison.Ordinal);
    }

    [Fact]
    public void The_table_has_the_mean_the_end_and_what_was_reached_when_the_fastest_was_done()
    {
        DataTable table = Study.Analyze(Runs(1)).Tables[0];
        Assert.Equal(["line", "mean over the run", "last tenth", "against Fast", "seconds a run", "after 10 s"], table.Columns);
        Assert.Equal(["Fast", "5.5", "10.0", "", "10.0", "10.0"], table.Rows[0]);
        Assert.Equal(["Slow", "25.5", "30.0", "+20.0", "20.0", "25.0"], table.Rows[1]);
    }

    [Fact]
    public void A_claim_may_be_of_the_end_of_another_metric_and_with_a_margin_of_its_own()
    {
        // "fast" ends at 10 and "slow" at 30 in the last row; over the run they are at 5.5 and 25.5. Steps are the same.
        var ends = new Comparison(Study.Plan with
        {
            Claims =
            [
                new("Slow ends better.", "slow", "fast") { Over = ClaimSpan.End },
                new("Fast is not worse by 25.", "fast", "slow", ClaimKind.NotWorse) { Margin = 25 },
                new("Fast is not worse by 15.", "fast", "slow", ClaimKind.NotWorse) { Margin = 15 },
                new("Fast and slow take as many steps.", "fast", "slow", ClaimKind.Equivalent) { Metric = "step", Margin = 1 },
            ],
        });
        IReadOnlyList<Finding> findings = ends.Analyze(Runs(4)).Findings;
        Assert.Equal([Verdict.Supported, Verdict.Supported, Verdict.Contradicted, Verdict.Supported], findings.Select(finding => finding.Verdict));
        Assert.Contains("30.0", findings[0].Measured, StringComparison.Ordinal);
        Assert.Contains("in the last tenth, difference +20.0", findings[0].Measured, StringComparison.Ordinal);
        Assert.Contains("margin 25, as the claim states it", findings[1].Measured, StringComparison.Ordinal);
        Assert.Contains("in the mean over the run of step", findings[3].Measured, StringComparison.Ordinal);
    }

    [Fact]
    public void A_claim_may_be_of_equal_critic_updates_or_processor_time()
    {
        // Row by row "slow" is what "fast" is, and takes twice the time and half the updates.
        var runs = new StudyRuns(StudyScale.Paper, [.. Runs(4).Runs.Where(run => run.Variant.Label != "noisy").Select(run => run with
        {
            Variant = run.Variant with { Method = MethodConfig.Of("test", [("critic_updates", run.Variant.Label == "slow" ? 1 : 2)]) },
            Metrics = new Dictionary<string, double[]>(run.Metrics)
            {
                ["cpu_s"] = run.Column("wall_s"),
                ["train/updates"] = [.. Row(row => 10 * row)],
                ["eval/return"] = [.. Row(row => row + (0.01 * run.Seed))],
            },
        })]);
        var equal = new Comparison(Study.Plan with
        {
            Lines = [new("fast", "Fast"), new("slow", "Slow")],
            Claims =
            [
                new("At equal steps fast is better.", "fast", "slow"),
                new("At equal time fast is better.", "fast", "slow") { At = FigureAxis.Time },
                new("At equal updates fast is better.", "fast", "slow") { At = FigureAxis.Updates, Over = ClaimSpan.End },
            ],
        });
        IReadOnlyList<Finding> findings = equal.Analyze(runs).Findings;
        Assert.Equal([Verdict.Unclear, Verdict.Supported, Verdict.Contradicted], findings.Select(finding => finding.Verdict));

        // By 10 s "slow" has come to 5: 3 in the mean from its first row at 2 s on; "fast" to 10.
        Assert.Contains("5.5 [", findings[1].Measured, StringComparison.Ordinal);
        Assert.Contains(" and 3.0 [", findings[1].Measured, StringComparison.Ordinal);
        Assert.Contains("in the mean over the run up to 10 s of processor time of each, difference +2.5", findings[1].Measured, StringComparison.Ordinal);

        // After 100 updates "fast" is at 5, "slow" at 10; over the last 10 of them they rise by a half and by one.
        Assert.Contains("4.8 [", findings[2].Measured, StringComparison.Ordinal);
        Assert.Contains(" and 9.5 [", findings[2].Measured, StringComparison.Ordinal);
        Assert.Contains("up to 100 critic updates of each", findings[2].Measured, StringComparison.Ordinal);

        // Who does not tell is held against nothing, and the others' family is the smaller for it.
        IReadOnlyList<Finding> untold = equal.Analyze(new StudyRuns(StudyScale.Paper, [.. runs.Runs.Select(run => run with
        {
            Metrics = run.Metrics.Where(metric => metric.Key is not ("cpu_s" or "train/updates")).ToDictionary(),
        })])).Findings;
        Assert.Equal([Verdict.Unclear, Verdict.Unclear], untold.Skip(1).Select(finding => finding.Verdict));
        Assert.Equal("Fast against Slow: not compared at equal time, since not all runs have recorded processor time.", untold[1].Measured);
        Assert.Equal("Fast against Slow: not compared at equal critic updates, since nothing tells how often the critic of fast stepped.", untold[2].Measured);
    }

    [Fact]
    public void Seconds_are_the_processor_s_where_all_runs_have_recorded_them()
    {
        DataTable table = Study.Analyze(new StudyRuns(StudyScale.Paper, [.. Runs(2).Runs.Select(run => run with
        {
            Metrics = new Dictionary<string, double[]>(run.Metrics) { ["cpu_s"] = [.. run.Column("wall_s").Select(seconds => seconds / 4)] },
        })])).Tables[0];
        Assert.Equal(["CPU seconds a run", "after 2.5 CPU s"], table.Columns.Skip(4));
        Assert.Equal(["5.0", "25.0"], table.Rows[1].Skip(4).Select(cell => cell.Split(' ')[0]));
    }

    [Fact]
    public void Several_tasks_have_charts_tables_and_claims_of_their_own_in_one_family()
    {
        StudyRuns one = Runs(4);
        var both = new StudyRuns(StudyScale.Paper, [.. one.Runs, .. one.Runs.Select(run => run with { Variant = Variant(run.Variant.Label, "Other-v1") })]);
        Analysis analysis = Study.Analyze(both);
        Assert.Equal(8, analysis.Findings.Count);
        Assert.Contains("Holm-corrected over 6", analysis.Findings[0].Measured, StringComparison.Ordinal);
        Assert.Equal("Slow is better (Other-v1).", analysis.Findings[4].Claim);
        Assert.Equal(["Pendulum-v1, 4 seeds", "Other-v1, 4 seeds"], analysis.Tables.Select(table => table.Title));
        Assert.Equal(["eval-return-pendulum-v1", "wall-time-pendulum-v1", "eval-return-other-v1", "wall-time-other-v1"], analysis.Charts.Select(chart => chart.Id));
    }

    [Fact]
    public void A_line_whose_runs_all_failed_is_left_out()
    {
        StudyRuns all = Runs(4);
        Analysis analysis = Study.Analyze(all with { Runs = [.. all.Runs.Where(run => run.Variant.Label != "fast")] });
        Assert.Empty(analysis.Findings);
        Assert.Equal(["Slow", "Noisy"], Assert.Single(analysis.Tables).Rows.Select(row => row[0]));
    }

    private static StudyRuns Runs(int seeds) => new(
        StudyScale.Paper,
        [
            .. Study.Plan.Lines.Select(line => Variant(line.Label)).SelectMany(variant => Enumerable.Range(0, seeds).Select(seed =>
            {
                double pace = variant.Label == "slow" ? 2 : 1, above = variant.Label switch
                {
                    "slow" => 20,
                    "noisy" => 30 * (seed % 2 == 0 ? 1 : -0.9),
                    _ => 0,
                };
                return new FinishedRun(variant, seed, new Dictionary<string, double[]>
                {
                    ["step"] = [.. Row(row => 100.0 * row)],
                    ["wall_s"] = [.. Row(row => pace * row)],
                    ["eval/return"] = [.. Row(row => row + above + (0.01 * seed))],
                });
            })),
        ]);

    private static Variant Variant(string label, string task = "Pendulum-v1") =>
        new(label, task, 1000, 100, MethodConfig.Of("test", []), _ => throw new InvalidOperationException());

    private static IEnumerable<double> Row(Func<int, double> value) => Enumerable.Range(1, 10).Select(value);
}
