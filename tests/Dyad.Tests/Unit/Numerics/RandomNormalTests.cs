using Dyad.Numerics;

namespace Dyad.Tests.Unit.Numerics;

[Trait("Category", "unit")]
public sealed class RandomNormalTests
{
    [Theory]
    [InlineData(0.5, 0)]
    [InlineData(0.975, 1.9599639845400545)]
    [InlineData(0.9, 1.2815515655446004)]
    [InlineData(0.01, -2.3263478740408408)]
    [InlineData(1e-6, -4.753424308822899)]
    [InlineData(1e-15, -7.941345326170997)]
    public void Quantiles_are_those_of_the_normal_distribution(double p, double x) =>
        Assert.Equal(x, NormalQuantiles.Of(p), 1e-14 * Math.Max(1, Math.Abs(x)));

    [Fact]
    public void Many_quantiles_have_the_bits_of_one()
    {
        var random = new RandomStream(9);
        double[] p = [.. Enumerable.Range(1, 1500).SelectMany(i => new[] { Math.Pow(0.97, i), 1 - Math.Pow(0.97, i), random.Uniform() })
            .Where(x => x is > 0 and < 1), 0.075, 0.925, Math.BitDecrement(0.075), Math.BitIncrement(0.925), 2e-11, 1.3e-11, 1 - 1.4e-11];
        foreach (int count in (int[])[1, 7, 8, 127, 128, 129, p.Length])
        {
            double[] many = p[^count..];
            NormalQuantiles.Apply(many);
            Assert.Equal(p[^count..].Select(NormalQuantiles.Of), many);
        }
    }

    [Fact]
    public void Sequence_is_the_same_on_every_platform()
    {
        var random = new RandomStream(1);
        var values = new double[1000];
        random.Normal<double>(values);
        ulong hash = 0;
        foreach (double value in values)
        {
            hash = (hash * 31) + (ulong)BitConverter.DoubleToInt64Bits(value);
        }

        Assert.Equal(643858594100896839UL, hash);
    }

    [Fact]
    public void Filled_span_holds_the_numbers_of_single_draws()
    {
        RandomStream single = new(4), filled = new(4);
        var values = new double[1003];
        filled.Normal<double>(values);
        foreach (double value in values)
        {
            Assert.Equal(single.Normal(), value);
        }
    }

    [Fact]
    public void Moments_and_tails_are_those_of_the_normal_distribution()
    {
        const int N = 1_000_000;
        var random = new RandomStream(5);
        double sum = 0, squares = 0, fourth = 0;
        int beyond = 0;
        for (int i = 0; i < N; i++)
        {
            double x = random.Normal();
            sum += x;
            squares += x * x;
            fourth += x * x * x * x;
            beyond += Math.Abs(x) > 3 ? 1 : 0;
        }

        Assert.Equal(0, sum / N, 5e-3);
        Assert.Equal(1, squares / N, 7e-3);
        Assert.Equal(3, fourth / N, 5e-2);
        Assert.Equal(0.0026998, beyond / (double)N, 2.5e-4);
    }
}
