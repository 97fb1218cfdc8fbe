using Dyad.Algorithms;
using Dyad.Algorithms.Rules;
using Dyad.Autodiff;
using Dyad.Games;
using Dyad.Networks;
using Dyad.Numerics;

namespace Dyad.Tests.Unit.Algorithms.Rules;

/// <summary>The total derivative in TD3's game of twin critics against the dense one, in double.</summary>
[Trait("Category", "unit")]
public sealed class Td3GameTests
{
    private readonly RandomStream _random = new(5);
    private readonly Parameters<double> _actor = new("actor");
    private readonly Parameters<double> _critic = new("critic");
    private readonly TransitionInputs<double> _batch = new(9, 3, 2);
    private readonly Input<double> _noise = new("noise", 9, 2);
    private readonly DeterministicPolicy<double> _policy;
    private readonly DeterministicPolicy<double> _targetPolicy;
    private readonly TwinActionValue<double> _q;
    private readonly TwinActionValue<double> _target;

    public Td3GameTests()
    {
        Parameters<double> targetActor = new("target actor"), target = new("target critic");
        _policy = new(new Mlp<double>(_actor, "policy", [3, 5, 2], Activation.Tanh));
        _targetPolicy = new(new Mlp<double>(targetActor, "policy", [3, 5, 2], Activation.Tanh));
        _q = new(_critic, [5, 6, 1], Activation.Tanh);
        _target = new(target, [5, 6, 1], Activation.Tanh);
        foreach (Parameters<double> player in new[] { _actor, _critic, targetActor, target })
        {
            _random.Normal(player.Values);
        }

        foreach (Input<double> input in new[] { _batch.Observation, _batch.Action, _batch.Reward, _batch.NextObservation, _noise })
        {
            _random.Normal(input.Values);
        }

        _batch.Terminated.Values[4] = 1;
    }

    [Theory]
    [InlineData(Player.Actor, Solver.ConjugateGradient, Curvature.Hessian)]
    [InlineData(Player.Actor, Solver.ConjugateGradient, Curvature.GaussNewton)]
    [InlineData(Player.Actor, Solver.SampleSpace, Curvature.GaussNewton)]
    [InlineData(Player.Critic, Solver.ConjugateGradient, Curvature.Hessian)]
    public void A_leader_follows_the_dense_total_derivative(Player leader, Solver solver, Curvature curvature)
    {
        foreach (LeaderDerivative derivative in Enum.GetValues<LeaderDerivative>().Where(d => leader == Player.Actor || d == LeaderDerivative.CurrentAction))
        {
            // Damping that makes the Hessian positive definite, as conjugate gradient needs.
            var options = new RuleOptions
            {
                Rule = Rule.Stackelberg,
                Leader = leader,
                Solver = solver,
                Curvature = curvature,
                LeaderDerivative = derivative,
                Damping = 20,
                SolverIterations = 500,
                SolverTolerance = 1e-13,
            };
            ActorCriticGame<double> game = GameOf(options, _policy);
            var rule = new GradientRule<double>(options, [game], new RandomStream(1));
            rule.ComputeBoth();

            Game<double> led = game.LedBy(leader);
            led = curvature == Curvature.Hessian
                ? led
                : led with { Curvature = GaussNewton.Product(_critic, [.. game.CriticErrors.Select(e => e.Prediction)]) };
            var dense = new DenseTotalDerivative(led, options.Damping);
            dense.Compute();
            Assert.True(rule.Leading.Total.ImplicitNorm > 1e-4 * rule.Leading.Total.DirectNorm);
            Near.Equal(dense.Total, rule.Of(leader).Values, 1e-9);
            Near.Equal(dense.Implicit, rule.Leading.Total.Implicit, 1e-8);
        }
    }

    [Fact]
    public void A_leading_actor_foresees_the_first_critic_alone()
    {
        var options = new RuleOptions { Rule = Rule.Stackelberg, Damping = 20 };
        var dense = new DenseTotalDerivative(GameOf(options, _policy).LedBy(Player.Actor), options.Damping);
        dense.Compute();
        double[] before = dense.Implicit.ToArray();
        Span<double> second = _critic.Values[(_critic.Count / 2)..];
        Assert.All(dense.LeaderInFollower[(_critic.Count / 2)..].ToArray(), x => Assert.Equal(0, x));

        // What the second critic says changes nothing.
        _random.Normal(second);
        dense.Compute();
        Near.Equal(before, dense.Implicit, 1e-12);
    }

    [Fact]
    public void A_target_policy_leaves_the_leader_with_its_gradient_exactly()
    {
        foreach (Solver solver in new[] { Solver.ConjugateGradient, Solver.SampleSpace })
        {
            var options = new RuleOptions
            {
                Rule = Rule.Stackelberg,
                Solver = solver,
                Curvature = solver == Solver.SampleSpace ? Curvature.GaussNewton : Curvature.Hessian,
            };
            var rule = new GradientRule<double>(options, [GameOf(options, _targetPolicy)], new RandomStream(1));
            rule.Actor.Compute();
            Assert.Equal(rule.Leading.Total.Direct.ToArray(), rule.Actor.Values.ToArray());
        }
    }

    [Theory]
    [InlineData(Rule.Individual, Player.Actor, UpdateOrder.InTurn)]
    [InlineData(Rule.Stackelberg, Player.Actor, UpdateOrder.InTurn)]
    [InlineData(Rule.Stackelberg, Player.Actor, UpdateOrder.Simultaneous)]
    [InlineData(Rule.Stackelberg, Player.Critic, UpdateOrder.Simultaneous)]
    public void The_mean_value_comes_with_the_critics_direction_whoever_leads(Rule rule, Player leader, UpdateOrder order)
    {
        var options = new RuleOptions { Rule = rule, Leader = leader, Order = order };
        var directions = new GradientRule<double>(options, [GameOf(options, _policy)], new RandomStream(1));
        var builder = new ProgramBuilder<double>();
        Output<double> expected = builder.Output(Operations.Mean(_q.First.Value(_batch.Observation, _batch.Action)));
        builder.Build().Run();
        directions.Critic.Compute();
        Near.Equal(expected.Value, directions.Critic.Measured("train/mean_q")[0], 1e-12);
        directions.ComputeBoth();
        Near.Equal(expected.Value, directions.Critic.Measured("train/mean_q")[0], 1e-12);
    }

    private ActorCriticGame<double> GameOf(RuleOptions options, DeterministicPolicy<double> next)
    {
        var game = new Td3Game<double>(_batch, _q, _target, _policy, next, _noise, new Td3Options { TargetNoise = 0.6, Gradient = options });
        return game.Between(_actor, _critic) with { CriticMeasures = [game.MeanValue] };
    }
}
