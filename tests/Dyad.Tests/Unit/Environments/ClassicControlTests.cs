using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.ClassicControl;

namespace Dyad.Tests.Unit.Environments;

[Trait("Category", "unit")]
public sealed class ClassicControlTests
{
    public static IReadOnlyList<TheoryDataRow<string>> Tasks => [.. ClassicTasks.All.Select(entry => new TheoryDataRow<string>(entry.Name))];

    [Fact]
    public void The_old_pendulum_differs_only_where_the_speed_is_clipped()
    {
        foreach ((double[] start, bool differs) in new[] { (new[] { 1.0, 2.0 }, false), (new[] { 1.5, 7.9 }, true) })
        {
            (StepResult result, double[] state) now = Step(new Pendulum(1), start);
            (StepResult result, double[] state) before = Step(new Pendulum(0), start);
            Assert.Equal(now.result, before.result);
            Assert.Equal(now.state[1], before.state[1]);
            Assert.Equal(differs, now.state[0] != before.state[0]);
        }

        // The angle moves with 7.9 + 15 sin(1.5) 0.05, not with 8.
        double[] old = Step(new Pendulum(0), [1.5, 7.9]).State;
        Assert.Equal(1.5 + ((7.9 + (15 * Math.Sin(1.5) * 0.05)) * 0.05), old[0], 1e-14);
        Assert.Equal(8, old[1]);
    }

    [Theory]
    [MemberData(nameof(Tasks))]
    public void A_wrong_action_is_refused_with_the_task_and_the_value(string name)
    {
        using IEnvironment task = EnvironmentRegistry.Get(name).Create();
        double[] observation = new double[task.ObservationSpace.Size];
        task.Reset(observation, 1);
        foreach ((double[] action, string value) in new[] { (new[] { 0.0, 0.0 }, "has 2 numbers"), ([double.NaN], "is NaN"), ([], "has 0 numbers") })
        {
            string message = Assert.Throws<UserError>(() => task.Step(action, observation)).Message;
            Assert.StartsWith($"{name}: ", message, StringComparison.Ordinal);
            Assert.Contains(value, message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Tasks))]
    public void Observations_are_numbers_of_32_bits_and_the_state_is_not_touched_by_reading_it(string name)
    {
        using IEnvironment environment = EnvironmentRegistry.Get(name).Create();
        var task = (IClassicTask)environment;
        double[] observation = new double[task.ObservationSpace.Size];
        task.Reset(observation, 3);
        Assert.All(observation, x => Assert.Equal((float)x, x));
        double[] state = new double[task.Columns.Count];
        task.CopyRow(state);
        double[] again = new double[observation.Length];
        task.SetState(state, again);
        Assert.Equal(observation, again);
        Assert.True(task.TimeStep > 0);
    }

    private static (StepResult Result, double[] State) Step(Pendulum pendulum, double[] state)
    {
        double[] observation = new double[3];
        pendulum.SetState(state, observation);
        StepResult result = pendulum.Step([0], observation);
        double[] after = new double[2];
        pendulum.CopyRow(after);
        return (result, after);
    }
}
