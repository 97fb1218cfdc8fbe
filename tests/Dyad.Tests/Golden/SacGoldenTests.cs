using System.Text.Json;
using Dyad.Algorithms;
using Dyad.Autodiff;
using Dyad.Networks;

namespace Dyad.Tests.Golden;

/// <summary>SAC's costs, gradients, total derivatives and residual quantities against PyTorch in float64 with dense solves.</summary>
[Trait("Category", "golden")]
public sealed class SacGoldenTests
{
    private const double Tolerance = 1e-8;

    public static IReadOnlyList<TheoryDataRow<string>> Files => GoldenFiles.Names("sac");

    [Theory]
    [MemberData(nameof(Files))]
    public void Costs_gradients_and_total_derivatives_equal_the_reference(string file) => Check(GoldenFiles.Read(file));

    [Theory]
    [MemberData(nameof(Files))]
    public void One_gradient_rule_with_a_wrong_sign_is_noticed(string file)
    {
        JsonElement document = GoldenFiles.Read(file);
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Check(document, SeededFault.Activation(document)));
    }

    private static void Check(JsonElement document, UnaryFunction<double>? activation = null)
    {
        JsonElement data = document.GetProperty("batch"), expected = document.GetProperty("expected");
        double bound = document.GetProperty("action_bound").GetDouble();
        var options = new SacOptions { Discount = document.GetProperty("gamma").GetDouble() };
        Expression<double> alpha = Operations.Number<double>(document.GetProperty("alpha").GetDouble());
        var reference = new NetworkReference(document) { Activation = activation };
        Parameters<double> actor = new("actor"), critic = new("critic"), target = new("target"), residual = new("residual");
        var policy = new SquashedGaussianPolicy<double>(reference.Network(actor, "actor"), bound);
        var twins = new TwinActionValue<double>(new(reference.Network(critic, "q1")), new(reference.Network(critic, "q2")));
        var targets = new TwinActionValue<double>(new(reference.Network(target, "target_q1")), new(reference.Network(target, "target_q2")));
        var w = new ActionValue<double>(reference.Network(residual, "residual"));
        var targetW = new ActionValue<double>(reference.Network(target, "target_residual"));
        reference.Load();

        Extent n = data.GetProperty("observation").GetArrayLength();
        int actions = data.GetProperty("action")[0].GetArrayLength();
        var batch = new TransitionInputs<double>(n, data.GetProperty("observation")[0].GetArrayLength(), actions);
        NetworkReference.Fill(batch.Observation, data.GetProperty("observation"));
        NetworkReference.Fill(batch.Action, data.GetProperty("action"));
        NetworkReference.Fill(batch.Reward, data.GetProperty("reward"));
        NetworkReference.Fill(batch.NextObservation, data.GetProperty("next_observation"));
        NetworkReference.Fill(batch.Terminated, data.GetProperty("terminated"));
        Input<double> noise = new("noise", n, actions), nextNoise = new("next noise", n, actions);
        NetworkReference.Fill(noise, document.GetProperty("noise").GetProperty("current"));
        NetworkReference.Fill(nextNoise, document.GetProperty("noise").GetProperty("next"));

        SampledAction<double> current = policy.Sample(batch.Observation, noise), next = policy.Sample(batch.NextObservation, nextNoise);
        var game = new SacGame<double>(batch, twins, targets, current, next, alpha, options);
        Expression<double> criticCost = game.CriticCost, actorCost = game.ActorCost;

        // One critic with its res-critic, and the TD error without entropy, as the paper prints it.
        var clip = new Input<double>("clip", 1, 1);
        clip.Set(document.GetProperty("clip").GetDouble());
        TwinActionValue<double> single = new(twins.First, null), correction = new(w, null);
        var residualGame = new ResidualGame<double>(
            batch, single, new(targets.First, null), correction, new(targetW, null), new(next.Action, -(alpha * next.LogProbability)), clip,
            options.Discount, ResidualReward.AsPublished);
        Expression<double> residualCost = residualGame.Cost;
        Expression<double> residualActorCost = (game with { Critic = single, Followed = single.Plus(correction) }).ActorCost;

        var builder = new ProgramBuilder<double>();
        var actual = new (string Name, Parameters<double>? Player, Output<double> Values)[]
        {
            ("critic_loss", null, builder.Output(criticCost)),
            ("actor_loss", null, builder.Output(actorCost)),
            ("critic_grad", critic, builder.Output(Derivatives.Gradient(criticCost, critic))),
            ("actor_grad", actor, builder.Output(Derivatives.Gradient(actorCost, actor))),
            ("log_prob", null, builder.Output(current.LogProbability)),
            ("residual_reward", null, builder.Output(residualGame.Rewards)),
            ("residual_loss", null, builder.Output(residualCost)),
            ("residual_grad", residual, builder.Output(Derivatives.Gradient(residualCost, residual))),
            ("residual_actor_loss", null, builder.Output(residualActorCost)),
            ("residual_actor_grad", actor, builder.Output(Derivatives.Gradient(residualActorCost, actor))),
        };
        builder.Build().Run();
        foreach ((string name, Parameters<double>? player, Output<double> output) in actual)
        {
            double[] values = player is null ? output.Values.ToArray() : NetworkReference.InFileOrder(player, output.Values);
            Compare.Near(GoldenFiles.Flat(expected.GetProperty(name)), values, Tolerance, name);
        }

        NetworkReference.CheckRule(document, game.Between(actor, critic));
    }
}
