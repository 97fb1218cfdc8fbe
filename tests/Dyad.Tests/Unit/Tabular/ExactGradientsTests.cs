using System.Numerics.Tensors;
using Dyad.Tabular;

namespace Dyad.Tests.Unit.Tabular;

/// <summary>Objectives, gradients and gaps of Wen et al. (2021) on random MDPs, plain and with entropy.</summary>
[Trait("Category", "unit")]
public sealed class ExactGradientsTests
{
    private const int Problems = 60;
    private const double Rounding = 1e-10;
    private const double Quotient = 1e-7;

    public static TheoryData<double> Temperatures => [0, 0.2, 1.5];

    [Fact]
    public void The_oracle_knows_the_policy_that_the_library_knows() => RandomMdp.ForAll(Problems, problem =>
        Near.Equal(new DenseGame(problem.Mdp, 0).Policy(problem.Logits), problem.Policy.Probabilities, Rounding));

    [Fact]
    public void The_occupancy_is_a_distribution_and_satisfies_its_equation() => RandomMdp.ForAll(Problems, problem =>
    {
        PolicyEvaluation evaluation = problem.Evaluation;
        Near.Equal(1, TensorPrimitives.Sum(evaluation.Occupancy), Rounding, "sum of d");
        Near.Equal(1, TensorPrimitives.Sum(evaluation.StateOccupancy), Rounding, "sum of d_S");

        // (3): Psi' d = (1 - gamma) Pi' mu0
        double[] left = new double[problem.Mdp.Pairs];
        evaluation.ApplyPsiTransposed(evaluation.Occupancy, left);
        double[] right = new double[problem.Mdp.Pairs];
        problem.Policy.Spread(problem.Mdp.Initial, right);
        TensorPrimitives.Multiply(right, 1 - problem.Mdp.Discount, right);
        Near.Equal(right, left, Rounding);
        Near.Equal(new DenseGame(problem.Mdp, 0).Occupancy(problem.Logits), evaluation.Occupancy, Rounding);
    });

    [Fact]
    public void Solving_with_Psi_undoes_applying_it() => RandomMdp.ForAll(Problems, problem =>
    {
        double[] x = problem.Vector(problem.Mdp.Pairs, 1);
        double[] y = new double[x.Length];
        problem.Evaluation.ApplyPsi(x, y);
        problem.Evaluation.SolvePsi(y, y);
        Near.Equal(x, y, Rounding, "Psi");
        problem.Evaluation.ApplyPsiTransposed(x, y);
        problem.Evaluation.SolvePsiTransposed(y, y);
        Near.Equal(x, y, Rounding, "Psi transposed");
    });

    [Theory]
    [MemberData(nameof(Temperatures))]
    public void The_primal_objective_equals_the_dual_one(double temperature) => RandomMdp.ForAll(Problems, problem =>
    {
        ExactGradients game = problem.Game(temperature);
        Near.Equal(game.Objective, game.PrimalObjective, Rounding);
        Near.Equal(new DenseGame(problem.Mdp, temperature).Objective(problem.Logits), game.Objective, Rounding);
        if (temperature == 0)
        {
            Near.Equal(problem.Evaluation.DualObjective, problem.Evaluation.PrimalObjective, Rounding);
        }
    });

    [Theory]
    [MemberData(nameof(Temperatures))]
    public void The_objectives_differ_by_the_mean_residual(double temperature) => RandomMdp.ForAll(Problems, problem =>
    {
        // (19), (85)
        ExactGradients game = problem.Game(temperature);
        var oracle = new DenseGame(problem.Mdp, temperature);
        Near.Equal(game.Objective - game.ActorObjective, game.ObjectiveGap, Rounding);
        Near.Equal(oracle.ActorObjective(problem.Logits, problem.Critic), game.ActorObjective, Rounding, "J_pi");
        Near.Equal(oracle.Residual(problem.Logits, problem.Critic, problem.Critic), game.Residual, Rounding, "delta");
        Near.Equal(
            oracle.CriticObjective(problem.Logits, problem.Critic, problem.Critic, problem.Evaluation.Occupancy.ToArray()),
            game.CriticObjective,
            Rounding,
            "J_q");
    });

