using Dyad.Environments;
using Dyad.Experience;
using Dyad.Numerics;

namespace Dyad.Tests.Unit.Experience;

/// <summary>Transitions of n steps hold what the definition of the n-step return says of whole episodes.</summary>
[Trait("Category", "unit")]
public sealed class NStepReturnsTests
{
    private const double Gamma = 0.7;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(40)]
    public void Each_step_has_the_rewards_of_n_or_of_the_rest_of_its_episode(int n)
    {
        var random = new RandomStream(n);
        var expected = new List<(double S, double R, double Next, bool Terminated, double Discount)>();
        var returns = new NStepReturns(1, 1, n, Gamma);
        var replay = new ReplayBuffer(1, 1, 10_000, hasDiscounts: true);
        for (int episode = 0; episode < 200; episode++)
        {
            // Ends in turn by a termination, a cut, both, and a failure, after 1 to 12 steps.
            int length = 1 + random.Index(12), kind = episode % 4;
            double[] states = [.. Enumerable.Range(0, length + 1).Select(_ => (double)(float)random.Normal())];
            double[] rewards = [.. Enumerable.Range(0, length).Select(_ => random.Normal())];
            for (int t = 0; t < length; t++)
            {
                bool last = t == length - 1;
                returns.Observe(
                    [states[t]], [states[t] / 2], new StepResult(rewards[t], last && kind is (0 or 2), last && kind > 0, last && kind == 3),
                    [last && kind == 3 ? double.NaN : states[t + 1]], replay);
            }

            // What the simulator gave up on is not there: the episode was cut before.
            int whole = kind == 3 ? length - 1 : length;
            for (int t = 0; t < whole; t++)
            {
                int m = Math.Min(n, whole - t);
                expected.Add((
                    states[t], Enumerable.Range(0, m).Sum(k => Math.Pow(Gamma, k) * rewards[t + k]), states[t + m],
                    t + m == length && kind is (0 or 2), Math.Pow(Gamma, m)));
            }
        }

        Assert.Equal(expected.Count, replay.Count);
        float[] observation = new float[4000], action = new float[4000], reward = new float[4000], next = new float[4000],
            terminated = new float[4000], discount = new float[4000];
        replay.Sample(random, observation, action, reward, next, terminated, discount);
        var rows = expected.ToDictionary(row => (float)row.S);
        var seen = new HashSet<float>();
        for (int i = 0; i < observation.Length; i++)
        {
            (double S, double R, double Next, bool Terminated, double Discount) row = rows[observation[i]];
            seen.Add(observation[i]);
            Assert.Equal(row.S / 2, action[i], 1e-6);
            Assert.Equal(row.R, reward[i], 1e-5);
            Assert.Equal(row.Next, next[i]);
            Assert.Equal(row.Terminated ? 1 : 0, terminated[i]);
            Assert.Equal(row.Discount, discount[i], 1e-6);
        }

        Assert.True(seen.Count > expected.Count / 2);
    }
}
