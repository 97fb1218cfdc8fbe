using Dyad.Numerics;

namespace Dyad.Tests.Unit.Numerics;

[Trait("Category", "unit")]
public sealed class CholeskyFactorizationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(40)]
    public void Solution_satisfies_the_system(int n)
    {
        var random = new RandomStream(n);
        double[] b = new double[n * n], a = new double[n * n], x = new double[n], rhs = new double[n];
        random.Normal<double>(b);
        MatrixProduct.Multiply<double>(n, n, n, b, false, b, true, a);
        for (int i = 0; i < n; i++)
        {
            a[(i * n) + i] += 1;
        }

        random.Normal<double>(x);
        MatrixProduct.Multiply<double>(n, 1, n, a, false, x, false, rhs);
        var factors = new CholeskyFactorization(n);
        Assert.True(factors.TryFactor(a));
        factors.Solve(rhs);
        for (int i = 0; i < n; i++)
        {
            Assert.Equal(x[i], rhs[i], 1e-10);
        }
    }

    [Fact]
    public void What_is_not_finite_is_reported()
    {
        Assert.False(new CholeskyFactorization(2).TryFactor([double.NaN, 0, 0, 1]));
        Assert.False(new CholeskyFactorization(2).TryFactor([1, 0, double.NaN, 1]));
        Assert.False(new CholeskyFactorization(2).TryFactor([double.PositiveInfinity, 0, 0, 1]));
    }

    [Fact]
    public void A_smaller_matrix_is_factored_in_the_same_memory()
    {
        var factors = new CholeskyFactorization(5) { Size = 2 };
        Assert.True(factors.TryFactor([4, 2, 2, 3]));
        double[] b = [10, 9];
        factors.Solve(b);
        Near.Equal([1.5, 2], b, 1e-12);
        Assert.Throws<ArgumentOutOfRangeException>(() => factors.Size = 6);
    }

    [Fact]
    public void Indefinite_matrix_is_reported() => Assert.False(new CholeskyFactorization(2).TryFactor([1, 2, 2, 1]));
}
