using System.Numerics.Tensors;
using Dyad.Algorithms;
using Dyad.Algorithms.Rules;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Games;
using Dyad.Networks;
using Dyad.Tests.Unit.Training;
using static Dyad.Autodiff.Operations;
using static Dyad.Tests.Unit.Algorithms.OnPolicyPlay;

namespace Dyad.Tests.Unit.Algorithms;

/// <summary>A leading actor on PPO's surrogate, and BLPO, move as their steps in double say, with a dense solve.</summary>
[Trait("Category", "unit")]
public sealed class PpoLeaderTests
{
    private const double Gamma = 0.9, Lambda = 0.8, ActorRate = 0.3, CriticRate = 0.02, Damping = 0.4;
    private const int Calls = 14, Passes = 2;

    private static readonly (string, string)[] Small =
    [
        ("hidden_width", "5"), ("last_hidden_width", "4"), ("optimizer", "sgd"), ("discount", "0.9"), ("gae_lambda", "0.8"), ("actor_learning_rate", "0.3"),
        ("critic_learning_rate", "0.02"), ("initial_log_deviation", "-3"), ("environments", "1"), ("steps_per_epoch", "14"), ("minibatch_size", "0"),
        ("passes", "2"), ("gradient_clip", "0"), ("policy_gain", "0.3"), ("damping", "0.4"),
    ];

    [Theory]
    [InlineData("stppo", true, "solver=exact")]
    [InlineData("stppo", true, "solver=sample-space,curvature=gauss-newton,entropy_coefficient=0.1")]
    [InlineData("stppo", false, "solver=exact,coupling=returns-and-visits,normalize_advantages=false")]
    [InlineData("stppo", true, "solver=exact,order=in-turn,critic_updates=3,leader_value=advantage,normalize_per_minibatch=false")]
    [InlineData("stppo", false, "solver=exact,order=in-turn,critic_updates=2,minibatch_advantages=true")]
    [InlineData("stppo", true, "solver=exact,value_coefficient=2,coupling_clip=0.01")]
    [InlineData("blpo", true, "solver=exact,critic_updates=3,coupling_clip=0.8")]
    [InlineData("blpo", false, "solver=exact,critic_updates=2,coupling_clip=0.5")]
    [InlineData("blpo", true, "solver=nystrom,nystrom_jitter=0,solver_iterations=60,critic_updates=2")]
    [InlineData("blpo", true, "solver=identity,critic_updates=2")]
    [InlineData("ppo-nested", true, "critic_updates=3")]
    public void Both_players_move_as_the_steps_say(string method, bool discrete, string changes)
    {
        OnPolicyReference reference = Reference(discrete);
        var agent = (EpochAgent)Create(method, reference, [.. Small, .. Parse(changes)]);
        var setting = new Setting(reference, (PpoOptions)agent.Options, Doubles(agent.Policy), Doubles(agent.Critic));
        double[] theta = Doubles(agent.Policy), w = Doubles(agent.Critic);
        List<OnPolicyStep>[] steps = Play(agent, reference, Calls);
        setting.Learn(Rows(steps, s => reference.Network(w, s, 1)[0], Gamma, Lambda));
        Near.Equal(Slope(w, setting.Critic, 1), Slope(w, Doubles(agent.Critic), 1), 2e-3, "critic");
        Near.Equal(Slope(theta, setting.Actor, 1), Slope(theta, Doubles(agent.Policy), 1), 4e-3, "actor");
        Assert.True(setting.Implicit > 0.02 || method == "ppo-nested", $"the implicit part is {setting.Implicit} of the direct one");
    }

