using System.Numerics.Tensors;
using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Games;
using Dyad.Networks;
using Dyad.Tests.Unit.Training;
using static Dyad.Autodiff.Operations;
using static Dyad.Tests.Unit.Algorithms.OnPolicyPlay;

namespace Dyad.Tests.Unit.Algorithms;

/// <summary>The leading actor of the on-policy game moves along the total derivative of <see cref="EpisodeGame"/>, dense in double.</summary>
[Trait("Category", "unit")]
public sealed class StacUpdateTests
{
    private const double Gamma = 0.9, Lambda = 0.8, Rate = 0.01, Damping = 0.3;
    private const int Calls = 12;

    private static readonly (string, string)[] Small =
    [
        ("hidden_width", "5"), ("last_hidden_width", "4"), ("optimizer", "sgd"), ("discount", "0.9"), ("gae_lambda", "0.8"),
        ("actor_learning_rate", "0.01"), ("critic_learning_rate", "0.02"), ("initial_log_deviation", "-3"), ("environments", "2"),
        ("steps_per_epoch", "24"), ("critic_updates", "1"), ("solver", "exact"),
    ];

    [Theory]
    [InlineData(true, "v", "start-value", "in-turn", "hessian", "gae", false)]
    [InlineData(false, "v", "start-value", "simultaneous", "hessian", "gae", true)]
    [InlineData(true, "v", "start-value", "in-turn", "gauss-newton", "returns", false)]
    [InlineData(true, "v", "one-step", "in-turn", "gauss-newton", "returns", true)]
    [InlineData(false, "v", "one-step", "simultaneous", "hessian", "gae", false)]
    [InlineData(true, "v", "as-published", "simultaneous", "hessian", "gae", true)]
    [InlineData(false, "v", "as-published", "in-turn", "gauss-newton", "gae", false)]
    [InlineData(true, "q", "start-value", "in-turn", "gauss-newton", "returns", false)]
    [InlineData(false, "q", "start-value", "simultaneous", "hessian", "returns", false)]
    public void The_actor_moves_along_the_total_derivative(
        bool discrete, string critic, string form, string order, string curvature, string direct, bool normalized)
    {
        OnPolicyReference reference = Reference(discrete);
        var agent = (EpochAgent)Create("stac", reference,
        [
            .. Small, ("critic", critic), ("episode_form", form), ("order", order), ("curvature", curvature), ("direct_term", direct),
            ("damping", "0.3"), ("normalize_advantages", normalized ? "true" : "false"),
        ]);
        double[] theta = Doubles(agent.Policy), w = Doubles(agent.Critic);
        List<OnPolicyStep>[] steps = Play(agent, reference, Calls);

        // A Q critic of real vectors draws actions for the values of states; returns without a baseline need them at cuts alone.
        double Value(double[] s) => critic == "v" ? reference.Network(w, s, 1)[0]
            : discrete ? reference.Probabilities(theta, s).Zip(reference.Network(w, s, reference.Action), (p, q) => p * q).Sum()
            : 0;
        OnPolicyRow[] rows = Rows(steps, Value, Gamma, Lambda);
        bool noisy = critic == "q" && !discrete;
        double[] expected = Expected(reference, theta, order == "simultaneous" ? w : Doubles(agent.Critic), rows, critic, form, curvature, direct, normalized);
        double[] moved = Slope(theta, Doubles(agent.Policy), -Rate);
        if (noisy)
        {
            // With another draw at the cuts the direction is another one, but not far off.
            Assert.True(TensorPrimitives.CosineSimilarity<double>(expected, moved) > 0.9);
        }
        else
        {
            Near.Equal(expected, moved, 3e-3, "direction");
        }
    }

