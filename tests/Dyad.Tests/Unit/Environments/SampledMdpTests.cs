using Dyad.Core;
using Dyad.Environments;
using Dyad.Numerics;
using Dyad.Tabular;

namespace Dyad.Tests.Unit.Environments;

[Trait("Category", "unit")]
public sealed class SampledMdpTests
{
    private const int Samples = 40_000;

    private static readonly Mdp Process = Mdp.FromDense(
        new double[,,] { { { 0.2, 0.5, 0.3 }, { 0, 1, 0 } }, { { 0, 0.9, 0.1 }, { 1, 0, 0 } }, { { 0.3, 0.3, 0.4 }, { 0.5, 0, 0.5 } } },
        new double[,] { { 1.5, -2 }, { 0, 3 }, { 7, 0.25 } },
        [0.7, 0, 0.3],
        0.9);

    [Fact]
    public void Starts_come_as_often_as_they_should()
    {
        var environment = new SampledMdp(Process, new RandomStream(1));
        int[] counts = new int[3];
        for (int i = 0; i < Samples; i++)
        {
            counts[environment.Reset()]++;
        }

        CheckFrequencies(counts, Process.Initial);
        Assert.Equal(0, counts[1]);
    }

    [Fact]
    public void Next_states_come_as_often_as_they_should_and_the_reward_is_the_expected_one()
    {
        var environment = new SampledMdp(Process, new RandomStream(2));
        int[][] counts = [.. Enumerable.Range(0, Process.Pairs).Select(_ => new int[3])];
        environment.Reset();
        for (int i = 0; i < 12 * Samples; i++)
        {
            int pair = (environment.State * 2) + (i % 2);
            Assert.Equal(Process.Reward[pair], environment.Step(i % 2));
            counts[pair][environment.State]++;
        }

        for (int pair = 0; pair < Process.Pairs; pair++)
        {
            double[] expected = new double[3];
            for (int k = 0; k < Process.NextStates(pair).Length; k++)
            {
                expected[Process.NextStates(pair)[k]] = Process.NextProbabilities(pair)[k];
            }

            CheckFrequencies(counts[pair], expected);
        }
    }

    [Fact]
    public void A_saved_environment_goes_on_the_same_way()
    {
        var environment = new SampledMdp(Process, new RandomStream(3));
        environment.Reset();
        environment.Step(0);
        byte[] state = StateArchive.Save(environment.Serialize);
        var resumed = new SampledMdp(Process, new RandomStream(99));
        StateArchive.Load(state, resumed.Serialize);
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(environment.State, resumed.State);
            environment.Step(i % 2);
            resumed.Step(i % 2);
        }
    }

    // Five standard errors of a share; what cannot happen never does.
    private static void CheckFrequencies(int[] counts, ReadOnlySpan<double> expected)
    {
        double total = counts.Sum();
        Assert.True(total > Samples / 2.0, $"only {total} samples");
        for (int s = 0; s < counts.Length; s++)
        {
            double p = expected[s];
            Assert.Equal(p, counts[s] / total, 5 * Math.Sqrt(p * (1 - p) / total));
        }
    }
}
