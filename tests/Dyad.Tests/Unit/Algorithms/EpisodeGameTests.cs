using System.Numerics.Tensors;
using Dyad.Algorithms;
using Dyad.Autodiff;
using Dyad.Games;
using Dyad.Numerics;
using static Dyad.Autodiff.Operations;

namespace Dyad.Tests.Unit.Algorithms;

/// <summary>What the on-policy Stackelberg update is in expectation, on a task whose expectations are exact; tables for both players.</summary>
[Trait("Category", "unit")]
public sealed class EpisodeGameTests
{
    private const double Tolerance = 1e-10;

    private readonly Parameters<double> _actor = new("actor");
    private readonly Parameters<double> _critic = new("critic");
    private readonly EpisodeInputs<double> _batch = LayeredMdp.Batch();
    private readonly Expression<double> _logProbability;

    public EpisodeGameTests()
    {
        Parameter<double> logits = _actor.Add("logits", LayeredMdp.States, LayeredMdp.Actions);
        LayeredMdp.Logits.CopyTo(_actor.Values);
        _logProbability = GatherColumns(LogSoftmax(Product(_batch.Observation, logits)), _batch.Choice);
    }

    [Fact]
    public void Theorem_1_is_the_derivative_of_the_followers_loss()
    {
        Game<double> game = ActionValueGame(seed: 1);
        CheckMixed(game, (logits, critic) =>
        {
            double[] policy = LayeredMdp.Policy(logits), q = LayeredMdp.ActionValues(logits);
            double loss = 0;
            for (int i = 0; i < q.Length; i++)
            {
                loss += LayeredMdp.Start(i / 2) * policy[i] * (critic[i] - q[i]) * (critic[i] - q[i]);
            }

            return loss;
        });
    }

    [Theory]
    [InlineData(LeaderObjective.StartValue)]
    [InlineData(LeaderObjective.OneStep)]
    public void Proposition_1_is_the_derivative_of_the_followers_loss(LeaderObjective objective) =>
        CheckMixed(StateValueGame(objective, seed: 2), (logits, critic) =>
        {
            double[] v = LayeredMdp.Values(logits);
            return Enumerable.Range(0, LayeredMdp.States).Sum(s => LayeredMdp.Start(s) * (critic[s] - v[s]) * (critic[s] - v[s]));
        });

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void With_an_action_value_critic_the_total_derivative_is_the_policy_gradient_whatever_the_critic(int seed) =>
        Near.Equal(PolicyGradient(), Total(ActionValueGame(seed)), Tolerance, "total derivative");

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    public void With_the_value_of_the_start_it_is_twice_the_policy_gradient_whatever_the_critic(int seed) =>
        Near.Equal([.. PolicyGradient().Select(x => 2 * x)], Total(StateValueGame(LeaderObjective.StartValue, seed)), Tolerance, "total derivative");

    [Fact]
    public void With_one_step_and_the_value_of_the_next_state_it_is_the_policy_gradient_only_where_the_critic_is_right()
    {
        Game<double> game = StateValueGame(LeaderObjective.OneStep, seed: 7);
        double[] gradient = PolicyGradient();
        Assert.True(Distance(gradient, Total(game)) > 0.01);
        LayeredMdp.Values(LayeredMdp.Logits).CopyTo(_critic.Values);
        Near.Equal(gradient, Total(game), Tolerance, "total derivative");
    }

    [Fact]
    public void As_published_the_implicit_part_is_a_multiple_of_the_plain_gradient()
    {
        Parameter<double> table = Table(1, seed: 8);
        new RandomStream(9).Normal(_batch.Weight.Values);
        var dense = new DenseTotalDerivative(
            EpisodeGame.AsPublished(_actor, _critic, _batch, _logProbability, s => Product(s, table)), damping: 0.1);
        dense.Compute();
        double factor = TensorPrimitives.Dot(dense.Implicit, dense.Direct) / TensorPrimitives.SumOfSquares(dense.Direct);
        Assert.True(Math.Abs(factor) > 1e-3);
        Near.Equal([.. dense.Direct.ToArray().Select(x => factor * x)], dense.Implicit, 1e-12, "implicit part");
    }

    // The gradient of sum over s of start(s) V(s), by finite differences of exact values.
    private static double[] PolicyGradient()
    {
        double[] logits = LayeredMdp.Logits;
        return [.. logits.Select((_, i) => Difference(logits, i, x =>
            LayeredMdp.Values(x).Select((v, s) => LayeredMdp.Start(s) * v).Sum()))];
    }

    private static double Difference(double[] at, int i, Func<double[], double> value)
    {
        // Fourth order, so that rounding and truncation both stay below the tolerance.
        double At(double shift)
        {
            double[] moved = [.. at];
            moved[i] += shift;
            return value(moved);
        }

        const double H = 1e-3;
        return ((8 * (At(H) - At(-H))) - (At(2 * H) - At(-2 * H))) / (12 * H);
    }

    private static double Distance(double[] x, double[] y) => Math.Sqrt(x.Zip(y, (a, b) => (a - b) * (a - b)).Sum());

    private Game<double> ActionValueGame(int seed)
    {
        Parameter<double> table = Table(LayeredMdp.Actions, seed);
        Expression<double> first = GatherColumns(Product(_batch.Observation, table), _batch.Choice);
        return EpisodeGame.OfActionValue(_actor, _critic, _batch, _logProbability, _batch.OfFirst(first));
    }

    private Game<double> StateValueGame(LeaderObjective objective, int seed)
    {
        Parameter<double> table = Table(1, seed);
        return EpisodeGame.OfStateValue(
            _actor, _critic, _batch, _logProbability, s => Product(s, table), objective, LayeredMdp.Discount);
    }

    private Parameter<double> Table(int columns, int seed)
    {
        Parameter<double> table = _critic.Add("table", LayeredMdp.States, columns);
        new RandomStream(seed).Normal(_critic.Values);
        return table;
    }

    // Of the objective, which is minus the leader's cost.
    private static double[] Total(Game<double> game)
    {
        var dense = new DenseTotalDerivative(game);
        dense.Compute();
        return [.. dense.Total.ToArray().Select(x => -x)];
    }

    // The coupling's mixed derivative, column by column, against differences of the exact loss in both players.
    private void CheckMixed(Game<double> game, Func<double[], double[], double> loss)
    {
        var dense = new DenseTotalDerivative(game);
        dense.Compute();
        double[] logits = LayeredMdp.Logits, critic = _critic.Values.ToArray(), actual = new double[logits.Length];
        for (int j = 0; j < critic.Length; j++)
        {
            int column = j;
            double[] unit = new double[critic.Length];
            unit[j] = 1;
            dense.ApplyMixed(unit, actual);
            double[] expected = [.. logits.Select((_, i) => Difference(logits, i, x => Difference(critic, column, w => loss(x, w))))];
            Near.Equal(expected, actual, 1e-8, $"mixed derivative, column {j}");
        }
    }
}
