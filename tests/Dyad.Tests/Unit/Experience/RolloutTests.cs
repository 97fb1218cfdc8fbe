using Dyad.Core;
using Dyad.Environments;
using Dyad.Experience;

namespace Dyad.Tests.Unit.Experience;

[Trait("Category", "unit")]
public sealed class RolloutTests
{
    [Fact]
    public void Steps_of_an_environment_lie_together_in_the_order_of_time()
    {
        var rollout = new Rollout(2, 1, 1, 3);
        for (int t = 0; t < 3; t++)
        {
            Add(rollout, 0, t, new StepResult(t, Terminated: false, Truncated: false));
            Add(rollout, 1, 10 + t, new StepResult(10 + t, Terminated: t == 0, Truncated: t < 2));
        }

        rollout.Close();
        Assert.Equal([0, 1, 2, 10, 11, 12], rollout.Observations.ToArray());
        Assert.Equal([1, 2, 3, 11, 12, 13], rollout.NextObservations.ToArray());
        Assert.Equal([0, 1, 2, 10, 11, 12], rollout.Rewards.ToArray());

        // Terminated wins over truncated; every environment's last step ends a stretch.
        Assert.Equal([0, 0, 0, 1, 0, 0], rollout.Terminated.ToArray());
        Assert.Equal([false, false, true, true, true, true], rollout.Last.ToArray());
        Assert.Equal([0, 1, 2, 0, 0, 0], rollout.Times.ToArray());

        // Episodes go on behind the cut.
        rollout.Clear();
        Add(rollout, 0, 3, default);
        Add(rollout, 1, 13, default);
        rollout.Close();
        Assert.Equal([3, 1], rollout.Times.ToArray());
    }

    [Fact]
    public void A_step_that_the_simulator_gave_up_on_is_left_out_and_ends_the_stretch_before_it()
    {
        var rollout = new Rollout(2, 1, 1, 3);
        var failed = new StepResult(double.NaN, Terminated: false, Truncated: true, Failed: true);
        for (int t = 0; t < 3; t++)
        {
            Add(rollout, 0, t, t == 1 ? failed : default);
            Add(rollout, 1, 10 + t, t == 0 ? failed : default);
        }

        rollout.Close();
        Assert.Equal([0, 2, 11, 12], rollout.Observations.ToArray());
        Assert.Equal([true, true, false, true], rollout.Last.ToArray());
        Assert.Equal([0, 0, 0, 1], rollout.Times.ToArray());
        Assert.All(rollout.Rewards.ToArray(), reward => Assert.Equal(0, reward));
        Assert.All(rollout.Terminated.ToArray(), terminated => Assert.Equal(0, terminated));
    }

    [Fact]
    public void A_single_environment_may_have_more_steps_than_expected()
    {
        var rollout = new Rollout(1, 1, 1, 2);
        for (int t = 0; t < 9; t++)
        {
            Add(rollout, 0, t, default);
        }

        byte[] saved = StateArchive.Save(rollout.Serialize);
        var loaded = new Rollout(1, 1, 1, 2);
        StateArchive.Load(saved, loaded.Serialize);
        foreach (Rollout each in new[] { rollout, loaded })
        {
            each.Close();
            Assert.Equal(Enumerable.Range(0, 9).Select(t => (float)t), each.Observations.ToArray());
            Assert.Equal(Enumerable.Range(0, 9), each.Times.ToArray());
        }
    }

    private static void Add(Rollout rollout, int environment, double observation, StepResult result) =>
        rollout.Add(environment, [observation], [0f], result, [observation + 1]);
}
