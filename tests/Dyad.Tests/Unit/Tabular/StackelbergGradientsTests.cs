using Dyad.Tabular;

namespace Dyad.Tests.Unit.Tabular;

/// <summary>Theorem 3 of Wen et al. (2021) and what damping and fixed weights make of it, with critics that are far off.</summary>
[Trait("Category", "unit")]
public sealed class StackelbergGradientsTests
{
    private const int Problems = 60;

    public static TheoryData<double> Temperatures => [0, 0.2, 1.5];

    public static MatrixTheoryData<double, double, bool> Dampings => new([0, 1.5], [0.01, 0.5], [true, false]);

    [Theory]
    [MemberData(nameof(Temperatures))]
    public void Without_damping_both_forms_are_the_policy_gradient(double temperature) => RandomMdp.ForAll(
        Problems,
        problem =>
        {
            // Theorem 3; at a temperature (90).
            ExactGradients game = problem.Game(temperature);
            Near.Equal(game.PolicyGradient(), StackelbergGradients.Full(problem.Evaluation, game), 1e-9, "full");
            Near.Equal(game.PolicyGradient(), StackelbergGradients.Semi(problem.Evaluation, game), 1e-10, "semi");
        },
        fullSupport: true);

    [Theory]
    [MemberData(nameof(Temperatures))]
    public void With_fixed_weights_both_forms_are_Actor_g(double temperature) => RandomMdp.ForAll(
        Problems,
        problem =>
        {
            ExactGradients game = problem.Game(temperature);
            double[] expected = game.ActorG();
            Near.Equal(
                expected,
                StackelbergGradients.Full(problem.Evaluation, game, differentiateWeights: false),
                1e-10,
                "full");
            Near.Equal(
                expected,
                StackelbergGradients.Semi(problem.Evaluation, game, differentiateWeights: false),
                1e-10,
                "semi");
        },
        fullSupport: true);

    [Theory]
    [MemberData(nameof(Dampings))]
    public void Damped_forms_equal_their_definitions(double temperature, double damping, bool differentiateWeights) =>
        RandomMdp.ForAll(12, problem =>
        {
            ExactGradients game = problem.Game(temperature);
            var oracle = new DenseGame(problem.Mdp, temperature);
            Near.Equal(
                DenseStackelberg.Full(oracle, problem.Logits, problem.Critic, damping, differentiateWeights),
                StackelbergGradients.Full(problem.Evaluation, game, damping, differentiateWeights),
                1e-6,
                "full");
            Near.Equal(
                DenseStackelberg.Semi(oracle, problem.Logits, problem.Critic, damping, differentiateWeights),
                StackelbergGradients.Semi(problem.Evaluation, game, damping, differentiateWeights),
                1e-6,
                "semi");
        });

    [Fact]
    public void The_definitions_give_the_policy_gradient_too() => RandomMdp.ForAll(
        12,
        problem =>
        {
            var oracle = new DenseGame(problem.Mdp, 0);
            double[] expected = problem.Game().PolicyGradient();
            Near.Equal(expected, DenseStackelberg.Full(oracle, problem.Logits, problem.Critic, 0, true), 1e-6, "full");
            Near.Equal(expected, DenseStackelberg.Semi(oracle, problem.Logits, problem.Critic, 0, true), 1e-6, "semi");
        },
        fullSupport: true);

    [Theory]
    [MemberData(nameof(Temperatures))]
    public void Under_heavy_damping_both_forms_are_Actor_o(double temperature) => RandomMdp.ForAll(Problems, problem =>
    {
        ExactGradients game = problem.Game(temperature);
        double[] expected = game.ActorO();
        Near.Equal(expected, StackelbergGradients.Full(problem.Evaluation, game, damping: 1e10), 1e-7, "full");
        Near.Equal(expected, StackelbergGradients.Semi(problem.Evaluation, game, damping: 1e10), 1e-7, "semi");
    });
}
