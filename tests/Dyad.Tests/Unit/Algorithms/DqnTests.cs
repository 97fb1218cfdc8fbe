using Dyad.Algorithms;
using Dyad.Autodiff;
using Dyad.Environments;
using Dyad.Numerics;

namespace Dyad.Tests.Unit.Algorithms;

[Trait("Category", "unit")]
public sealed class DqnTests
{
    private static readonly DqnOptions Options = new()
    {
        HiddenWidth = 8,
        BatchSize = 4,
        ExplorationStart = 0.9,
        ExplorationEnd = 0.1,
        ExplorationSteps = 1000,
        UpdateAfter = 1_000_000,
    };

    private int _steps;

    [Fact]
    public void Exploration_falls_on_a_straight_line_and_then_stays()
    {
        var agent = new Dqn(2, 3, Options, new RandomStream(1));
        foreach ((int steps, double expected) in new[] { (0, 0.9), (250, 0.7), (500, 0.5), (1000, 0.1), (5000, 0.1) })
        {
            while (_steps < steps)
            {
                Step(agent);
            }

            Assert.Equal(expected, Exploration(agent), 1e-12);
        }
    }

    [Fact]
    public void Actions_are_random_as_often_as_exploration_says_and_greedy_otherwise()
    {
        const int Draws = 20_000;
        var agent = new Dqn(2, 3, Options, new RandomStream(2));
        double[] observation = [0.3, -0.8], action = new double[1];
        agent.Act(observation, action, explore: false);
        int greedy = (int)action[0];
        var counts = new int[3];
        for (int i = 0; i < Draws; i++)
        {
            agent.Act(observation, action, explore: true);
            counts[(int)action[0]]++;
        }

        // epsilon = 0.9 at the start: 0.3 for each action, and the rest for the best; four deviations are 0.013.
        for (int a = 0; a < 3; a++)
        {
            Assert.Equal(a == greedy ? 0.4 : 0.3, (double)counts[a] / Draws, 0.014);
        }
    }

    [Fact]
    public void The_greedy_action_has_the_largest_value()
    {
        var agent = new Dqn(2, 4, Options, new RandomStream(3));

        // Nothing but the last biases: the values are these whatever the observation.
        agent.Policy.Values.Clear();
        double[] action = new double[1];
        foreach (int best in new[] { 2, 0, 3 })
        {
            agent.Policy.Leaves[^1].Values.Clear();
            agent.Policy.Leaves[^1].Values[best] = 1;
            agent.Act([0.3, -0.8], action, explore: false);
            Assert.Equal(best, action[0]);
        }
    }

    [Fact]
    public void A_periodic_target_is_copied_and_an_averaged_one_follows()
    {
        Parameters<float> source = new("w"), target = new("wbar");
        source.Add("x", 1, 3);
        target.Add("x", 1, 3);
        source.Values.Fill(8);
        for (int updates = 1; updates <= 6; updates++)
        {
            TargetUpdate.Periodic.Move(target, source, updates, rate: 0.25, period: 3);
            Assert.Equal(updates < 3 ? 0 : updates < 6 ? 8 : 9, target.Values[0]);
            source.Values.Fill(updates < 3 ? 8 : 9);
        }

        target.Values.Clear();
        source.Values.Fill(8);
        TargetUpdate.MovingAverage.Move(target, source, 1, rate: 0.25, period: 3);
        TargetUpdate.MovingAverage.Move(target, source, 2, rate: 0.25, period: 3);
        Assert.Equal([3.5f, 3.5f, 3.5f], target.Values);
    }

    private void Step(Dqn agent)
    {
        agent.Observe([0, 0], [0.0], [new StepResult(0, Terminated: false, Truncated: false)], [0, 0]);
        _steps++;
    }

    private static double Exploration(Dqn agent)
    {
        var row = new Recorder();
        agent.Measure(row);
        return row["train/exploration"];
    }
}
