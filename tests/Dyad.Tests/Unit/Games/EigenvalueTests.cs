using System.Numerics;
using Dyad.Autodiff;
using Dyad.Games;
using Dyad.Numerics;
using static Dyad.Autodiff.Operations;

namespace Dyad.Tests.Unit.Games;

/// <summary>Eigenvalues from products against matrices whose eigenvalues are known.</summary>
[Trait("Category", "unit")]
public sealed class EigenvalueTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(9)]
    [InlineData(30)]
    public void Lanczos_finds_the_extreme_eigenvalues(int n)
    {
        for (int seed = 0; seed < 5; seed++)
        {
            var random = new RandomStream((100 * n) + seed);
            double[] values = [.. Enumerable.Range(0, n).Select(_ => random.Uniform(-3, 5))];
            var matrix = new MatrixCurvature(Rotated(Diagonal(values), n, random));
            ExtremeEigenvalues found = new Lanczos<double>(n, n).Compute(matrix, random);
            Assert.Equal(values.Min(), found.Lowest, 1e-9);
            Assert.Equal(values.Max(), found.Highest, 1e-9);
            Assert.InRange(found.Error, 0, 1e-7);
            Assert.Equal(values.Min(Math.Abs), found.NearestToZero, 1e-7);
            ExtremeEigenvalues damped = new Lanczos<double>(n, n).Compute(matrix, random, damping: 2);
            Assert.Equal(values.Min() + 2, damped.Lowest, 1e-9);
        }
    }

    [Fact]
    public void A_small_Krylov_space_tells_how_far_it_may_be()
    {
        var random = new RandomStream(1);
        const int Size = 200;
        double[] values = [.. Enumerable.Range(0, Size).Select(i => random.Uniform(-1, 1))];
        values[3] = -9;
        values[8] = 20;
        var matrix = new MatrixCurvature(Rotated(Diagonal(values), Size, random));
        ExtremeEigenvalues found = new Lanczos<double>(Size, 25).Compute(matrix, random);
        Assert.Equal(25, found.Products);
        Assert.InRange(found.Lowest, -9 - 1e-9, -9 + found.Error + 1e-9);
        Assert.InRange(found.Highest, 20 - found.Error - 1e-9, 20 + 1e-9);
        Assert.InRange(found.Error, 0, 1e-6);
        Assert.True(found.NearestToZero >= values.Min(Math.Abs));
        Assert.True(new Lanczos<double>(Size, 3).Compute(matrix, random).Error > 1e-2);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(20)]
    public void Arnoldi_finds_all_eigenvalues_of_a_matrix_that_is_not_symmetric(int n)
    {
        var random = new RandomStream(n);
        double[] blocks = new double[n * n];
        var expected = new List<Complex>();
        for (int i = 0; i < n; i += 2)
        {
            double re = random.Uniform(-2, 2), im = random.Uniform(0.1, 2);
            blocks[(i * n) + i] = re;
            if (i + 1 == n)
            {
                expected.Add(re);
                break;
            }

            // Above the blocks anything may stand.
            blocks[((i + 1) * n) + i + 1] = re;
            (blocks[(i * n) + i + 1], blocks[((i + 1) * n) + i]) = (im, -im);
            for (int j = i + 2; j < n; j++)
            {
                blocks[(i * n) + j] = random.Uniform(-1, 1);
            }

            expected.AddRange([new(re, im), new(re, -im)]);
        }

        var matrix = new MatrixCurvature(Rotated(blocks, n, random));
        IReadOnlyList<Complex> found = new Arnoldi<double>(n, n).Compute((v, y) => matrix.Apply(0, v).CopyTo(y), random);
        Assert.Equal(n, found.Count);
        foreach (Complex value in expected)
        {
            Assert.InRange(found.Min(x => (x - value).Magnitude), 0, 1e-8);
        }
    }

    [Fact]
    public void The_bilinear_game_turns_around_itself()
    {
        // f1 = x y, f2 = -x y: eigenvalues +-i; with the player's own curvature c they are c +- i.
        foreach (double curvature in new[] { 0, 0.5 })
        {
            Parameters<double> x = new("x"), y = new("y");
            Expression<double> a = x.Add("x", 1, 1), b = y.Add("y", 1, 1);
            var jacobian = new GameJacobian<double>(new Game<double>(
                x, y, (a * b) + (0.5 * curvature * Square(a)), (0.5 * curvature * Square(b)) - (a * b)));
            jacobian.Update();
            IReadOnlyList<Complex> found = new Arnoldi<double>(2, 2).Compute(jacobian.Multiply, new RandomStream(1));
            foreach (Complex value in new Complex[] { new(curvature, 1), new(curvature, -1) })
            {
                Assert.InRange(found.Min(z => (z - value).Magnitude), 0, 1e-10);
            }
        }
    }

    private static double[] Diagonal(double[] values)
    {
        double[] matrix = new double[values.Length * values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            matrix[(i * values.Length) + i] = values[i];
        }

        return matrix;
    }

    // Q A Q' with Q a product of random reflections, which keeps eigenvalues.
    private static double[] Rotated(double[] matrix, int n, RandomStream random)
    {
        double[] a = [.. matrix], u = new double[n];
        for (int reflection = 0; reflection < 3; reflection++)
        {
            random.Normal<double>(u);
            double norm = Math.Sqrt(u.Sum(x => x * x));
            double[] left = new double[n], right = new double[n];
            for (int i = 0; i < n; i++)
            {
                u[i] /= norm;
            }

            for (int j = 0; j < n; j++)
            {
                for (int i = 0; i < n; i++)
                {
                    left[j] += u[i] * a[(i * n) + j];
                }
            }

            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < n; j++)
                {
                    a[(i * n) + j] -= 2 * u[i] * left[j];
                }
            }

            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < n; j++)
                {
                    right[i] += a[(i * n) + j] * u[j];
                }
            }

            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < n; j++)
                {
                    a[(i * n) + j] -= 2 * right[i] * u[j];
                }
            }
        }

        return a;
    }
}