    [Theory]
    [InlineData("v", "start-value")]
    [InlineData("v", "as-published")]
    public void With_very_large_damping_it_is_the_plain_actor_critic(string critic, string form)
    {
        foreach (string order in new[] { "in-turn", "simultaneous" })
        {
            double[] plain = Moved("ac", []), led = Moved("stac", [("order", order), ("damping", "1e12"), ("critic", critic), ("episode_form", form)]);
            Near.Equal(plain, led, 1e-6, "policy");
            Assert.Throws<Xunit.Sdk.TrueException>(() => Near.Equal(plain, Moved("stac", [("order", order), ("damping", "0.3"), ("critic", critic), ("episode_form", form)]), 1e-4));
        }
    }

    [Theory]
    [InlineData("independent_batches", "true")]
    [InlineData("implicit_share", "0.4")]
    [InlineData("implicit_bound", "0.1")]
    [InlineData("actor_rate_power", "0.5")]
    [InlineData("critic_rate_power", "0.5")]
    [InlineData("follower_steps", "3")]
    public void An_option_changes_training_and_keeps_it_finite(string name, string value)
    {
        double[] without = Moved("stac", [("damping", "0.3")], calls: 3 * Calls), with = Moved("stac", [("damping", "0.3"), (name, value)], calls: 3 * Calls);
        Assert.NotEqual(without, with);
        Assert.All(with, x => Assert.True(double.IsFinite(x)));
    }

    [Fact]
    public void Length_only_is_the_plain_direction_as_long_as_the_total_derivative()
    {
        double[] start = Moved("ac", [], calls: 0);
        double[] Step(string method, params (string, string)[] changes) => [.. Moved(method, changes).Zip(start, (x, y) => x - y)];
        double[] plain = Step("ac"), total = Step("stac", ("damping", "0.3")), matched = Step("stac", ("damping", "0.3"), ("length_only", "true"));
        double factor = TensorPrimitives.Norm<double>(total) / TensorPrimitives.Norm<double>(plain);
        Assert.True(factor > 1.1);
        Near.Equal([.. plain.Select(x => factor * x)], matched, 1e-4, "step");
    }

    [Fact]
    public void The_name_is_a_rule_of_the_plain_method()
    {
        Assert.Equal(Moved("stac", []), Moved("ac", [("rule", "stackelberg")]));
        Assert.Equal("stac", SmallTasks.Combination("ac", [("rule", "stackelberg")]));
        Assert.Equal("ac", SmallTasks.Combination("stac", [("rule", "individual")]));
        Assert.Equal("ac", SmallTasks.Combination("ac", []));
    }

    [Fact]
    public void Whole_episodes_end_an_epoch_with_an_episode()
    {
        OnPolicyReference reference = Reference(discrete: true);
        IAgent agent = Create("ac", reference, [.. Small, ("environments", "1"), ("steps_per_epoch", "4"), ("whole_episodes", "true")]);
        double Updates(int calls)
        {
            Play(agent, reference, calls);
            var row = new Recorder();
            agent.Measure(row);
            return row["train/updates"];
        }

        // The episode ends at the fifth step of a play; then it runs on.
        Assert.Equal(0, Updates(4));
        Assert.Equal(1, Updates(5));
        Assert.Equal(1, Updates(4));
    }

