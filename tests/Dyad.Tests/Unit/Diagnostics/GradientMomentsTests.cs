using Dyad.Diagnostics;
using Dyad.Numerics;

namespace Dyad.Tests.Unit.Diagnostics;

/// <summary>Norms and products of expectations, without the bias of their noise.</summary>
[Trait("Category", "unit")]
public sealed class GradientMomentsTests
{
    private const int Size = 30;

    // Noise of standard deviation 1 a number, shared by both: the squared norm of a mean of two batches has 15 of it.
    private static readonly double[] First = [.. Enumerable.Range(0, Size).Select(i => 0.1 * Math.Sin(i))];
    private static readonly double[] Second = [.. Enumerable.Range(0, Size).Select(i => 0.1 * Math.Cos(i))];

    [Fact]
    public void Squared_norms_products_and_variances_have_no_bias()
    {
        const int Trials = 20_000;
        var random = new RandomStream(8);
        double norm = 0, inner = 0, variance = 0, naive = 0;
        for (int i = 0; i < Trials; i++)
        {
            GradientMoments moments = Drawn(2, random);
            norm += moments.Inner(0, 0) / Trials;
            inner += moments.Inner(0, 1) / Trials;
            variance += moments.Variance(0) / Trials;
            naive += moments.Mean(0).Sum(x => x * x) / Trials;
        }

        // A squared norm from two batches has a standard deviation of about sqrt(30): 0.04 over all trials.
        double exact = First.Sum(x => x * x);
        Assert.Equal(exact, norm, 0.2);
        Assert.Equal(First.Zip(Second, (x, y) => x * y).Sum(), inner, 0.2);
        Assert.Equal(Size, variance, 0.3);
        Assert.True(naive > exact + 10);
    }

    [Fact]
    public void Cosines_do_not_see_the_noise_that_two_estimators_share()
    {
        GradientMoments moments = Drawn(20_000, new RandomStream(9));
        double exact = First.Zip(Second, (x, y) => x * y).Sum() / Math.Sqrt(First.Sum(x => x * x) * Second.Sum(x => x * x));
        Assert.Equal(exact, moments.Cosine(0, 1), 0.15);
        Assert.Equal(1, moments.Cosine(0, 0), 1e-12);
        Near.Equal(First, moments.Mean(0), 0.3);
    }

    [Fact]
    public void All_pairs_of_batches_count_and_no_batch_with_itself()
    {
        float[][][] batches = [[[1, 2], [0, 1]], [[3, -1], [2, 2]], [[0, 4], [-1, 5]]];
        var moments = new GradientMoments(2, 2);
        foreach (float[][] batch in batches)
        {
            moments.Add(batch);
        }

        double expected = 0;
        for (int i = 0; i < 3; i++)
        {
            for (int j = 0; j < 3; j++)
            {
                expected += i == j ? 0 : batches[i][0].Zip(batches[j][1], (x, y) => x * y).Sum() / 6;
            }
        }

        Assert.Equal(expected, moments.Inner(0, 1), 1e-6);
        Assert.Throws<InvalidOperationException>(() => new GradientMoments(1, 2).Inner(0, 0));
    }

    private static GradientMoments Drawn(int batches, RandomStream random)
    {
        var moments = new GradientMoments(2, Size);
        double[] noise = new double[Size];
        for (int i = 0; i < batches; i++)
        {
            random.Normal<double>(noise);
            moments.Add(
            [
                [.. First.Zip(noise, (x, xi) => (float)(x + xi))],
                [.. Second.Zip(noise, (x, xi) => (float)(x + xi))],
            ]);
        }

        return moments;
    }
}
