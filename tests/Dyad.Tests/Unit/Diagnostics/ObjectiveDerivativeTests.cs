using Dyad.Diagnostics;
using Dyad.Environments;
using Dyad.Environments.Wrappers;
using Dyad.Numerics;

namespace Dyad.Tests.Unit.Diagnostics;

/// <summary>Derivatives by rollouts, against those of a task where they are known.</summary>
[Trait("Category", "unit")]
public sealed class ObjectiveDerivativeTests
{
    private const int Horizon = 12, Count = 2000;
    private const double Discount = 0.95, Step = 1e-2;

    private static readonly double[] Theta = [-0.4, 0.3, -1];

    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(0, 1, 0)]
    [InlineData(0, 0, 1)]
    [InlineData(0.6, -0.48, 0.64)]
    public void The_interval_covers_the_exact_derivative(double k, double b, double l)
    {
        double[] direction = [k, b, l], gradient = LinearQuadraticTask.Gradient(Theta, Horizon, Discount);
        double exact = direction.Zip(gradient, (v, g) => v * g).Sum();
        using PolicyRollouts rollouts = Rollouts(out LinearPolicy policy);
        DirectionalDerivative derivative = Derivative(rollouts, policy).Along(direction, Step);
        Assert.InRange(exact, derivative.Full.Low, derivative.Full.High);
        Assert.InRange(exact, derivative.Half.Low, derivative.Half.High);
        Assert.True(derivative.Full.HalfWidth < 0.1 * Math.Sqrt(gradient.Sum(g => g * g)), $"{derivative.Full} of {exact}");
        Assert.Equal(Linearity.Linear, derivative.Linearity);
    }

    [Fact]
    public void The_value_is_covered_too_and_the_parameters_stay()
    {
        using PolicyRollouts rollouts = Rollouts(out LinearPolicy policy);
        ObjectiveDerivative derivative = Derivative(rollouts, policy);
        float[] before = policy.Parameters.Values.ToArray();
        derivative.Along([1, 0, 0], Step);
        Assert.Equal(before, policy.Parameters.Values.ToArray());
        Estimate value = derivative.Value();
        Assert.InRange(LinearQuadraticTask.Objective(Theta, Horizon, Discount), value.Low, value.High);
    }

    [Fact]
    public void A_step_that_is_too_large_is_told()
    {
        // Along l the policy's deviation is exponential: at e = 2 the quotient is sinh(4) / 4 times the derivative's part.
        using PolicyRollouts rollouts = Rollouts(out LinearPolicy policy);
        Assert.Equal(Linearity.NotLinear, Derivative(rollouts, policy).Along([0, 0, 1], 2).Linearity);
    }

    [Fact]
    public void Common_random_numbers_take_most_of_the_noise_away()
    {
        using PolicyRollouts rollouts = Rollouts(out LinearPolicy policy);
        StartState[] starts = Starts(rollouts);
        Estimate common = Derivative(rollouts, policy).Along([1, 0, 0], Step).Full;
        double[] up = new double[Count], down = new double[Count];
        policy.Parameters.Values[0] += (float)Step;
        rollouts.Play(starts, Objective, new RandomStream(5), up);
        policy.Parameters.Values[0] -= 2 * (float)Step;
        rollouts.Play(starts, Objective, new RandomStream(6), down);
        var independent = Estimate.OfDifferences(up, down);
        Assert.True(20 * common.HalfWidth < independent.HalfWidth / (2 * Step), $"{common}, {independent}");
    }

    [Fact]
    public void The_same_numbers_come_twice_and_whatever_was_played_before()
    {
        using PolicyRollouts rollouts = Rollouts(out LinearPolicy policy);
        double[] first = Derivative(rollouts, policy).Quotients([1, 0, 0], Step);
        Derivative(rollouts, policy).Quotients([0, 1, 0], Step);
        Assert.Equal(first, Derivative(rollouts, policy).Quotients([1, 0, 0], Step));
        using PolicyRollouts others = Rollouts(out LinearPolicy same, rows: 7);
        Near.Equal(first, Derivative(others, same).Quotients([1, 0, 0], Step), 1e-3);
    }

    [Fact]
    public void The_whole_gradient_has_the_exact_cosines()
    {
        using PolicyRollouts rollouts = Rollouts(out LinearPolicy policy);
        double[] exact = LinearQuadraticTask.Gradient(Theta, Horizon, Discount);
        double done = 0;
        SampledGradient gradient = Derivative(rollouts, policy).Gradient(Step, fraction => done = fraction);
        Assert.Equal(1, done);
        double squared = exact.Sum(g => g * g);
        Near.Equal(squared, gradient.NormSquared, 0.15);
        Near.Equal(exact, gradient.Mean(), 0.1);
        foreach (double[] other in new double[][] { [1, 0, 0], [0.5, 2, -1], exact })
        {
            double norm = other.Sum(x => x * x);
            double cosine = exact.Zip(other, (g, x) => g * x).Sum() / Math.Sqrt(squared * norm);
            Estimate measured = gradient.Cosine(other, norm);

            // At a cosine of 1 the interval is as narrow as rounding.
            Assert.InRange(cosine, measured.Low - 1e-3, measured.High + 1e-3);
            Assert.InRange(measured.HalfWidth, 0, 0.1);
        }
    }

    [Fact]
    public void A_time_limit_ends_no_rollout_and_a_termination_does()
    {
        double[] limited = Returns(() => new TimeLimit(new LinearQuadraticTask(), 5), out long failures);
        Assert.Equal(Returns(() => new LinearQuadraticTask(), out _), limited);
        Assert.Equal(0, failures);
        double[] ended = Returns(() => new LinearQuadraticTask(4), out _), shorter = Returns(() => new LinearQuadraticTask(), out _, horizon: 4);
        Assert.Equal(shorter, ended);
        Assert.NotEqual(limited, ended);
        Assert.Equal(ended, Returns(() => new TerminateAtTimeLimit(new TimeLimit(new LinearQuadraticTask(), 4)), out _));
    }

    [Fact]
    public void Visited_states_are_those_of_the_policy_with_the_whole_limit_before_them()
    {
        // Far from the origin the policy drives the state to B b / (1 - A - B k); resets are within [-1, 1].
        var policy = new LinearPolicy(0, 10, -1);
        using var rollouts = new PolicyRollouts(policy.On, () => new TimeLimit(new LinearQuadraticTask(), 100), 16);
        StartState[] visited = rollouts.Starts(StartDistribution.Visited, 200, new RandomStream(3));
        double mean = visited.Average(start => start.Observation[0]);
        double[] path = new double[100];
        for (int t = 1; t < path.Length; t++)
        {
            path[t] = (0.9 * path[t - 1]) + 5;
        }

        Near.Equal(path.Average(), mean, 0.1);
        Assert.All(rollouts.Starts(StartDistribution.Start, 50, new RandomStream(3)), start => Assert.InRange(start.Observation[0], -1, 1));

        // The clock of each begins anew: a limit of 100 that terminates lets 100 steps pass.
        using var ending = new PolicyRollouts(policy.On, () => new TerminateAtTimeLimit(new TimeLimit(new LinearQuadraticTask(), 100)), 16);
        double[] whole = new double[20], longer = new double[20], shorter = new double[20];
        StartState[] starts = ending.Starts(StartDistribution.Visited, 20, new RandomStream(3));
        ending.Play(starts, new RolloutObjective(100, 1, false), new RandomStream(4), whole);
        ending.Play(starts, new RolloutObjective(150, 1, false), new RandomStream(4), longer);
        ending.Play(starts, new RolloutObjective(99, 1, false), new RandomStream(4), shorter);
        Assert.Equal(whole, longer);
        Assert.All(whole.Zip(shorter), pair => Assert.True(pair.First < pair.Second));
    }

    [Fact]
    public void A_measurement_can_be_stopped()
    {
        using var source = new CancellationTokenSource();
        var policy = new LinearPolicy(Theta);
        using var rollouts = new PolicyRollouts(policy.On, () => new LinearQuadraticTask(), 32) { Cancellation = source.Token };
        ObjectiveDerivative derivative = Derivative(rollouts, policy);
        source.Cancel();
        float[] before = policy.Parameters.Values.ToArray();
        Assert.Throws<OperationCanceledException>(() => derivative.Along([1, 0, 0], Step));
        Assert.Equal(before, policy.Parameters.Values.ToArray());
    }

    private static RolloutObjective Objective => new(Horizon, Discount, Entropy: false);

    private static PolicyRollouts Rollouts(out LinearPolicy policy, int rows = 32)
    {
        policy = new LinearPolicy(Theta);
        return new PolicyRollouts(policy.On, () => new LinearQuadraticTask(), rows);
    }

    private static StartState[] Starts(PolicyRollouts rollouts) => rollouts.Starts(StartDistribution.Start, Count, new RandomStream(1));

    private static ObjectiveDerivative Derivative(PolicyRollouts rollouts, LinearPolicy policy) =>
        new(rollouts, policy.Parameters, Starts(rollouts), Objective, new RandomStream(2));

    private static double[] Returns(Func<IEnvironment> create, out long failures, int horizon = Horizon)
    {
        var policy = new LinearPolicy(Theta);
        using var rollouts = new PolicyRollouts(policy.On, create, 8);
        double[] returns = new double[20];
        rollouts.Play(rollouts.Starts(StartDistribution.Start, 20, new RandomStream(1)), Objective with { Horizon = horizon }, new RandomStream(2), returns);
        failures = rollouts.Failures;
        return returns;
    }
}
