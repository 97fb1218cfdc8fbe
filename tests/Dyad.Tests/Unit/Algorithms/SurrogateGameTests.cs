using System.Numerics.Tensors;
using Dyad.Algorithms;
using Dyad.Autodiff;
using Dyad.Experience;
using Dyad.Games;
using Dyad.Numerics;
using static Dyad.Autodiff.Operations;

namespace Dyad.Tests.Unit.Algorithms;

/// <summary>
/// PPO as a game that the actor leads, in expectation: on a task whose expectations are exact, against finite differences of exact
/// tabular quantities. Critics are linear, as tables or with fewer features than states.
/// </summary>
[Trait("Category", "unit")]
public sealed class SurrogateGameTests
{
    private const double Gamma = LayeredMdp.Discount;

    // Two features of four states: a critic that cannot be right everywhere.
    private static readonly double[] Features = [1, 0.3, 1, -0.8, 0.4, 1.1, -0.6, 0.9];

    private static readonly double[] Table = [.. Enumerable.Range(0, LayeredMdp.States).Select(i => 0.7 - (0.5 * i) + (0.2 * i * i))];

    private readonly Parameters<double> _actor = new("actor");
    private readonly Parameters<double> _critic = new("critic");

    [Theory]
    [InlineData(SurrogateCoupling.Returns, 1)]
    [InlineData(SurrogateCoupling.Returns, 0.7)]
    [InlineData(SurrogateCoupling.Returns, 0)]
    [InlineData(SurrogateCoupling.ReturnsAndVisits, 1)]
    [InlineData(SurrogateCoupling.ReturnsAndVisits, 0.7)]
    public void The_coupling_is_the_derivative_of_the_critics_cost_in_both_players(SurrogateCoupling coupling, double lambda)
    {
        (Game<double> game, _) = Game(LayeredMdp.States, Table, lambda, new() { Coupling = coupling });
        new RandomStream(1).Normal(_critic.Values);
        double[] visits = LayeredMdp.Visits(LayeredMdp.Logits);
        double Loss(double[] logits, double[] w)
        {
            double[] weights = coupling == SurrogateCoupling.Returns ? visits : LayeredMdp.Visits(logits);
            double[] returns = LayeredMdp.LambdaReturns(logits, Table, lambda);
            return weights.Select((d, s) => d * (w[s] - returns[s]) * (w[s] - returns[s])).Sum();
        }

        var dense = new DenseTotalDerivative(game);
        dense.Compute();
        double[] logits = LayeredMdp.Logits, critic = _critic.Values.ToArray(), actual = new double[logits.Length];
        for (int j = 0; j < critic.Length; j++)
        {
            double[] unit = new double[critic.Length];
            unit[j] = 1;
            dense.ApplyMixed(unit, actual);
            double[] expected = [.. logits.Select((_, i) => Difference(logits, i, x => Difference(critic, j, w => Loss(x, w))))];
            Near.Equal(expected, actual, 1e-8, $"mixed derivative, column {j}");
        }
    }

    [Fact]
    public void At_lambda_1_the_returns_have_the_value_of_the_policy() =>
        Near.Equal(LayeredMdp.Values(LayeredMdp.Logits), LayeredMdp.LambdaReturns(LayeredMdp.Logits, Table, lambda: 1), 1e-12);

