using System.Text.Json.Nodes;
using Dyad.Core;
using Dyad.Studies;
using Dyad.Training;

namespace Dyad.Tests.Unit.Studies;

/// <summary>Curves over steps, critic updates and time against closed forms.</summary>
[Trait("Category", "unit")]
public sealed class LearningCurveTests
{
    [Fact]
    public void The_area_under_straight_pieces_is_exact()
    {
        // 2 + x / 10 from 0 to 100, at uneven points: the mean height to any end is the height halfway.
        double[] x = [0, 5, 30, 100];
        var line = new LearningCurve(x, [.. x.Select(value => 2 + (value / 10))]);
        Assert.Equal(7, line.AreaUnderCurve(), 1e-12);
        Assert.Equal(3, line.AreaUnderCurve(20), 1e-12);
        // It goes on flat at 12 where it ends.
        Assert.Equal(((100 * 7) + (100 * 12)) / 200.0, line.AreaUnderCurve(200), 1e-12);
        Assert.True(double.IsNaN(line.AreaUnderCurve(0)));

        // Between any two costs too; from the first point at the least, and flat beyond the last.
        Assert.Equal(2 + 4.5, line.MeanHeight(20, 70), 1e-12);
        Assert.Equal(3, line.MeanHeight(-50, 20), 1e-12);
        Assert.Equal(12, line.MeanHeight(110, 150), 1e-12);
        Assert.Equal(2.5, line.MeanHeight(5, 5), 1e-12);
    }

    [Fact]
    public void A_curve_tells_what_was_reached_and_when()
    {
        var curve = new LearningCurve([10, 20, 30], [1, 5, 3]);
        Assert.True(double.IsNaN(curve.At(9.9)));
        Assert.Equal(1, curve.At(19));
        Assert.Equal(3, curve.At(1e9));
        Assert.Equal(20, curve.CostTo(3));
        Assert.Equal(10, curve.CostTo(1));
        Assert.Equal(double.PositiveInfinity, curve.CostTo(5.1));
        Assert.Equal(25, CostAxis.Equal([curve, new LearningCurve([0, 25], [0, 0])]));
    }

    [Fact]
    public void Rows_without_a_value_are_left_out_and_none_is_a_sentence()
    {
        FinishedRun run = Run(new JsonObject(), ("step", [1, 2, 3]), ("eval/return", [double.NaN, 4, 5]), ("empty", [double.NaN, double.NaN, double.NaN]));
        Assert.Equal([2, 3], LearningCurve.Of(run, "eval/return", CostAxis.Steps).Cost);
        Assert.Contains("empty", Assert.Throws<UserError>(() => LearningCurve.Of(run, "empty", CostAxis.Steps)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Time_is_the_processors_where_all_runs_tell_it()
    {
        FinishedRun with = Run([], ("step", [1]), ("wall_s", [9]), ("cpu_s", [4])), without = Run([], ("step", [1]), ("wall_s", [9]));
        CostAxis both = CostAxis.Time([with, with]);
        Assert.Equal([4], both.Of(with));
        Assert.Contains("processor", both.Name, StringComparison.Ordinal);
        CostAxis clock = CostAxis.Time([with, without]);
        Assert.Equal([9], clock.Of(with));
        Assert.Contains("wall", clock.Name, StringComparison.Ordinal);
    }

    // Rounds are counted one step after the other, as the replay does.
    [Theory]
    [InlineData(1, 1, 1, 1)]
    [InlineData(1000, 50, 50, 1)]
    [InlineData(1000, 7, 3, 10)]
    public void Critic_updates_follow_the_schedule_of_the_replay(int after, int every, int perRound, int each)
    {
        double[] steps = [1, 10, 999, 1000, 1049, 1050, 2345];
        FinishedRun run = Run(
            new JsonObject { ["update_after"] = after, ["update_every"] = every, ["updates_per_round"] = perRound, ["critic_updates"] = each },
            ("step", steps));
        Assert.Equal(
            steps.Select(last => (double)each * perRound * Enumerable.Range(1, (int)last).Count(step => step >= after && step % every == 0)),
            CostAxis.CriticUpdates.Of(run));
    }

    [Fact]
    public void Critic_updates_of_rounds_that_are_recorded_are_theirs()
    {
        FinishedRun led = Run(
            new JsonObject { ["critic_updates"] = 80, ["rule"] = "stackelberg", ["leader"] = "actor", ["follower_steps"] = 2 },
            ("step", [100, 200]), ("train/updates", [1, 2]));
        Assert.Equal([160, 320], CostAxis.CriticUpdates.Of(led));
        Assert.Throws<UserError>(() => CostAxis.CriticUpdates.Of(Run([], ("step", [1]))));
    }

    private static FinishedRun Run(JsonObject options, params (string Name, double[] Values)[] columns) => new(
        new Variant("line", "Task", 1, 1, new MethodConfig("method", options), _ => throw new NotSupportedException()), 3,
        columns.ToDictionary(column => column.Name, column => column.Values));
}