    [Theory]
    [InlineData("stppo", "coupling=returns-and-visits")]
    [InlineData("stppo", "leader_value=advantage")]
    [InlineData("stppo", "coupling_clip=0.001")]
    [InlineData("stppo", "implicit_bound=0.1")]
    [InlineData("stppo", "length_only=true")]
    [InlineData("stppo", "curvature=gauss-newton")]
    [InlineData("stppo", "solver=identity")]
    [InlineData("stppo", "minibatch_advantages=true")]
    [InlineData("stppo", "minibatch_size=5")]
    [InlineData("stppo", "follower_steps=3")]
    [InlineData("ppo", "minibatches=segments")]
    [InlineData("blpo", "coupling=returns")]
    [InlineData("blpo", "leader_value=return")]
    [InlineData("blpo", "nystrom_sampling=directions")]
    [InlineData("blpo", "nystrom_jitter=0")]
    [InlineData("blpo", "solver_iterations=2")]
    [InlineData("blpo", "solver=identity")]
    [InlineData("blpo", "minibatch_advantages=false")]
    [InlineData("blpo", "critic_updates=4")]
    public void An_option_changes_training_and_keeps_it_finite(string method, string change)
    {
        (string, string)[] some = method == "ppo" ? [("minibatch_size", "7")] : [];
        double[] without = Moved(method, some), with = Moved(method, [.. some, .. Parse(change)]);
        Assert.NotEqual(without, with);
        Assert.All(with, x => Assert.True(double.IsFinite(x)));
    }

    [Fact]
    public void Length_only_is_the_plain_direction_as_long_as_the_total_derivative()
    {
        double[] start = Moved("stppo", [("passes", "1")], calls: 0);
        double[] Step(string method, params (string, string)[] changes) => [.. Moved(method, [("passes", "1"), .. changes]).Zip(start, (x, y) => x - y)];
        double[] plain = Step("ppo", ("minibatches", "segments")), total = Step("stppo"), matched = Step("stppo", ("length_only", "true"));
        double factor = TensorPrimitives.Norm<double>(total) / TensorPrimitives.Norm<double>(plain);
        Assert.True(Math.Abs(factor - 1) > 0.02);
        Near.Equal([.. plain.Select(x => factor * x)], matched, 1e-3, "step");
    }

    [Fact]
    public void The_bound_on_the_correction_is_counted_and_holds()
    {
        (double, double) Hits(string bound)
        {
            OnPolicyReference reference = Reference(discrete: true);
            IAgent agent = Create("blpo", reference, [.. Small, ("implicit_bound", bound)]);
            Play(agent, reference, 3 * Calls);
            var row = new Recorder();
            agent.Measure(row);
            return (row["train/implicit_bound_hits"], row["train/implicit_norm"] / row["train/direct_norm"]);
        }

        // Two passes over one trajectory, three times.
        Assert.Equal(6, Hits("1e-6").Item1);
        Assert.Equal(0, Hits("0").Item1);
        Assert.True(Hits("1e-6").Item2 > 1e-6);
        double[] plain = Moved("ppo-nested", []), bounded = Moved("blpo", [("implicit_bound", "1e-6")]), free = Moved("blpo", [("implicit_bound", "0")]);
        Near.Equal(plain, bounded, 1e-5, "policy");
        Assert.Throws<Xunit.Sdk.TrueException>(() => Near.Equal(plain, free, 1e-4));
    }

    [Fact]
    public void Names_are_rules_of_the_plain_methods()
    {
        Assert.Equal(Moved("stppo", []), Moved("ppo", [("rule", "stackelberg")]));
        Assert.Equal("stppo", SmallTasks.Combination("ppo", [("rule", "stackelberg")]));
        Assert.Equal("ppo", SmallTasks.Combination("stppo", [("rule", "individual")]));
        Assert.Equal("ppo-nested", SmallTasks.Combination("blpo", [("rule", "individual")]));
        Assert.Equal("blpo", SmallTasks.Combination("ppo-nested", [("rule", "stackelberg")]));
        Assert.Equal(Moved("ppo-nested", []), Moved("blpo", [("rule", "individual")]));
    }