    [Theory]
    [InlineData(SurrogateValue.Return, SurrogateCoupling.Returns, 0.7, true)]
    [InlineData(SurrogateValue.Return, SurrogateCoupling.Returns, 0, false)]
    [InlineData(SurrogateValue.Return, SurrogateCoupling.ReturnsAndVisits, 0.7, false)]
    [InlineData(SurrogateValue.Advantage, SurrogateCoupling.Returns, 1, true)]
    [InlineData(SurrogateValue.Advantage, SurrogateCoupling.Returns, 0.7, false)]
    [InlineData(SurrogateValue.Advantage, SurrogateCoupling.ReturnsAndVisits, 1, false)]
    public void The_total_derivative_is_that_of_the_cost_with_the_critic_that_answers(
        SurrogateValue value, SurrogateCoupling coupling, double lambda, bool table)
    {
        double[] features = table ? Identity() : Features;
        (Game<double> game, SegmentInputs<double> batch) = Game(features.Length / LayeredMdp.States, Table, lambda, new() { Coupling = coupling, LeaderValue = value }, features);
        double[] logits = LayeredMdp.Logits;
        double[] Answer(double[] x) => BestCritic(
            features, coupling == SurrogateCoupling.Returns ? LayeredMdp.Visits(logits) : LayeredMdp.Visits(x), LayeredMdp.LambdaReturns(x, Table, lambda));
        double[] answer = Answer(logits);
        answer.CopyTo(_critic.Values);
        double[] baseline = Values(features, answer);
        var dense = new DenseTotalDerivative(game);
        dense.Compute();
        double[] expected = [.. logits.Select((_, i) => Difference(logits, i, x => Cost(batch, x, Values(features, Answer(x)), baseline, value, lambda)))];
        Near.Equal(expected, dense.Total, 1e-8, "total derivative");
        Assert.True(TensorPrimitives.Distance(dense.Direct, dense.Total) > 0.005);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_published_sign_is_the_opposite_of_the_implicit_function(bool table)
    {
        // Each step by itself (the authors' first form): without sums over steps and traces, where both couplings are of the same scores.
        double[] features = table ? Identity() : Features;
        double[] Implicit(SurrogateCoupling coupling)
        {
            var fresh = new SurrogateGameTests();
            double[] values = Values(features, BestCritic(features, LayeredMdp.Visits(LayeredMdp.Logits), LayeredMdp.Values(LayeredMdp.Logits)));
            (Game<double> game, SegmentInputs<double> batch) = fresh.Game(
                features.Length / LayeredMdp.States, values, lambda: 1, new() { Coupling = coupling, LeaderValue = SurrogateValue.Advantage }, features, trace: 0);
            batch.One.Values.Clear();
            batch.PerRow.Values.Fill(1);
            BestCritic(features, LayeredMdp.Visits(LayeredMdp.Logits), LayeredMdp.Values(LayeredMdp.Logits)).CopyTo(fresh._critic.Values);
            var dense = new DenseTotalDerivative(game);
            dense.Compute();
            return dense.Implicit.ToArray();
        }

        // Twice, since A_t there is a function of the critic too.
        double[] formula = Implicit(SurrogateCoupling.Returns), published = Implicit(SurrogateCoupling.AsPublished);
        Assert.True(TensorPrimitives.Norm<double>(formula) > 0.05);
        Near.Equal([.. formula.Select(x => -2 * x)], published, 1e-10, "implicit part");
    }

    [Fact]
    public void With_advantages_and_their_baseline_foresight_undoes_the_ascent_and_the_published_sign_lengthens_it()
    {
        double[] logits = LayeredMdp.Logits, visits = LayeredMdp.Visits(logits), right = LayeredMdp.Values(logits);
        (Game<double> game, _) = Game(LayeredMdp.States, right, lambda: 1, new() { LeaderValue = SurrogateValue.Advantage });
        right.CopyTo(_critic.Values);
        var dense = new DenseTotalDerivative(game);
        dense.Compute();

        // The gradient of the value of the visited states: what a critic that answers subtracts as the baseline.
        double[] ascent = [.. logits.Select((_, i) => Difference(logits, i, x => LayeredMdp.Values(x).Select((v, s) => visits[s] * v).Sum()))];
        Near.Equal(ascent, dense.Implicit.ToArray().Select(x => -x).ToArray(), 1e-9, "implicit part");
        double[] direct = [.. dense.Direct.ToArray().Select(x => -x)], total = [.. dense.Total.ToArray().Select(x => -x)];
        Assert.True(TensorPrimitives.CosineSimilarity<double>(direct, ascent) > 0.9);
        Assert.True(TensorPrimitives.Dot<double>(total, ascent) < 0);
    }

    [Fact]
    public void With_returns_it_is_the_gradient_of_the_value_of_the_visited_states_where_the_critic_is_right_and_foreseen()
    {
        // lambda 0 in J, and the returns that the critic regresses on to the end.
        double[] logits = LayeredMdp.Logits, visits = LayeredMdp.Visits(logits), right = LayeredMdp.Values(logits);
        (Game<double> game, _) = Game(LayeredMdp.States, right, lambda: 0, new(), trace: Gamma);
        right.CopyTo(_critic.Values);

        // Scores of later steps weigh their advantages, which are those of one step: right where the critic is.
        var dense = new DenseTotalDerivative(game);
        dense.Compute();
        double[] expected = [.. logits.Select((_, i) => Difference(logits, i, x => LayeredMdp.Values(x).Select((v, s) => visits[s] * v).Sum()))];
        Near.Equal(expected, dense.Total.ToArray().Select(x => -x).ToArray(), 1e-9, "total derivative");
    }

    [Fact]
    public void A_ratio_beyond_the_clip_couples_no_longer()
    {
        (Game<double> game, SegmentInputs<double> batch) = Game(LayeredMdp.States, Table, lambda: 0, new() { CouplingClip = 0.2 });

        Assert.True(Implicit() > 0.01);

        // The policy moved: every ratio is 1.5, and advantages are such that the clip binds.
        for (int i = 0; i < batch.OldLogProbability.Values.Length; i++)
        {
            batch.OldLogProbability.Values[i] -= Math.Log(1.5);
            batch.Advantage.Values[i] = 1 + (i % 3);
        }

        Assert.Equal(0, Implicit());
        double Implicit()
        {
            var dense = new DenseTotalDerivative(game);
            dense.Compute();
            return TensorPrimitives.Norm(dense.Implicit);
        }
    }

    // -J, exactly, with the ratios of a policy and the values of a critic.
    private static double Cost(SegmentInputs<double> batch, double[] logits, double[] values, double[] baseline, SurrogateValue value, double lambda)
    {
        double[] policy = LayeredMdp.Policy(logits);
        int rows = batch.Reward.Values.Length;
        double[] at = new double[rows], next = new double[rows], advantages = new double[rows];
        var last = new bool[rows];
        for (int i = 0; i < rows; i++)
        {
            last[i] = batch.Terminated.Values[i] == 1;
            at[i] = values[LayeredMdp.State(batch.Observation.Values, i)];
            next[i] = last[i] ? 0 : values[LayeredMdp.State(batch.NextObservation.Values, i)];
        }

        AdvantageEstimation.Advantages<double>(batch.Reward.Values, at, next, last, Gamma, lambda, advantages);
        double sum = 0;
        for (int i = 0; i < rows; i++)
        {
            int state = LayeredMdp.State(batch.Observation.Values, i);
            double ratio = policy[(state * LayeredMdp.Actions) + batch.Choice.Values[i]] / Math.Exp(batch.OldLogProbability.Values[i]);
            sum -= ratio * (advantages[i] + (value == SurrogateValue.Return ? at[i] - baseline[state] : 0));
        }

        return sum / rows;
    }

    // argmin over w of sum over s of d(s) (phi(s)'w - g(s))^2.
    private static double[] BestCritic(double[] features, double[] weights, double[] returns)
    {
        int n = features.Length / LayeredMdp.States;
        double[] matrix = new double[n * n], solution = new double[n];
        for (int s = 0; s < LayeredMdp.States; s++)
        {
            for (int i = 0; i < n; i++)
            {
                solution[i] += weights[s] * features[(s * n) + i] * returns[s];
                for (int j = 0; j < n; j++)
                {
                    matrix[(i * n) + j] += weights[s] * features[(s * n) + i] * features[(s * n) + j];
                }
            }
        }

        var factors = new LuFactorization(n);
        factors.Factor(matrix);
        factors.Solve(solution);
        return solution;
    }

    private static double[] Values(double[] features, double[] w) =>
        [.. Enumerable.Range(0, LayeredMdp.States).Select(s => w.Select((x, i) => x * features[(s * w.Length) + i]).Sum())];

    private static double[] Identity() => [.. Enumerable.Range(0, LayeredMdp.States * LayeredMdp.States).Select(i => i % (LayeredMdp.States + 1) == 0 ? 1.0 : 0)];

    // Fourth order, so that rounding and truncation both stay below the tolerance.
    private static double Difference(double[] at, int i, Func<double[], double> value)
    {
        double At(double shift)
        {
            double[] moved = [.. at];
            moved[i] += shift;
            return value(moved);
        }

        const double H = 1e-3;
        return ((8 * (At(H) - At(-H))) - (At(2 * H) - At(-2 * H))) / (12 * H);
    }

    private (Game<double> Game, SegmentInputs<double> Batch) Game(
        int parameters, double[] table, double lambda, SurrogateOptions options, double[]? features = null, double? trace = null)
    {
        SegmentInputs<double> batch = LayeredMdp.Segment(table, lambda);
        Parameter<double> logits = _actor.Add("logits", LayeredMdp.States, LayeredMdp.Actions);
        Parameter<double> w = _critic.Add("w", parameters, 1);
        LayeredMdp.Logits.CopyTo(_actor.Values);
        var phi = new Input<double>("features", LayeredMdp.States, parameters);
        (features ?? Identity()).CopyTo(phi.Values);
        Expression<double> Value(Expression<double> observation) => Product(Product(observation, phi), w);
        Expression<double> value = Value(batch.Observation), advantage = batch.Advantages(value, Value(batch.NextObservation), Gamma, lambda);
        Expression<double> logProbability = GatherColumns(LogSoftmax(Product(batch.Observation, logits)), batch.Choice);
        return (SurrogateGame.Of(
            _actor, _critic, batch, -Mean(Ppo.Surrogate(Exp(logProbability - batch.OldLogProbability), Stop(advantage), Number<double>(0.2))),
            logProbability, value, advantage, batch.AdvantageUnit, Number<double>(0.2), trace ?? (Gamma * lambda), options), batch);
    }
}
