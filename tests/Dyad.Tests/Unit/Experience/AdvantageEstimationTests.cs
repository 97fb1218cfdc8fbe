using Dyad.Experience;
using Dyad.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Dyad.Tests.Unit.Experience;

[Trait("Category", "unit")]
public sealed class AdvantageEstimationTests
{
    private static readonly Config Fixed = Config.QuickThrowOnFailure.WithMaxTest(200).WithReplay(7, 11);

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.9)]
    [InlineData(0.0)]
    public void With_lambda_1_the_advantage_is_the_return_less_the_value(double gamma)
    {
        var steps = new Steps(1, 40, 0.1);
        double[] advantages = new double[40], returns = new double[40];
        AdvantageEstimation.Advantages<double>(steps.Rewards, steps.Values, steps.NextValues, steps.Last, gamma, 1, advantages);
        AdvantageEstimation.Returns<double>(steps.Rewards, steps.NextValues, steps.Last, gamma, returns);
        Near.Equal([.. returns.Zip(steps.Values, (g, v) => g - v)], advantages, 1e-12);
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.9)]
    public void With_lambda_0_the_advantage_is_the_error_of_one_step(double gamma)
    {
        var steps = new Steps(2, 40, 0.1);
        double[] advantages = new double[40];
        AdvantageEstimation.Advantages<double>(steps.Rewards, steps.Values, steps.NextValues, steps.Last, gamma, 0, advantages);
        Near.Equal([.. Enumerable.Range(0, 40).Select(t => steps.Rewards[t] + (gamma * steps.NextValues[t]) - steps.Values[t])], advantages, 1e-12);
    }

    // Constant rewards 1 and no critic: geometric sums.
    [Theory]
    [InlineData(0.9, 0.9)]
    [InlineData(0.9, 1.0)]
    [InlineData(1.0, 0.9)]
    public void Constant_rewards_give_geometric_sums(double gamma, double lambda)
    {
        const int Length = 12;
        double[] rewards = [.. Enumerable.Repeat(1.0, Length)], zeros = new double[Length], advantages = new double[Length];
        bool[] last = new bool[Length];
        last[^1] = true;
        AdvantageEstimation.Advantages<double>(rewards, zeros, zeros, last, gamma, lambda, advantages);
        double q = gamma * lambda;
        Near.Equal([.. Enumerable.Range(0, Length).Select(t => (1 - Math.Pow(q, Length - t)) / (1 - q))], advantages, 1e-12);
    }

    [Fact]
    public void The_value_of_the_final_observation_counts_where_an_episode_was_cut_and_not_where_it_terminated()
    {
        // Two steps that terminate, two that are truncated, two that the epoch cuts; values far from each other show a mix-up.
        double[] rewards = [1, 2, 3, 4, 5, 6], values = [10, 20, 30, 40, 50, 60], next = [20, 0, 40, 700, 60, 9000];
        bool[] last = [false, true, false, true, false, true];
        double[] returns = new double[6], advantages = new double[6];
        AdvantageEstimation.Returns<double>(rewards, next, last, 0.5, returns);
        Assert.Equal([2, 2, 3 + (0.5 * 354), 354, 5 + (0.5 * 4506), 4506], returns);
        AdvantageEstimation.Advantages<double>(rewards, values, next, last, 0.5, 0.5, advantages);
        Assert.Equal([1 + 10 - 10 + (0.25 * -18), -18, 3 + 20 - 30 + (0.25 * 314), 314, 5 + 30 - 50 + (0.25 * 4446), 4446], advantages);
    }

    [Fact]
    public void Advantages_are_the_sums_of_their_definition() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new RandomStream(seed);
            int count = 1 + random.Index(60);
            var steps = new Steps(seed, count, random.Uniform());
            double gamma = random.Index(3) == 0 ? 1 : random.Uniform(), lambda = random.Index(3) == 0 ? 1 : random.Uniform();
            double[] advantages = new double[count], expected = new double[count], returns = new double[count], toGo = new double[count];
            for (int t = 0; t < count; t++)
            {
                double weight = 1, discount = 1;
                for (int k = t; ; k++)
                {
                    expected[t] += weight * (steps.Rewards[k] + (gamma * steps.NextValues[k]) - steps.Values[k]);
                    toGo[t] += discount * steps.Rewards[k];
                    weight *= gamma * lambda;
                    discount *= gamma;
                    if (steps.Last[k])
                    {
                        toGo[t] += discount * steps.NextValues[k];
                        break;
                    }
                }
            }

            AdvantageEstimation.Advantages<double>(steps.Rewards, steps.Values, steps.NextValues, steps.Last, gamma, lambda, advantages);
            AdvantageEstimation.Returns<double>(steps.Rewards, steps.NextValues, steps.Last, gamma, returns);
            Near.Equal(expected, advantages, 1e-11);
            Near.Equal(toGo, returns, 1e-11);
        }).Check(Fixed);

    // Random steps of several stretches: half of the ends terminated.
    private sealed class Steps
    {
        public Steps(int seed, int count, double ends)
        {
            var random = new RandomStream(seed);
            (Rewards, Values, NextValues, Last) = (new double[count], new double[count], new double[count], new bool[count]);
            random.Normal<double>(Rewards);
            random.Normal<double>(Values);
            for (int t = 0; t < count; t++)
            {
                Last[t] = t == count - 1 || random.Uniform() < ends;
                NextValues[t] = !Last[t] ? Values[t + 1] : random.Index(2) == 0 ? 0 : random.Normal();
            }
        }

        public double[] Rewards { get; }

        public double[] Values { get; }

        public double[] NextValues { get; }

        public bool[] Last { get; }
    }
}