    [Theory]
    [InlineData("stppo", "leader=critic", "only the actor leads")]
    [InlineData("stppo", "minibatches=shuffled", "minibatches=segments")]
    [InlineData("ppo", "minibatch_advantages=true", "minibatches=segments")]
    [InlineData("stppo", "independent_batches=true", "one minibatch")]
    [InlineData("stppo", "solver=sample-space,curvature=gauss-newton,coupling=returns-and-visits", "coupling=returns")]
    [InlineData("ppo-nested", "discounted_visits=true", "minibatch_advantages")]
    [InlineData("blpo", "damping=0", "positive")]
    public void Options_that_do_not_go_together_are_told(string method, string changes, string part)
    {
        UserError error = Assert.Throws<UserError>(() => Create(method, Reference(discrete: true), [.. Small, .. Parse(changes)]));
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    private static (string, string)[] Parse(string changes) => [.. changes.Split(',').Select(x => (x.Split('=')[0], x.Split('=')[1]))];

    private static double[] Moved(string method, (string, string)[] changes, int calls = Calls)
    {
        OnPolicyReference reference = Reference(discrete: true);
        IAgent agent = Create(method, reference, [.. Small, .. changes]);
        Play(agent, reference, calls);
        return Doubles(agent.Policy);
    }

    // Both players in double, on one trajectory.
    private sealed class Setting
    {
        private readonly OnPolicyReference _reference;
        private readonly PpoOptions _options;
        private readonly Parameters<double> _actor = new("actor"), _critic = new("critic");

        public Setting(OnPolicyReference reference, PpoOptions options, double[] theta, double[] w)
        {
            (_reference, _options) = (reference, options);
            int[] Sizes(int outputs) => [reference.Observation, .. reference.Hidden, outputs];
            PolicyNetwork = new Mlp<double>(_actor, "policy", Sizes(reference.Action), Activation.Tanh);
            LogDeviation = reference.Discrete ? null : _actor.Add("log_deviation", 1, reference.Action);
            ValueNetwork = new Mlp<double>(_critic, "v", Sizes(1), Activation.Tanh);
            theta.CopyTo(_actor.Values);
            w.CopyTo(_critic.Values);
        }

        public double[] Actor => _actor.Values.ToArray();

        public double[] Critic => _critic.Values.ToArray();

        /// <summary>Largest norm of the implicit part in units of the direct one's.</summary>
        public double Implicit { get; private set; }

        private Mlp<double> PolicyNetwork { get; }

        private Parameter<double>? LogDeviation { get; }

        private Mlp<double> ValueNetwork { get; }

        public void Learn(OnPolicyRow[] rows)
        {
            var batch = new SegmentInputs<double>(rows.Length, _reference.Observation, _reference.Discrete ? 1 : _reference.Action);
            Expression<double> log = _reference.Discrete
                ? new CategoricalPolicy<double>(PolicyNetwork).LogProbability(batch.Observation, batch.Choice)
                : new GaussianPolicy<double>(PolicyNetwork, LogDeviation!).LogProbability(batch.Observation, batch.Action);
            Expression<double> entropy = _reference.Discrete
                ? new CategoricalPolicy<double>(PolicyNetwork).Entropy(batch.Observation)
                : new GaussianPolicy<double>(PolicyNetwork, LogDeviation!).Entropy(batch.Observation);
            Fill(batch, rows, log);
            var costs = new PpoGame<double>(
                batch, log, entropy, ValueNetwork.Apply(batch.Observation), ValueNetwork.Apply(batch.NextObservation), Number<double>(_options.ClipRange), _options);
            var builder = new ProgramBuilder<double>();
            Output<double> plain = builder.Output(Derivatives.Gradient(costs.ActorCost, _actor));
            Output<double> critic = builder.Output(Derivatives.Gradient(costs.CriticCost, _critic));
            CompiledProgram program = builder.Build();
            bool inTurn = _options.Gradient.Order == UpdateOrder.InTurn, led = _options.Gradient.Rule == Rule.Stackelberg;
            Expression<double> value = ValueNetwork.Apply(batch.Observation);
            Expression<double> advantage = batch.Advantages(value, ValueNetwork.Apply(batch.NextObservation), Gamma, Lambda);
            Expression<double> unit = _options is { MinibatchAdvantages: true, NormalizeAdvantages: true }
                ? Stop(Sqrt(Mean(Square(advantage - Mean(advantage))))) : batch.AdvantageUnit;
            Game<double>? game = !led ? null : SurrogateGame.Of(
                _actor, _critic, batch, costs.ActorCost, log, value, advantage, unit, Number<double>(_options.ClipRange), Gamma * Lambda, _options.Surrogate);
            game = game is null || _options.Gradient.Curvature == Curvature.Hessian ? game : game with
            {
                Curvature = GaussNewton.Product(_critic, [.. game.FollowerErrors.Select(e => e.Prediction)]),
            };
            for (int pass = 0; pass < Passes; pass++)
            {
                double[] before = inTurn ? [] : Direction();
                for (int i = 0; i < _options.CriticUpdates; i++)
                {
                    program.Run();
                    TensorPrimitives.MultiplyAdd(critic.Values, -CriticRate, _critic.Values, _critic.Values);
                }

                TensorPrimitives.MultiplyAdd<double>(inTurn ? Direction() : before, -ActorRate, _actor.Values, _actor.Values);
            }

            double[] Direction()
            {
                program.Run();
                if (game is null)
                {
                    return plain.Values.ToArray();
                }

                // Without curvature, as x = v / rho has it, a dense solve is of the damping alone.
                var dense = new DenseTotalDerivative(
                    _options.Gradient.Solver == Solver.Identity ? game with { Curvature = v => [.. v.Select(x => 0 * x)] } : game, Damping);
                dense.Compute();
                Near.Equal(plain.Values, dense.Direct, 1e-12, "direct part");
                double direct = TensorPrimitives.Norm(dense.Direct);
                Implicit = direct > 0 ? Math.Max(Implicit, TensorPrimitives.Norm(dense.Implicit) / direct) : Implicit;
                return dense.Total.ToArray();
            }
        }

        private void Fill(SegmentInputs<double> batch, OnPolicyRow[] rows, Expression<double> log)
        {
            double[] raw = [.. rows.Select(row => row.Advantage)];
            double mean = raw.Average(), deviation = Math.Sqrt(raw.Average(x => (x - mean) * (x - mean)));
            bool normalized = _options.NormalizeAdvantages;
            batch.Number();
            batch.AdvantageUnit.Set(normalized ? deviation : 1);
            double[] w = Critic;
            for (int i = 0; i < rows.Length; i++)
            {
                OnPolicyStep step = rows[i].Step;
                step.S.CopyTo(batch.Observation.Values[(i * _reference.Observation)..]);
                step.Next.CopyTo(batch.NextObservation.Values[(i * _reference.Observation)..]);
                step.A.CopyTo(batch.Action.Values[(i * step.A.Length)..]);
                batch.Choice.Values[i] = (int)step.A[0];
                batch.Reward.Values[i] = step.R;
                batch.Terminated.Values[i] = step.Terminated ? 1 : 0;
                batch.Return.Values[i] = raw[i] + _reference.Network(w, step.S, 1)[0];
                batch.Weight.Values[i] = normalized ? (raw[i] - mean) / deviation : raw[i];
                batch.Advantage.Values[i] = normalized ? raw[i] - mean : raw[i];
                batch.Continues.Values[i] = i + 1 < rows.Length && rows[i + 1].Stretch == rows[i].Stretch ? 1 : 0;
            }

            var builder = new ProgramBuilder<double>();
            Output<double> drawn = builder.Output(log);
            builder.Build().Run();
            drawn.Values.CopyTo(batch.OldLogProbability.Values);
        }
    }
}