    [Theory]
    [MemberData(nameof(Temperatures))]
    public void Either_actor_gradient_and_its_correction_make_the_policy_gradient(double temperature) =>
        RandomMdp.ForAll(Problems, problem =>
        {
            // Theorem 1; at a temperature (89) plus Upsilon delta_E.
            ExactGradients game = problem.Game(temperature);
            double[] expected = game.PolicyGradient();
            Near.Equal(expected, Sum(game.ActorG(), game.CorrectionG()), Rounding, "Actor_g + correction");
            Near.Equal(expected, Sum(game.ActorO(), game.CorrectionO()), Rounding, "Actor_o + correction");
        });

    [Theory]
    [MemberData(nameof(Temperatures))]
    public void The_policy_gradient_is_the_derivative_of_the_objective(double temperature) =>
        RandomMdp.ForAll(Problems, problem => Near.Equal(
            Differences.Gradient(new DenseGame(problem.Mdp, temperature).Objective, problem.Logits),
            problem.Game(temperature).PolicyGradient(),
            Quotient));

    [Theory]
    [MemberData(nameof(Temperatures))]
    public void Actor_o_is_the_derivative_of_the_actors_objective(double temperature) =>
        RandomMdp.ForAll(Problems, problem => Near.Equal(
            Differences.Gradient(
                theta => new DenseGame(problem.Mdp, temperature).ActorObjective(theta, problem.Critic), problem.Logits),
            problem.Game(temperature).ActorO(),
            Quotient));

    [Fact]
    public void Upsilon_is_the_derivative_of_the_occupancy() => RandomMdp.ForAll(Problems, problem =>
    {
        double[][] expected = Differences.Jacobian(new DenseGame(problem.Mdp, 0).Occupancy, problem.Logits);
        double[,] upsilon = problem.Game().OccupancyJacobian();
        Near.Equal([.. expected.SelectMany(row => row)], [.. upsilon.Cast<double>()], Quotient);
    });

    [Theory]
    [MemberData(nameof(Temperatures))]
    public void Correction_o_is_the_derivative_of_the_mean_residual(double temperature) => RandomMdp.ForAll(Problems, problem =>
    {
        var oracle = new DenseGame(problem.Mdp, temperature);
        double[] expected = Differences.Gradient(
            theta => DenseGame.Dot(oracle.Occupancy(theta), oracle.Residual(theta, problem.Critic, problem.Critic)),
            problem.Logits);
        Near.Equal(expected, problem.Game(temperature).CorrectionO(), Quotient);
    });

    [Theory]
    [MemberData(nameof(Temperatures))]
    public void The_critics_gradients_are_derivatives_of_its_objective(double temperature) => RandomMdp.ForAll(Problems, problem =>
    {
        var oracle = new DenseGame(problem.Mdp, temperature);
        ExactGradients game = problem.Game(temperature);
        double[] theta = problem.Logits;
        double[] q = problem.Critic;
        double[] weights = problem.Distribution(problem.Mdp.Pairs, problem.Mdp.Pairs);
        Near.Equal(
            Differences.QuadraticGradient(x => oracle.CriticObjective(theta, x, x, weights), q),
            game.BellmanResidualGradient(weights),
            Rounding,
            "full gradient");
        Near.Equal(
            Differences.QuadraticGradient(x => oracle.CriticObjective(theta, x, q, weights), q),
            game.SemiGradient(weights),
            Rounding,
            "semi-gradient");
    });

    [Theory]
    [MemberData(nameof(Temperatures))]
    public void With_the_true_critic_nothing_is_missing(double temperature) => RandomMdp.ForAll(Problems, problem =>
    {
        var game = new ExactGradients(problem.Evaluation, problem.Evaluation.SoftActionValue(temperature), temperature);
        Near.Equal(new double[problem.Mdp.Pairs], game.Residual, Rounding, "residual");
        Near.Equal(game.PolicyGradient(), game.ActorG(), Rounding, "Actor_g");
    });

    private static double[] Sum(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];
}
