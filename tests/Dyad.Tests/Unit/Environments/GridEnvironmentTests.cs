using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.Gridworlds;

namespace Dyad.Tests.Unit.Environments;

[Trait("Category", "unit")]
public sealed class GridEnvironmentTests
{
    private static readonly GridMap Corridor = new("S.G");

    [Fact]
    public void A_state_is_shown_as_a_vector_or_as_its_number()
    {
        using var vector = new GridEnvironment(Corridor, GoalRule.Restart, GridObservation.OneHot);
        using var number = new GridEnvironment(Corridor, GoalRule.Restart, GridObservation.Index);
        Assert.Equal(3, Assert.IsType<Box>(vector.ObservationSpace).Size);
        Assert.Equal(3, Assert.IsType<Discrete>(number.ObservationSpace).Count);
        double[] shown = new double[3];
        double[] index = new double[1];
        vector.Reset(shown, 1);
        number.Reset(index, 1);
        Assert.Equal([1, 0, 0], shown);
        Assert.Equal([0], index);
        StepResult result = vector.Step([1], shown);
        Assert.Equal(result, number.Step([1], index));
        Assert.Equal([0, 1, 0], shown);
        Assert.Equal([1], index);
        Assert.Equal(new StepResult(0, false, false), result);
    }

    [Theory]
    [InlineData(GoalRule.Restart, false)]
    [InlineData(GoalRule.Stay, false)]
    [InlineData(GoalRule.Absorb, true)]
    public void Only_a_goal_that_absorbs_terminates(GoalRule goal, bool terminates)
    {
        using var grid = new GridEnvironment(Corridor, goal, GridObservation.Index);
        double[] state = new double[1];
        grid.Reset(state, 1);
        grid.Step([1], state);
        Assert.Equal(new StepResult(1, terminates, false), grid.Step([1], state));
        Assert.Equal([2], state);
    }

    [Fact]
    public void An_episode_of_FourRoom_has_300_steps()
    {
        using IEnvironment environment = EnvironmentRegistry.Create("FourRoom");
        double[] observation = new double[104];
        environment.Reset(observation, 1);
        int steps = 1;
        StepResult result;
        while (!(result = environment.Step([steps % 4], observation)).Done)
        {
            Assert.Equal(1, observation.Sum());
            steps++;
        }

        Assert.Equal(300, steps);
        Assert.True(result is { Truncated: true, Terminated: false });
    }

    [Fact]
    public void A_move_that_is_none_is_refused()
    {
        using IEnvironment environment = EnvironmentRegistry.Create("FourRoom");
        double[] observation = new double[104];
        environment.Reset(observation, 1);
        Assert.Equal(
            "FourRoom: the action is 4; it must be a whole number from 0 to 3",
            Assert.Throws<UserError>(() => environment.Step([4], observation)).Message);
    }
}
