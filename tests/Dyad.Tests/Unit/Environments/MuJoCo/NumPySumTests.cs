using Dyad.Environments.MuJoCo;

namespace Dyad.Tests.Unit.Environments.MuJoCo;

[Trait("Category", "unit")]
public sealed class NumPySumTests
{
    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(23)]
    [InlineData(84)]
    public void Sums_follow_NumPys_order(int count)
    {
        double[] values = [.. Enumerable.Range(2, count).Select(i => 1.0 / i)];
        Assert.Equal(Reference(values), NumPySum.Of(values));
        Assert.Equal(Reference([.. values.Select(x => x * x)]), NumPySum.OfSquares(values));
    }

    [Fact]
    public void Clipped_squares_are_clipped_first() => Assert.Equal(1 + 1 + 0.25, NumPySum.OfClippedSquares([3, -2, 0.5]));

    [Fact]
    public void More_than_a_block_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => NumPySum.Of(new double[129]));

    private static double Reference(double[] x)
    {
        double sum = 0;
        int i = 0;
        if (x.Length >= 8)
        {
            double[] r = x[..8];
            for (i = 8; i + 8 <= x.Length; i += 8)
            {
                for (int k = 0; k < 8; k++)
                {
                    r[k] += x[i + k];
                }
            }

            sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
        }

        for (; i < x.Length; i++)
        {
            sum += x[i];
        }

        return sum;
    }
}
