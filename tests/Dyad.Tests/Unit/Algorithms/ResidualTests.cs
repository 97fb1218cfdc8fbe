using Dyad.Algorithms;
using Dyad.Autodiff;
using Dyad.Networks;
using Dyad.Tabular;
using Dyad.Tests.Unit.Tabular;
using static Dyad.Autodiff.Operations;

namespace Dyad.Tests.Unit.Algorithms;

/// <summary>
/// The residual correction with networks that are tables, against the exact tabular theory: expectations are sums over all
/// transitions with their probabilities.
/// </summary>
[Trait("Category", "unit")]
public sealed class ResidualTests
{
    private const double Temperature = 0.4;

    [Theory]
    [InlineData(ResidualReward.AsPublished, double.PositiveInfinity)]
    [InlineData(ResidualReward.Correct, double.PositiveInfinity)]
    [InlineData(ResidualReward.AsPublished, 0.5)]
    [InlineData(ResidualReward.Correct, 2)]
    public void The_expected_gradient_is_that_of_the_clipped_td_errors(ResidualReward reward, double clip) =>
        RandomMdp.ForAll(8, problem =>
        {
            var game = new TableGame(problem, reward);
            int n = problem.Mdp.Pairs;
            double[][] q = [problem.Vector(n, 3), problem.Vector(n, 3)], w = [problem.Vector(n, 2), problem.Vector(n, 2)];
            double[][] gradient = game.ExpectedGradient(q, w, clip);
            for (int i = 0; i < 2; i++)
            {
                double[] expected = new double[n];
                game.ForEach((pair, next, probability) =>
                {
                    double soft = reward == ResidualReward.Correct ? Temperature * problem.Policy.LogProbabilities(problem.Mdp)[next] : 0;
                    double delta = problem.Mdp.Reward[pair] + (problem.Mdp.Discount * (q[i][next] - soft)) - q[i][pair];
                    double target = Math.Clamp(delta, -clip, clip) + (problem.Mdp.Discount * w[i][next]);
                    expected[pair] += probability * (w[i][pair] - target);
                });
                Near.Equal(expected, gradient[i], 1e-10);
            }
        }, terminations: false);

    [Theory]
    [InlineData(ResidualReward.AsPublished)]
    [InlineData(ResidualReward.Correct)]
    public void The_exact_correction_is_its_fixed_point_for_each_of_two_critics(ResidualReward reward) => RandomMdp.ForAll(8, problem =>
    {
        var game = new TableGame(problem, reward);
        int n = problem.Mdp.Pairs;
        double temperature = reward == ResidualReward.Correct ? Temperature : 0;
        double[][] q = [problem.Vector(n, 3), problem.Vector(n, 3)];
        double[][] w = [.. q.Select(critic => Exact(problem, critic, temperature))];
        Assert.All(game.ExpectedGradient(q, w, double.PositiveInfinity), gradient => Near.Equal(new double[n], gradient, 1e-10));

        // And nothing else is: w without what it would be for the other critic.
        Assert.Contains(game.ExpectedGradient(q, [w[1], w[0]], double.PositiveInfinity)[0], x => Math.Abs(x) > 1e-3);
    }, terminations: false);

    [Fact]
    public void An_actor_that_follows_the_corrected_critic_has_the_policy_gradient() => RandomMdp.ForAll(8, problem =>
    {
        int n = problem.Mdp.Pairs;
        foreach (double temperature in new[] { 0, Temperature })
        {
            double[][] q = [problem.Vector(n, 3), problem.Vector(n, 3)];
            double[][] w = [.. q.Select(critic => Exact(problem, critic, temperature))];
            var exact = new ExactGradients(problem.Evaluation, q[0], temperature);
            Near.Equal(exact.PolicyGradient(), ActorGradient(problem, [q[0]], [w[0]], temperature), 1e-9);
            Near.Equal(exact.PolicyGradient(), ActorGradient(problem, q, w, temperature), 1e-9);

            // With any other w it is Res-AC's: Actor_g of q + w.
            double[] other = problem.Vector(n, 2);
            double[] corrected = [.. q[0].Zip(other, (x, y) => x + y)];
            double[] residual = new ExactGradients(problem.Evaluation, corrected, temperature).ActorG();
            Near.Equal(residual, ActorGradient(problem, [q[0]], [other], temperature), 1e-10);
        }
    }, terminations: false);

    // w = Psi^-1 delta.
    private static double[] Exact(RandomMdp problem, double[] critic, double temperature)
    {
        double[] w = new double[critic.Length];
        problem.Evaluation.SolvePsi(new ExactGradients(problem.Evaluation, critic, temperature).Residual, w);
        return w;
    }

    // Gradient in the logits of sum over s, a of d(s) pi(a|s) (min (q + w)(s, a) - alpha log pi(a|s)), the values held fixed.
    private static double[] ActorGradient(RandomMdp problem, double[][] q, double[][] w, double temperature)
    {
        Mdp mdp = problem.Mdp;
        Parameters<double> actor = new("actor"), tables = new("tables");
        Parameter<double> logits = actor.Add("logits", mdp.States, mdp.Actions);
        Table[] critics = [.. q.Select((_, i) => new Table(tables, $"q{i}", mdp))], corrections = [.. w.Select((_, i) => new Table(tables, $"w{i}", mdp))];
        var corrected = TableGame.Pair(critics).Plus(TableGame.Pair(corrections));
        problem.Logits.CopyTo(logits.Values);
        for (int i = 0; i < q.Length; i++)
        {
            critics[i].Set(q[i]);
            corrections[i].Set(w[i]);
        }

        Input<double> state = new("s", mdp.Pairs, mdp.States), action = new("a", mdp.Pairs, mdp.Actions), weight = new("d", mdp.Pairs, 1);
        for (int pair = 0; pair < mdp.Pairs; pair++)
        {
            state.Values[(pair * mdp.States) + (pair / mdp.Actions)] = 1;
            action.Values[(pair * mdp.Actions) + (pair % mdp.Actions)] = 1;
            weight.Values[pair] = problem.Evaluation.StateOccupancy[pair / mdp.Actions];
        }

        Expression<double> log = SumColumns(LogSoftmax(Product<double>(state, logits)) * action);
        Expression<double> objective = Sum(weight * Exp(log) * (corrected.Smaller(state, action) - (temperature * log)));
        var builder = new ProgramBuilder<double>();
        Output<double> gradient = builder.Output(Derivatives.Gradient(objective, actor));
        builder.Build().Run();
        return gradient.Values.ToArray();
    }

