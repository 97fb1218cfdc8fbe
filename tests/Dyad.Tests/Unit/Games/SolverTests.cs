using Dyad.Games;
using Dyad.Numerics;

namespace Dyad.Tests.Unit.Games;

/// <summary>Every solver against the dense one, and what they do where their theory ends.</summary>
[Trait("Category", "unit")]
public sealed class SolverTests
{
    public static TheoryData<string, int, int> Problems
    {
        get
        {
            var data = new TheoryData<string, int, int>();
            foreach (string solver in new[] { "conjugate-gradient", "minres", "nystrom" })
            {
                foreach (int n in new[] { 1, 2, 5, 17, 40 })
                {
                    for (int seed = 0; seed < 4; seed++)
                    {
                        data.Add(solver, n, seed);
                    }
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Problems))]
    public void Positive_definite_systems_are_solved_as_by_the_dense_solver(string name, int n, int seed)
    {
        var random = new RandomStream((1000 * n) + seed);
        MatrixCurvature curvature = MatrixCurvature.Random(n, n, random.Uniform(0, 0.5), random);
        double damping = random.Uniform(0.05, 2);
        double[] b = Normal(n, random), exact = new double[n], x = new double[n];
        SolveReport dense = new DenseSolver<double>(n).Solve(curvature, damping, b, exact);
        Near.Equal(b, curvature.Apply(damping, exact), 1e-11, "dense");
        Assert.InRange(dense.Residual, 0, 1e-11);

        SolveReport report = Create(name, n, 4 * n, random).Solve(curvature, damping, b, x);
        Near.Equal(exact, x, 1e-7, name);
        Assert.InRange(report.Residual, 0, 1e-8);
        Assert.False(report.NegativeCurvature);
        Assert.True(report.LowestCurvature > 0);
    }

    [Theory]
    [InlineData("conjugate-gradient")]
    [InlineData("minres")]
    public void A_residual_is_what_is_reported_and_the_tolerance_ends_a_solve(string name)
    {
        var random = new RandomStream(7);
        const int Size = 40;
        MatrixCurvature curvature = MatrixCurvature.Random(Size, Size, 0.01, random);
        double[] b = Normal(Size, random);
        foreach (int iterations in new[] { 1, 3, 8 })
        {
            double[] x = new double[Size];
            SolveReport report = Create(name, Size, iterations, random).Solve(curvature, 0.1, b, x);
            double[] left = curvature.Apply(0.1, x);
            double error = Math.Sqrt(left.Zip(b, (p, q) => (p - q) * (p - q)).Sum() / b.Sum(v => v * v));
            Assert.Equal(error, report.Residual, 1e-9);
            Assert.Equal(iterations, report.Iterations);
        }

        IImplicitSolver<double> stops = name == "minres"
            ? new Minres<double>(Size, 200, 1e-3)
            : new ConjugateGradient<double>(Size, 200, 1e-3);
        SolveReport early = stops.Solve(curvature, 0.1, b, new double[Size]);
        Assert.InRange(early.Residual, 1e-6, 1e-3);
        Assert.InRange(early.Iterations, 2, 30);
    }

    [Fact]
    public void Conjugate_gradient_stops_at_negative_curvature_and_keeps_the_last_iterate()
    {
        // The first direction has positive curvature, the second has not.
        var curvature = new MatrixCurvature([3, 0, 0, -1]);
        double[] b = [1, 1], first = new double[2], x = new double[2];
        new ConjugateGradient<double>(2, 1).Solve(curvature, 0, b, first);
        SolveReport report = new ConjugateGradient<double>(2, 10).Solve(curvature, 0, b, x);
        Assert.True(report.NegativeCurvature);
        Assert.Equal(1, report.Iterations);
        Assert.Equal(first, x);
        Assert.True(report.LowestCurvature < 0);

        // Told to go on, it solves the indefinite system.
        SolveReport through = new ConjugateGradient<double>(2, 10, stopsAtNegativeCurvature: false).Solve(curvature, 0, b, Cleared(x));
        Assert.True(through.NegativeCurvature);
        Near.Equal([1.0 / 3, -1], x, 1e-12);

        // With enough damping the same system is solved.
        SolveReport damped = new ConjugateGradient<double>(2, 10).Solve(curvature, 2, b, Cleared(x));
        Assert.False(damped.NegativeCurvature);
        Near.Equal([0.2, 1], x, 1e-12);
    }

    [Fact]
    public void Negative_curvature_at_once_means_no_correction()
    {
        double[] x = new double[2];
        SolveReport report = new ConjugateGradient<double>(2, 10).Solve(new MatrixCurvature([-1, 0, 0, -1]), 0, [1, 2], x);
        Assert.True(report.NegativeCurvature);
        Assert.Equal([0, 0], x);
    }

    [Fact]
    public void Minres_and_the_dense_solver_solve_indefinite_systems()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            var random = new RandomStream(seed);
            const int Size = 12;
            MatrixCurvature curvature = MatrixCurvature.Random(Size, Size, -0.6, random);
            double[] b = Normal(Size, random), x = new double[Size], exact = new double[Size];
            new DenseSolver<double>(Size).Solve(curvature, 0, b, exact);
            SolveReport report = new Minres<double>(Size, 10 * Size).Solve(curvature, 0, b, x);
            Assert.True(report.LowestCurvature < 0);
            Near.Equal(exact, x, 1e-6, $"seed {seed}");
        }
    }

    [Fact]
    public void A_low_rank_curvature_needs_only_as_many_directions()
    {
        var random = new RandomStream(3);
        const int Size = 60, Rank = 5;
        MatrixCurvature curvature = MatrixCurvature.Random(Size, Rank, 0, random);
        double[] b = Normal(Size, random), x = new double[Size], exact = new double[Size];
        new DenseSolver<double>(Size).Solve(curvature, 0.3, b, exact);
        SolveReport report = new Nystrom<double>(Size, Rank, random).Solve(curvature, 0.3, b, x);
        Near.Equal(exact, x, 1e-8);
        Assert.InRange(report.Residual, 0, 1e-9);
        Assert.True(new Nystrom<double>(Size, Rank - 2, random).Solve(curvature, 0.3, b, Cleared(x)).Residual > 1e-3);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void From_columns_a_low_rank_solve_is_the_published_formula(double jitter)
    {
        var random = new RandomStream(4);
        const int Size = 6;
        const double Damping = 0.7;
        MatrixCurvature curvature = MatrixCurvature.Random(Size, Size, 0.1, random);
        double[] b = Normal(Size, random), x = new double[Size], all = new double[Size];
        new Nystrom<double>(Size, 2, random, NystromSampling.Columns, jitter).Solve(curvature, Damping, b, x);

        // x = b / rho - C' (M + C C' / rho + j I)^-1 C b / rho^2 for one pair of rows of A.
        double[] a = curvature.Matrix;
        double Row(int i, int j) => a[(i * Size) + j];
        double Along(int i) => Enumerable.Range(0, Size).Sum(k => Row(i, k) * b[k]);
        double Core(int i, int j) => Row(i, j) + (Enumerable.Range(0, Size).Sum(k => Row(i, k) * Row(j, k)) / Damping) + (i == j ? jitter : 0);
        bool found = false;
        for (int i = 0; i < Size; i++)
        {
            for (int j = 0; j < Size; j++)
            {
                double determinant = (Core(i, i) * Core(j, j)) - (Core(i, j) * Core(j, i));
                double first = ((Core(j, j) * Along(i)) - (Core(i, j) * Along(j))) / determinant, second = ((Core(i, i) * Along(j)) - (Core(j, i) * Along(i))) / determinant;
                double error = Enumerable.Range(0, Size).Max(k => Math.Abs(
                    x[k] - (b[k] / Damping) + (((Row(i, k) * first) + (Row(j, k) * second)) / (Damping * Damping))));
                found |= i != j && error < 1e-12;
            }
        }

        Assert.True(found);

        // With every column and no jitter it is exact.
        new Nystrom<double>(Size, Size, random, NystromSampling.Columns, jitter).Solve(curvature, Damping, b, all);
        double[] exact = new double[Size];
        new DenseSolver<double>(Size).Solve(curvature, Damping, b, exact);
        double distance = Math.Sqrt(all.Zip(exact, (p, q) => (p - q) * (p - q)).Sum());
        Assert.True(jitter == 0 ? distance < 1e-10 : distance > 1e-2);
    }

    [Fact]
    public void Without_curvature_the_solution_is_the_right_side_over_the_damping_and_its_residual_tells_the_curvature()
    {
        var random = new RandomStream(6);
        const int Size = 12;
        MatrixCurvature curvature = MatrixCurvature.Random(Size, Size, 0.1, random);
        double[] b = Normal(Size, random), x = new double[Size];
        SolveReport report = new IdentitySolver<double>(Size).Solve(curvature, 4, b, x);
        Near.Equal([.. b.Select(v => v / 4)], x, 1e-15);
        double[] product = curvature.Apply(0, x);
        Assert.Equal(Math.Sqrt(product.Sum(v => v * v) / b.Sum(v => v * v)), report.Residual, 1e-12);
    }

    [Theory]
    [InlineData("conjugate-gradient")]
    [InlineData("minres")]
    public void A_start_near_the_solution_helps_and_no_start_is_worse_than_none(string name)
    {
        var random = new RandomStream(5);
        const int Size = 30;
        MatrixCurvature curvature = MatrixCurvature.Random(Size, Size, 0.05, random);
        double[] b = Normal(Size, random), exact = new double[Size];
        new DenseSolver<double>(Size).Solve(curvature, 0.1, b, exact);
        double[] near = [.. exact.Select(v => 7 * v * (1 + (1e-4 * random.Normal())))], elsewhere = [.. Normal(Size, random).Select(v => 1e3 * v)];
        SolveReport warm = Create(name, Size, 3, random).Solve(curvature, 0.1, b, near);
        SolveReport cold = Create(name, Size, 3, random).Solve(curvature, 0.1, b, new double[Size]);
        SolveReport bad = Create(name, Size, 3, random).Solve(curvature, 0.1, b, elsewhere);
        Assert.True(warm.Residual < 1e-2 * cold.Residual);
        Assert.InRange(bad.Residual, 0, name == "minres" ? 1 : 2);
    }

    [Theory]
    [InlineData("conjugate-gradient")]
    [InlineData("minres")]
    [InlineData("nystrom")]
    [InlineData("identity")]
    [InlineData("dense")]
    public void Zero_has_the_solution_zero_and_what_is_not_finite_is_told(string name)
    {
        var random = new RandomStream(5);
        double[] x = [1.0, 2.0, 3.0];
        SolveReport report = Create(name, 3, 3, random).Solve(MatrixCurvature.Random(3, 3, 1, random), 0.1, new double[3], x);
        Near.Equal(new double[3], x, 1e-12);
        Assert.Equal(0, report.Residual);

        SolveReport broken = Create(name, 3, 3, random)
            .Solve(new MatrixCurvature([double.NaN, 0, 0, 0, 1, 0, 0, 0, 1]), 0.1, [1, 1, 1], Cleared(x));
        Assert.False(double.IsFinite(broken.Residual));
    }

    [Theory]
    [InlineData("conjugate-gradient")]
    [InlineData("minres")]
    [InlineData("nystrom")]
    [InlineData("identity")]
    [InlineData("dense")]
    public void A_solve_allocates_nothing(string name)
    {
        var random = new RandomStream(5);
        MatrixCurvature curvature = MatrixCurvature.Random(20, 20, 1, random);
        IImplicitSolver<double> solver = Create(name, 20, 10, random);
        double[] b = Normal(20, random), x = new double[20];
        solver.Solve(curvature, 0.1, b, x);
        Assert.Equal(0, Allocations.Of(() => solver.Solve(curvature, 0.1, b, x)));
    }

    private static IImplicitSolver<double> Create(string name, int n, int iterations, RandomStream random) => name switch
    {
        "conjugate-gradient" => new ConjugateGradient<double>(n, iterations),
        "minres" => new Minres<double>(n, iterations),
        "nystrom" => new Nystrom<double>(n, iterations, random),
        "identity" => new IdentitySolver<double>(n),
        _ => new DenseSolver<double>(n),
    };

    private static double[] Normal(int n, RandomStream random)
    {
        double[] values = new double[n];
        random.Normal<double>(values);
        return values;
    }

    private static double[] Cleared(double[] x)
    {
        Array.Clear(x);
        return x;
    }
}
