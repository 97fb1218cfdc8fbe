using System.Numerics.Tensors;
using Dyad.Numerics;

namespace Dyad.Tests.Unit.Numerics;

[Trait("Category", "unit")]
public sealed class LuFactorizationTests
{
    private readonly RandomStream _random = new(3);

    /// <summary>Small sizes, sizes around one and two blocks of columns, and a few beyond.</summary>
    public static TheoryData<int> Sizes => [1, 2, 3, 4, 5, 7, 8, 13, 31, 47, 48, 49, 64, 95, 96, 97, 143, 144, 145, 200];

    [Fact]
    public void Solutions_of_every_size_leave_a_residual_of_rounding_alone()
    {
        for (int n = 1; n <= 200; n++)
        {
            CheckSolves(new LuFactorization(n), Random(n), n);
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Rows_are_exchanged_where_the_diagonal_is_zero_or_tiny(int n)
    {
        double[] matrix = Random(n);
        for (int i = 0; i < n && n > 1; i++)
        {
            matrix[(i * n) + i] = i % 2 == 0 ? 0 : 1e-14;
        }

        CheckSolves(new LuFactorization(n), matrix, n);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void A_permutation_is_solved_without_rounding(int n)
    {
        // Row i picks entry (i + n / 2) mod n: all exchanges reach across blocks.
        double[] matrix = new double[n * n];
        double[] x = [.. Enumerable.Range(0, n).Select(i => (double)i)];
        for (int i = 0; i < n; i++)
        {
            matrix[(i * n) + ((i + (n / 2)) % n)] = 1;
        }

        var factorization = new LuFactorization(n);
        factorization.Factor(matrix);
        double[] b = Multiply(matrix, x, transposed: false);
        factorization.Solve(b);
        Assert.Equal(x, b);
        b = Multiply(matrix, x, transposed: true);
        factorization.SolveTransposed(b);
        Assert.Equal(x, b);
    }

    [Fact]
    public void One_object_serves_many_matrices()
    {
        var factorization = new LuFactorization(50);
        for (int i = 0; i < 5; i++)
        {
            CheckSolves(factorization, Random(50), 50);
            Assert.Throws<ArithmeticException>(() => factorization.Factor(new double[50 * 50]));
        }
    }

    [Fact]
    public void The_matrix_given_is_left_alone()
    {
        double[] matrix = Random(20);
        double[] copy = (double[])matrix.Clone();
        new LuFactorization(20).Factor(matrix);
        Assert.Equal(copy, matrix);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(60)]
    public void A_singular_matrix_is_refused(int n)
    {
        var factorization = new LuFactorization(n);
        Assert.Throws<ArithmeticException>(() => factorization.Factor(new double[n * n]));

        // A column of zeros, which no rounding can hide.
        double[] matrix = Random(n);
        for (int i = 0; i < n; i++)
        {
            matrix[(i * n) + (n / 2)] = 0;
        }

        Assert.Throws<ArithmeticException>(() => factorization.Factor(matrix));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void A_matrix_that_is_not_finite_is_refused_wherever_the_entry_is(double entry)
    {
        const int n = 3;
        var factorization = new LuFactorization(n);
        for (int position = 0; position < n * n; position++)
        {
            double[] matrix = new double[n * n];
            for (int i = 0; i < n; i++)
            {
                matrix[(i * n) + i] = 1;
            }

            matrix[position] = entry;
            Assert.Throws<ArithmeticException>(() => factorization.Factor(matrix));
        }
    }

    [Fact]
    public void A_matrix_of_another_size_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new LuFactorization(3).Factor(new double[8]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LuFactorization(0));
    }

    private void CheckSolves(LuFactorization factorization, double[] matrix, int n)
    {
        factorization.Factor(matrix);
        double[] b = Random(n)[..n];
        double[] x = (double[])b.Clone();
        factorization.Solve(x);
        CheckResidual(matrix, x, b, transposed: false);
        x = (double[])b.Clone();
        factorization.SolveTransposed(x);
        CheckResidual(matrix, x, b, transposed: true);
    }

    // The backward error of elimination with pivoting: small beside |A| |x|, however ill-conditioned A is.
    private static void CheckResidual(double[] matrix, double[] x, double[] b, bool transposed)
    {
        double[] product = Multiply(matrix, x, transposed);
        double bound = 1e-15 * b.Length * b.Length * TensorPrimitives.MaxMagnitude<double>([.. x.Select(Math.Abs)]);
        for (int i = 0; i < b.Length; i++)
        {
            double residual = Math.Abs(product[i] - b[i]);
            Assert.True(residual <= bound + 1e-15, $"size {b.Length}: residual {residual:E2}, bound {bound:E2}");
        }
    }

    private static double[] Multiply(double[] matrix, double[] x, bool transposed)
    {
        int n = x.Length;
        return [.. Enumerable.Range(0, n).Select(i =>
            Enumerable.Range(0, n).Sum(j => matrix[transposed ? (j * n) + i : (i * n) + j] * x[j]))];
    }

    private double[] Random(int n) => [.. Enumerable.Range(0, n * n).Select(_ => _random.Uniform(-1, 1))];
}