    // A network that is a table: unit (s, a) of its only hidden layer is 1 for this pair and 0 for others, given as indicators.
    private sealed class Table
    {
        public Table(Parameters<double> player, string name, Mdp mdp)
        {
            Network = new Mlp<double>(player, name, [mdp.States + mdp.Actions, mdp.Pairs, 1]);
            Fill = () =>
            {
                for (int pair = 0; pair < mdp.Pairs; pair++)
                {
                    Network.Weights[0].Values[(pair / mdp.Actions * mdp.Pairs) + pair] = 1;
                    Network.Weights[0].Values[((mdp.States + (pair % mdp.Actions)) * mdp.Pairs) + pair] = 1;
                    Network.Biases[0].Values[pair] = -1;
                }
            };
        }

        public Mlp<double> Network { get; }

        private Action Fill { get; }

        public void Set(double[] values)
        {
            Fill();
            values.CopyTo(Network.Weights[1].Values);
        }
    }

    // The res-critic's game of two critics on a single transition, run once for each of them.
    private sealed class TableGame
    {
        private readonly RandomMdp _problem;
        private readonly Table[] _critics;
        private readonly Table[] _residuals;
        private readonly Table[] _targets;
        private readonly TransitionInputs<double> _batch;
        private readonly Input<double> _nextAction;
        private readonly Input<double> _entropy = new("entropy", 1, 1);
        private readonly Input<double> _clip = new("clip", 1, 1);
        private readonly Output<double> _gradient;
        private readonly CompiledProgram _program;
        private readonly Parameters<double> _player = new("residual");

        public TableGame(RandomMdp problem, ResidualReward reward)
        {
            _problem = problem;
            Mdp mdp = problem.Mdp;
            Parameters<double> fixedTables = new("fixed");
            _critics = Tables(fixedTables, "q");
            _targets = Tables(fixedTables, "wbar");
            _residuals = Tables(_player, "w");
            _batch = new TransitionInputs<double>(1, mdp.States, mdp.Actions);
            _nextAction = new Input<double>("next action", 1, mdp.Actions);

            // The targets are the critics themselves.
            var game = new ResidualGame<double>(
                _batch, Pair(_critics), Pair(_critics), Pair(_residuals), Pair(_targets), new NextMove<double>(_nextAction, _entropy), _clip,
                mdp.Discount, reward);
            var builder = new ProgramBuilder<double>();
            _gradient = builder.Output(Derivatives.Gradient(game.Cost, _player));
            _program = builder.Build();

            Table[] Tables(Parameters<double> player, string name) => [new(player, $"{name}1", mdp), new(player, $"{name}2", mdp)];
        }

        public static TwinActionValue<double> Pair(Table[] tables) =>
            new(new(tables[0].Network), tables.Length < 2 ? null : new(tables[1].Network));

        public void ForEach(Action<int, int, double> visit)
        {
            Mdp mdp = _problem.Mdp;
            for (int pair = 0; pair < mdp.Pairs; pair++)
            {
                for (int k = 0; k < mdp.NextStates(pair).Length; k++)
                {
                    for (int action = 0; action < mdp.Actions; action++)
                    {
                        int next = (mdp.NextStates(pair)[k] * mdp.Actions) + action;
                        visit(pair, next, mdp.NextProbabilities(pair)[k] * _problem.Policy.Probabilities[next]);
                    }
                }
            }
        }

        // Of each res-critic in its table, all pairs with weight 1.
        public double[][] ExpectedGradient(double[][] q, double[][] w, double clip)
        {
            int actions = _problem.Mdp.Actions;
            double[] log = _problem.Policy.LogProbabilities(_problem.Mdp), sum = new double[_player.Count];
            for (int i = 0; i < 2; i++)
            {
                _critics[i].Set(q[i]);
                _residuals[i].Set(w[i]);
                _targets[i].Set(w[i]);
            }

            _clip.Set(clip);
            ForEach((pair, next, probability) =>
            {
                Indicate(_batch.Observation, pair / actions);
                Indicate(_batch.Action, pair % actions);
                Indicate(_batch.NextObservation, next / actions);
                Indicate(_nextAction, next % actions);
                _batch.Reward.Set(_problem.Mdp.Reward[pair]);
                _entropy.Set(-Temperature * log[next]);
                _program.Run();
                for (int i = 0; i < sum.Length; i++)
                {
                    sum[i] += probability * _gradient.Values[i];
                }
            });
            return [.. _residuals.Select(table => sum.AsSpan(table.Network.Weights[1].Offset, _problem.Mdp.Pairs).ToArray())];
        }

        private static void Indicate(Input<double> input, int index)
        {
            input.Values.Clear();
            input.Values[index] = 1;
        }
    }
}
