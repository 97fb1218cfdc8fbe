using Dyad.Autodiff;
using Dyad.Games;
using Dyad.Networks;
using Dyad.Numerics;
using static Dyad.Autodiff.Operations;

namespace Dyad.Tests.Unit.Games;

/// <summary>Total derivatives against closed forms, finite differences and dense solves.</summary>
[Trait("Category", "unit")]
public sealed class TotalDerivativeTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void At_the_best_response_it_is_the_gradient_along_the_best_response(int seed)
    {
        var game = new QuadraticGame(seed);
        game.Respond();
        TotalDerivative<double> total = Solved(game.Game, new ConjugateGradient<double>(QuadraticGame.Size, 20));
        total.Compute();
        var differences = new double[QuadraticGame.Size];
        for (int i = 0; i < differences.Length; i++)
        {
            differences[i] = (game.LeaderCostAt(i, 1e-3) - game.LeaderCostAt(i, -1e-3)) / 2e-3;
        }

        Near.Equal(differences, total.Total, 1e-8);
        Assert.True(total.ImplicitNorm > 0.1);
    }

    [Fact]
    public void The_leaders_step_from_there_lowers_its_cost_as_the_follower_answers()
    {
        var game = new QuadraticGame(4);
        game.Respond();
        TotalDerivative<double> total = Solved(game.Game, new DenseSolver<double>(QuadraticGame.Size));
        total.Compute();
        double before = total.Cost;
        for (int i = 0; i < QuadraticGame.Size; i++)
        {
            game.X.Values[i] -= 1e-3 * total.Total[i];
        }

        game.Respond();
        total.Compute();
        Assert.True(total.Cost < before);
    }

    [Fact]
    public void Parts_norms_and_cosine_belong_together()
    {
        var game = new QuadraticGame(1);
        TotalDerivative<double> total = Solved(game.Game, new DenseSolver<double>(QuadraticGame.Size));
        total.Compute();
        double[] direct = total.Direct.ToArray(), subtracted = total.Implicit.ToArray();
        Near.Equal([.. direct.Zip(subtracted, (d, s) => d - s)], total.Total, 1e-14);
        Assert.Equal(Math.Sqrt(direct.Sum(v => v * v)), total.DirectNorm, 1e-12);
        Assert.Equal(Math.Sqrt(subtracted.Sum(v => v * v)), total.ImplicitNorm, 1e-12);
        Assert.Equal(-direct.Zip(subtracted, (d, s) => d * s).Sum() / total.DirectNorm / total.ImplicitNorm, total.Cosine, 1e-12);
    }

    [Fact]
    public void The_bound_shortens_the_implicit_part_and_is_counted()
    {
        var game = new QuadraticGame(1);
        TotalDerivative<double> free = Solved(game.Game, new DenseSolver<double>(QuadraticGame.Size));
        free.Compute();
        TotalDerivative<double> bound = Solved(game.Game, new DenseSolver<double>(QuadraticGame.Size), 0.01);
        bound.Compute();
        double factor = 0.01 * free.DirectNorm / free.ImplicitNorm;
        Assert.True(factor < 1);
        double[] expected = [.. free.Direct.ToArray().Zip(free.Implicit.ToArray(), (d, s) => d - (factor * s))];
        Near.Equal(expected, bound.Total, 1e-12);
        Assert.Equal((0, 1), (free.BoundHits, bound.BoundHits));
    }

    [Fact]
    public void Where_something_is_not_finite_the_individual_gradient_is_taken()
    {
        var game = new QuadraticGame(1);
        game.H.Values[0] = double.NaN;
        TotalDerivative<double> total = Solved(game.Game, new ConjugateGradient<double>(QuadraticGame.Size, 5), warmStart: true);
        total.Compute();
        Assert.Equal(1, total.Fallbacks);
        Assert.Equal(total.Direct.ToArray(), total.Total.ToArray());

        // And the next solve does not start from what was not finite.
        game.H.Values[0] = 3;
        total.Compute();
        Assert.Equal(1, total.Fallbacks);
        Assert.All(total.Total.ToArray(), x => Assert.True(double.IsFinite(x)));
    }

    [Theory]
    [InlineData(Activation.Tanh, 1)]
    [InlineData(Activation.Tanh, 2)]
    [InlineData(Activation.Relu, 3)]
    [InlineData(Activation.Relu, 4)]
    public void In_the_space_of_samples_it_is_the_dense_Gauss_Newton_solve(Activation activation, int seed)
    {
        var problem = new CriticProblem(activation, seed);
        foreach (double damping in new[] { 1e-3, 0.1, 10, 500 })
        {
            var builder = new ProgramBuilder<double>();
            var term = new SampleSpaceTerm<double>(builder, problem.Game);
            var total = new TotalDerivative<double>(builder, problem.Game, term, new Damping(damping));
            total.Compute();
            Game<double> gaussNewton = problem.Game with
            {
                Curvature = GaussNewton.Product(problem.Game.Follower, [.. problem.Game.FollowerErrors.Select(e => e.Prediction)]),
            };
            var dense = new DenseTotalDerivative(gaussNewton, damping);
            dense.Compute();
            Near.Equal(dense.Implicit, total.Implicit, 1e-10, $"implicit at damping {damping}");
            Near.Equal(dense.Total, total.Total, 1e-10, $"total at damping {damping}");
            Assert.InRange(total.Report.Residual, 0, 1e-10);
        }
    }

    [Fact]
    public void The_space_of_samples_follows_the_number_of_rows()
    {
        var problem = new CriticProblem(Activation.Tanh, 5);
        var builder = new ProgramBuilder<double>();
        var total = new TotalDerivative<double>(builder, problem.Game, new SampleSpaceTerm<double>(builder, problem.Game), new Damping(0.2));
        total.Compute();
        problem.Rows.Count = 4;
        total.Compute();
        Game<double> gaussNewton = problem.Game with
        {
            Curvature = GaussNewton.Product(problem.Game.Follower, [.. problem.Game.FollowerErrors.Select(e => e.Prediction)]),
        };
        var dense = new DenseTotalDerivative(gaussNewton, 0.2);
        dense.Compute();
        Near.Equal(dense.Total, total.Total, 1e-10);
    }

    [Fact]
    public void Without_damping_more_parameters_than_samples_have_no_Gauss_Newton_solve_by_matrices_but_one_by_samples()
    {
        // The pseudo-inverse: the limit of small damping.
        var problem = new CriticProblem(Activation.Tanh, 6);
        double[][] totals = [.. new[] { 0, 1e-9 }.Select(damping =>
        {
            var builder = new ProgramBuilder<double>();
            var total = new TotalDerivative<double>(builder, problem.Game, new SampleSpaceTerm<double>(builder, problem.Game), new Damping(damping));
            total.Compute();
            Assert.Equal(0, total.Fallbacks);
            return total.Total.ToArray();
        })];
        Near.Equal(totals[0], totals[1], 1e-4);
    }

    private static TotalDerivative<double> Solved(Game<double> game, IImplicitSolver<double> solver, double bound = 0, bool warmStart = false)
    {
        var builder = new ProgramBuilder<double>();
        return new TotalDerivative<double>(builder, game, new SolvedTerm<double>(builder, game, solver, warmStart), new Damping(0), bound);
    }

    // f1 = x A x' / 2 + x B y' + y C y' / 2 + a x',  f2 = y H y' / 2 + x M y' + y d', all of one row, H positive definite.
    private sealed class QuadraticGame
    {
        public const int Size = 4;
        private readonly Input<double> _m;
        private readonly Input<double> _d;
        private readonly CompiledProgram _program;
        private readonly Output<double> _cost;
        private readonly Parameters<double> _y = new("y");

        public QuadraticGame(int seed)
        {
            var random = new RandomStream(seed);
            Parameter<double> x = X.Add("x", 1, Size), y = _y.Add("y", 1, Size);
            Input<double> a = Matrix("A", Size), b = Matrix("B", Size), c = Matrix("C", Size), row = Matrix("a", 1);
            H = Matrix("H", Size);
            _m = Matrix("M", Size);
            _d = Matrix("d", 1);
            MatrixCurvature.Random(Size, Size, 0.5, random).Matrix.CopyTo(H.Values);
            random.Normal(X.Values);
            random.Normal(_y.Values);
            Expression<double> Form(Expression<double> u, Expression<double> matrix, Expression<double> v) => Sum(Product(u, matrix) * v);
            Expression<double> f1 = (0.5 * Form(x, a, x)) + Form(x, b, y) + (0.5 * Form(y, c, y)) + Sum(row * x);
            Expression<double> f2 = (0.5 * Form(y, H, y)) + Form(x, _m, y) + Sum(_d * y);
            Game = new Game<double>(X, _y, f1, f2);
            var builder = new ProgramBuilder<double>();
            _cost = builder.Output(f1);
            _program = builder.Build();

            Input<double> Matrix(string name, int rows)
            {
                var input = new Input<double>(name, rows, Size);
                random.Normal(input.Values);
                return input;
            }
        }

        public Game<double> Game { get; }

        public Parameters<double> X { get; } = new("x");

        public Input<double> H { get; }

        // y = -H^-1 (M' x + d)
        public void Respond()
        {
            double[] right = new double[Size];
            for (int j = 0; j < Size; j++)
            {
                right[j] = -_d.Values[j];
                for (int i = 0; i < Size; i++)
                {
                    right[j] -= X.Values[i] * _m.Values[(i * Size) + j];
                }
            }

            var factors = new LuFactorization(Size);
            factors.Factor(H.Values);
            factors.Solve(right);
            right.CopyTo(_y.Values);
        }

        // f1(x + step e_i, y*(x + step e_i))
        public double LeaderCostAt(int i, double step)
        {
            double x = X.Values[i];
            X.Values[i] = x + step;
            Respond();
            _program.Run();
            X.Values[i] = x;
            Respond();
            return _cost.Value;
        }
    }

    // Twin critics on (s, a) towards targets that depend on a policy; the policy leads.
    private sealed class CriticProblem
    {
        public CriticProblem(Activation activation, int seed)
        {
            var random = new RandomStream(seed);
            Parameters<double> actor = new("actor"), critic = new("critic"), target = new("target");
            int[] sizes = [5, 7, 6, 1];
            var policy = new DeterministicPolicy<double>(new Mlp<double>(actor, "policy", [3, 6, 2], activation));
            TwinActionValue<double> twins = new(critic, sizes, activation), targets = new(target, sizes, activation);
            foreach (Parameters<double> player in new[] { actor, critic, target })
            {
                random.Normal(player.Values);
                foreach (ref double w in player.Values)
                {
                    w *= 0.5;
                }
            }

            Input<double> s = Data("s", 3), a = Data("a", 2), r = Data("r", 1), next = Data("next", 3);
            Expression<double> y = r + (0.9 * targets.Smaller(next, policy.Action(next)));
            SquaredError<double>[] errors = [new(twins.First.Value(s, a), y), new(twins.Second!.Value(s, a), y)];
            Game = new Game<double>(actor, critic, -Mean(twins.Smaller(s, policy.Action(s))), errors[0].Cost + errors[1].Cost)
            {
                FollowerErrors = errors,
            };

            Input<double> Data(string name, int columns)
            {
                var input = new Input<double>(name, Rows, columns);
                random.Normal(input.Values);
                return input;
            }
        }

        public Extent Rows { get; } = new("rows", 9);

        public Game<double> Game { get; }
    }
}
