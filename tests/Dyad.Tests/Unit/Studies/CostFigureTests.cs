using Dyad.Studies;
using Dyad.Studies.Comparisons;
using Dyad.Studies.Results;
using Dyad.Training;

namespace Dyad.Tests.Unit.Studies;

/// <summary>Curves over what they cost, and the steps to a threshold.</summary>
[Trait("Category", "unit")]
public sealed class CostFigureTests
{
    private static readonly Comparison Plan = new(new ComparisonPlan
    {
        Lines = [new ComparisonLine("replay", "Replay"), new ComparisonLine("rounds", "Rounds"), new ComparisonLine("mute", "Mute")],
        Figures = [new("eval/return", FigureAxis.Updates), new("eval/return", FigureAxis.Time)],
        Threshold = 5,
    });

    [Fact]
    public void Updates_come_from_the_schedule_or_the_rounds_and_who_tells_neither_is_named()
    {
        var chart = (LineChart)Plan.Analyze(Runs(hasProcessorTime: true)).Charts[0];
        Assert.Equal(["Replay", "Rounds"], chart.Series.Select(line => line.Label));

        // Rounds in every 50th step from step 201 on, 50 steps of the critic in each.
        Assert.Equal([0, 0, 100, 200, 300, 400, 500, 600, 700, 800], chart.Series[0].X);
        Assert.Equal(Enumerable.Range(1, 10).Select(row => 80.0 * row), chart.Series[1].X);
        Assert.Equal("critic updates", chart.XTitle);
        Assert.Contains("Of Mute nothing tells", chart.Caption, StringComparison.Ordinal);
    }

    [Fact]
    public void Time_is_the_processor_s_where_all_have_it_and_the_caption_says_which()
    {
        var chart = (LineChart)Plan.Analyze(Runs(hasProcessorTime: true)).Charts[1];
        Assert.All(chart.Series, line => Assert.Equal(Enumerable.Range(1, 10).Select(row => 2.0 * row), line.X));
        Assert.Equal(("eval/return over processor time", "processor time, seconds"), (chart.Title, chart.XTitle));
        Assert.Contains("processor time of each row", chart.Caption, StringComparison.Ordinal);

        chart = (LineChart)Plan.Analyze(Runs(hasProcessorTime: false)).Charts[1];
        Assert.All(chart.Series, line => Assert.Equal(Enumerable.Range(1, 10).Select(row => 3.0 * row), line.X));
        Assert.Contains("not all runs have recorded processor time", chart.Caption, StringComparison.Ordinal);
    }

    [Fact]
    public void A_threshold_has_the_median_of_the_steps_to_it()
    {
        DataTable table = Assert.Single(Plan.Analyze(Runs(hasProcessorTime: true)).Tables);
        int column = table.Columns.ToList().IndexOf("steps to 5");
        Assert.Equal(["500", "500", "never (0 of 3 seeds)"], table.Rows.Select(row => row[column]));
    }

    private static StudyRuns Runs(bool hasProcessorTime) => new(StudyScale.Paper, [.. from line in Plan.Plan.Lines from seed in Enumerable.Range(0, 3) select Run(line.Label, seed, hasProcessorTime)]);

    private static FinishedRun Run(string label, int seed, bool hasProcessorTime)
    {
        (string, object)[] options = label switch
        {
            "replay" => [("update_after", 201), ("update_every", 50), ("updates_per_round", 50)],
            "rounds" => [("critic_updates", 80)],
            _ => [],
        };
        var metrics = new Dictionary<string, double[]>
        {
            ["step"] = Row(100),
            ["wall_s"] = Row(3),
            ["eval/return"] = Row(label == "mute" ? 0.1 : 1),
        };
        if (hasProcessorTime)
        {
            metrics["cpu_s"] = Row(2);
        }

        if (label == "rounds")
        {
            metrics["train/updates"] = Row(1);
        }

        return new FinishedRun(
            new Variant(label, "Pendulum-v1", 1000, 100, MethodConfig.Of("test", options), _ => throw new InvalidOperationException()), seed, metrics);
    }

    private static double[] Row(double factor) => [.. Enumerable.Range(1, 10).Select(row => factor * row)];
}