    [Theory]
    [InlineData("leader=critic", "only the actor leads")]
    [InlineData("leader_derivative=replayed-action", "methods with a replay")]
    [InlineData("critic=q,episode_form=one-step", "for a V critic")]
    [InlineData("solver=sample-space,curvature=gauss-newton,critic=q", "proposition 1")]
    [InlineData("whole_episodes=true", "environments=1")]
    public void Options_that_do_not_go_together_are_told(string changes, string part)
    {
        UserError error = Assert.Throws<UserError>(() => Create(
            "stac", Reference(discrete: true), [.. Small, .. changes.Split(',').Select(x => (x.Split('=')[0], x.Split('=')[1]))]));
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    private static double[] Moved(string method, (string, string)[] changes, int calls = Calls)
    {
        OnPolicyReference reference = Reference(discrete: true);
        IAgent agent = Create(method, reference, [.. Small, .. changes]);
        Play(agent, reference, calls);
        return Doubles(agent.Policy);
    }

    private static double[] Expected(OnPolicyReference reference, double[] theta, double[] w, OnPolicyRow[] rows, string critic, string form,
        string curvature, string direct, bool normalized)
    {
        Parameters<double> actor = new("actor"), player = new("critic");
        int[] Sizes(int inputs, int outputs) => [inputs, .. reference.Hidden, outputs];
        var network = new Mlp<double>(actor, "policy", Sizes(reference.Observation, reference.Action), Activation.Tanh);
        Parameter<double>? deviation = reference.Discrete ? null : actor.Add("log_deviation", 1, reference.Action);
        bool q = critic == "q";
        var value = new Mlp<double>(
            player, "critic", Sizes(reference.Observation + (q && !reference.Discrete ? reference.Action : 0), q && reference.Discrete ? reference.Action : 1), Activation.Tanh);
        theta.CopyTo(actor.Values);
        w.CopyTo(player.Values);

        int stretches = rows[^1].Stretch + 1;
        var batch = new EpisodeInputs<double>(rows.Length, stretches, reference.Observation, reference.Discrete ? 1 : reference.Action);
        double[] raw = [.. rows.Select(row => direct == "gae" ? row.Advantage : row.Return)];
        double mean = raw.Average(), scale = normalized ? Math.Sqrt(raw.Average(x => (x - mean) * (x - mean))) : 1;
        for (int i = 0; i < rows.Length; i++)
        {
            OnPolicyRow row = rows[i];
            row.Step.S.CopyTo(batch.Observation.Values[(i * reference.Observation)..]);
            row.Step.Next.CopyTo(batch.NextObservation.Values[(i * reference.Observation)..]);
            row.Step.A.CopyTo(batch.Action.Values[(i * row.Step.A.Length)..]);
            batch.Choice.Values[i] = (int)row.Step.A[0];
            batch.Reward.Values[i] = row.Step.R;
            batch.Terminated.Values[i] = row.Step.Terminated ? 1 : 0;
            batch.Return.Values[i] = row.Return;
            batch.Weight.Values[i] = normalized ? (raw[i] - mean) / scale : raw[i];
            batch.DiscountedReturn.Values[i] = Math.Pow(Gamma, row.Place) * raw[i];
            batch.Episode.Values[i] = row.Stretch;
            if (row.Place == 0)
            {
                batch.First.Values[row.Stretch] = i;
            }
        }

        Expression<double> logProbability = reference.Discrete
            ? new CategoricalPolicy<double>(network).LogProbability(batch.Observation, batch.Choice)
            : new GaussianPolicy<double>(network, deviation!).LogProbability(batch.Observation, batch.Action);
        Expression<double> taken = !q ? value.Apply(batch.Observation)
            : reference.Discrete ? GatherColumns(value.Apply(batch.Observation), batch.Choice)
            : value.Apply(Concatenate(batch.Observation, batch.Action));
        Game<double> game = form == "as-published" ? EpisodeGame.AsPublished(actor, player, batch, logProbability, value.Apply)
            : q ? EpisodeGame.OfActionValue(actor, player, batch, logProbability, batch.OfFirst(taken))
            : EpisodeGame.OfStateValue(
                actor, player, batch, logProbability, value.Apply, form == "one-step" ? LeaderObjective.OneStep : LeaderObjective.StartValue, Gamma);
        Expression<double> plain = -Mean(batch.Weight * logProbability);
        double unit = stretches / (rows.Length * scale);
        game = form == "as-published" ? game : game with
        {
            LeaderCost = q || form == "one-step" ? unit * game.LeaderCost : plain,
            LeaderCostInFollower = unit * game.LeaderCostInFollower,
        };
        game = curvature == "hessian" ? game : game with
        {
            Curvature = GaussNewton.Product(player, [.. game.FollowerErrors.Select(e => e.Prediction)]),
        };
        var dense = new DenseTotalDerivative(game, Damping);
        dense.Compute();
        return [.. dense.Total];
    }
}
