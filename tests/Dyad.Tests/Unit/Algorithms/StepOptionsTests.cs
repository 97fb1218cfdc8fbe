using Dyad.Algorithms;
using Dyad.Core;

namespace Dyad.Tests.Unit.Algorithms;

/// <summary>Clips of gradients and schedules, which methods share.</summary>
[Trait("Category", "unit")]
public sealed class StepOptionsTests
{
    [Fact]
    public void A_linear_schedule_falls_evenly_to_nothing_and_stays_there()
    {
        var options = new StepOptions { ScheduleSteps = 200 };
        Assert.Equal([1, 0.75, 0.005, 0, 0], new long[] { 0, 50, 199, 200, 1000 }.Select(step => options.Left(Schedule.Linear, step)), (x, y) => Math.Abs(x - y) < 1e-12);
        Assert.Equal(1, options.Left(Schedule.Constant, 1000));
        options = options with { ScheduleEnd = 0.2 };
        Assert.Equal([1, 0.8, 0.6, 0.2, 0.2], new long[] { 0, 50, 100, 200, 1000 }.Select(step => options.Left(Schedule.Linear, step)), (x, y) => Math.Abs(x - y) < 1e-12);
    }

    [Fact]
    public void A_schedule_without_an_end_is_refused()
    {
        new StepOptions().RequireLength("rate_schedule", Schedule.Constant);
        new StepOptions { ScheduleSteps = 1 }.RequireLength("rate_schedule", Schedule.Linear);
        UserError error = Assert.Throws<UserError>(() => new StepOptions().RequireLength("rate_schedule", Schedule.Linear));
        Assert.Contains("'rate_schedule' is 'linear'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_clip_shortens_what_is_longer_and_counts_it()
    {
        var clip = new GradientClip(0.5);
        Assert.Equal(1, clip.Factor(0.4));
        Assert.Equal(0.25, clip.Factor(2), 1e-6);
        Assert.Equal(0.5, clip.Factor(1), 1e-6);
        var row = new Recorder();
        clip.Measure(row);
        Assert.Equal(3.4 / 3, row["train/gradient_norm"], 1e-12);
        Assert.Equal(2, row["train/gradient_clips"]);
        Assert.Equal(0.5 / 13, clip.Factor([3, 4], [0, 12]), 1e-6);
        Assert.Equal(0.1, clip.Factor([3, 4]), 1e-6);
        (var none, row) = (new GradientClip(0), new Recorder());
        Assert.Equal(1, none.Factor(1e9));
        none.Measure(row);
        Assert.Empty(row.Values);
    }

    [Fact]
    public void A_step_goes_by_what_is_left_of_rate_and_gradient()
    {
        var step = new GradientStep(2, 0.1, Optimizer.Sgd) { RateLeft = 0.5 };
        float[] x = [1, 2];
        step.Descend(x, [2, -4], factor: 0.25);
        Assert.Equal([0.975f, 2.05f], x);

        // Adam's first step is its step length, whatever the gradient's.
        var adam = new GradientStep(2, 0.1, Optimizer.Adam, epsilon: 1e-12) { RateLeft = 0.25 };
        x = [1, 2];
        adam.Descend(x, [2, -4], factor: 0.1);
        Assert.Equal([0.975f, 2.025f], x, (a, b) => Math.Abs(a - b) < 1e-6);
    }
}
