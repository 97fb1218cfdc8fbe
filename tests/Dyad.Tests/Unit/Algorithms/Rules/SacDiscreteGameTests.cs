using Dyad.Algorithms;
using Dyad.Algorithms.Rules;
using Dyad.Autodiff;
using Dyad.Games;
using Dyad.Networks;
using Dyad.Numerics;
using Dyad.Tests.Unit.Autodiff;
using static Dyad.Autodiff.Operations;

namespace Dyad.Tests.Unit.Algorithms.Rules;

/// <summary>The costs of soft actor-critic for finitely many actions against plain loops, and its total derivatives against dense ones, in double.</summary>
[Trait("Category", "unit")]
public sealed class SacDiscreteGameTests
{
    private const int Rows = 11, ObservationSize = 3, Count = 4;
    private const double Alpha = 0.3, Discount = 0.9;

    private readonly RandomStream _random = new(8);
    private readonly Parameters<double> _actor = new("actor");
    private readonly Parameters<double> _critic = new("critic");
    private readonly Parameters<double> _bar = new("target critic");
    private readonly TransitionInputs<double> _batch = new(Rows, ObservationSize, Count);
    private readonly Mlp<double> _policy;
    private readonly Mlp<double>[] _q;
    private readonly Mlp<double>[] _target;
    private readonly int[] _taken = new int[Rows];

    public SacDiscreteGameTests()
    {
        _policy = new(_actor, "policy", [ObservationSize, 5, Count], Activation.Tanh);
        _q = [.. Enumerable.Range(1, 2).Select(i => new Mlp<double>(_critic, $"q{i}", [ObservationSize, 5, Count], Activation.Tanh))];
        _target = [.. Enumerable.Range(1, 2).Select(i => new Mlp<double>(_bar, $"q{i}", [ObservationSize, 5, Count], Activation.Tanh))];
        foreach (Parameters<double> player in new[] { _actor, _critic, _bar })
        {
            _random.Normal(player.Values);
        }

        foreach (Input<double> input in new[] { _batch.Observation, _batch.Reward, _batch.NextObservation })
        {
            _random.Normal(input.Values);
        }

        for (int i = 0; i < Rows; i++)
        {
            _taken[i] = _random.Index(Count);
            _batch.Action.Values[(i * Count) + _taken[i]] = 1;
            _batch.Terminated.Values[i] = i % 4 == 1 ? 1 : 0;
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Costs_are_expectations_over_actions(bool entropyInTarget)
    {
        double critic = 0, actor = 0, replayed = 0;
        int second = 0;
        for (int i = 0; i < Rows; i++)
        {
            double[] s = Row(_batch.Observation, i), next = Row(_batch.NextObservation, i), pi = Softmax(s), after = Softmax(next), value = Smaller(_target, next);
            double v = Enumerable.Range(0, Count).Sum(a => after[a] * (value[a] - (entropyInTarget ? Alpha * Math.Log(after[a]) : 0)));
            double y = _batch.Reward.Values[i] + (Discount * (1 - _batch.Terminated.Values[i]) * v);
            critic += _q.Sum(q => Math.Pow(Forward(q, s)[_taken[i]] - y, 2)) / Rows;
            double[] smaller = Smaller(_q, s);
            actor += Enumerable.Range(0, Count).Sum(a => pi[a] * ((Alpha * Math.Log(pi[a])) - smaller[a])) / Rows;
            replayed -= smaller[_taken[i]] / Rows;
            second += Enumerable.Range(0, Count).Count(a => smaller[a] < Forward(_q[0], s)[a]);
        }

        // Each twin is the smaller one somewhere.
        Assert.InRange(second, 5, (Rows * Count) - 5);
        SacDiscreteGame<double> game = Game(new SacDiscreteOptions { Discount = Discount, EntropyInTarget = entropyInTarget });
        Near.Equal(critic, Value(game.CriticCost), 1e-12);
        Near.Equal(actor, Value(game.ActorCost), 1e-12);
        Near.Equal(replayed, Value(game.ReplayedActorCost), 1e-12);
        DerivativeCheck.Run(game.CriticCost, _critic, _actor);
        DerivativeCheck.Run(game.ActorCost, _actor, _critic);
    }

    [Theory]
    [InlineData(Player.Actor, Solver.ConjugateGradient, Curvature.Hessian)]
    [InlineData(Player.Actor, Solver.Minres, Curvature.Hessian)]
    [InlineData(Player.Actor, Solver.Exact, Curvature.Hessian)]
    [InlineData(Player.Actor, Solver.ConjugateGradient, Curvature.GaussNewton)]
    [InlineData(Player.Actor, Solver.SampleSpace, Curvature.GaussNewton)]
    [InlineData(Player.Actor, Solver.Nystrom, Curvature.GaussNewton)]
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
                SolverIterations = solver == Solver.Nystrom ? _critic.Count : 500,
                SolverTolerance = 1e-13,
            };
            ActorCriticGame<double> game = Game(new SacDiscreteOptions { Discount = Discount, Gradient = options }).Between(_actor, _critic);
            var rule = new GradientRule<double>(options, [game], new RandomStream(1));
            rule.ComputeBoth();
            Game<double> led = game.LedBy(leader);
            led = curvature == Curvature.Hessian
                ? led
                : led with { Curvature = GaussNewton.Product(_critic, [.. game.CriticErrors.Select(e => e.Prediction)]) };
            var dense = new DenseTotalDerivative(led, options.Damping);
            dense.Compute();
            Assert.True(rule.Leading.Total.ImplicitNorm > 1e-4 * rule.Leading.Total.DirectNorm);
            Near.Equal(dense.Total, rule.Of(leader).Values, 1e-8);
        }
    }

    private SacDiscreteGame<double> Game(SacDiscreteOptions options) => new(
        _batch, Twins(_q), Twins(_target), new CategoricalPolicy<double>(_policy), Number<double>(Alpha), options);

    private static TwinActionValue<double> Twins(Mlp<double>[] networks) => new(
        new ActionValue<double>(networks[0]) { OfChoices = true }, new ActionValue<double>(networks[1]) { OfChoices = true });

    private double[] Softmax(double[] s)
    {
        double[] weights = [.. Forward(_policy, s).Select(Math.Exp)];
        return [.. weights.Select(x => x / weights.Sum())];
    }

    private static double[] Smaller(Mlp<double>[] networks, double[] s) => [.. Forward(networks[0], s).Zip(Forward(networks[1], s), Math.Min)];

    private static double Value(Expression<double> expression)
    {
        var builder = new ProgramBuilder<double>();
        Output<double> value = builder.Output(expression);
        builder.Build().Run();
        return value.Value;
    }

    private static double[] Row(Input<double> input, int i) => input.Values.Slice(i * input.Columns.Count, input.Columns.Count).ToArray();

    // The network in plain loops.
    private static double[] Forward(Mlp<double> network, double[] x)
    {
        for (int layer = 0; layer < network.Weights.Count; layer++)
        {
            double[] weight = network.Weights[layer].Values.ToArray(), y = network.Biases[layer].Values.ToArray();
            for (int j = 0; j < y.Length; j++)
            {
                for (int k = 0; k < x.Length; k++)
                {
                    y[j] += x[k] * weight[(k * y.Length) + j];
                }
            }

            x = layer < network.Weights.Count - 1 ? [.. y.Select(Math.Tanh)] : y;
        }

        return x;
    }
}
