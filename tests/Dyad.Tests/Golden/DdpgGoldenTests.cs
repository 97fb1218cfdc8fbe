using System.Text.Json;
using Dyad.Algorithms;
using Dyad.Autodiff;
using Dyad.Networks;

namespace Dyad.Tests.Golden;

/// <summary>DDPG's costs, gradients and total derivatives against PyTorch in float64 with dense solves.</summary>
[Trait("Category", "golden")]
public sealed class DdpgGoldenTests
{
    private const double Tolerance = 1e-8;

    public static IReadOnlyList<TheoryDataRow<string>> Files => GoldenFiles.Names("ddpg");

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
        var options = new DdpgOptions { Discount = document.GetProperty("gamma").GetDouble() };
        var reference = new NetworkReference(document) { Activation = activation };
        Parameters<double> actor = new("actor"), critic = new("critic"), target = new("target");
        var policy = new DeterministicPolicy<double>(reference.Network(actor, "actor"), bound);
        var q = new ActionValue<double>(reference.Network(critic, "critic"));
        var targetQ = new ActionValue<double>(reference.Network(target, "target_critic"));
        reference.Load();

        int n = data.GetProperty("observation").GetArrayLength();
        var batch = new TransitionInputs<double>(
            n, data.GetProperty("observation")[0].GetArrayLength(), data.GetProperty("action")[0].GetArrayLength());
        NetworkReference.Fill(batch.Observation, data.GetProperty("observation"));
        NetworkReference.Fill(batch.Action, data.GetProperty("action"));
        NetworkReference.Fill(batch.Reward, data.GetProperty("reward"));
        NetworkReference.Fill(batch.NextObservation, data.GetProperty("next_observation"));
        NetworkReference.Fill(batch.Terminated, data.GetProperty("terminated"));

        var game = new DdpgGame<double>(batch, q, targetQ, policy, policy, options);
        Expression<double> criticCost = game.CriticCost, actorCost = game.ActorCost;
        var builder = new ProgramBuilder<double>();
        Output<double> criticLoss = builder.Output(criticCost), actorLoss = builder.Output(actorCost);
        Output<double> criticGradient = builder.Output(Derivatives.Gradient(criticCost, critic));
        Output<double> actorGradient = builder.Output(Derivatives.Gradient(actorCost, actor));
        builder.Build().Run();
        Compare.Near(expected.GetProperty("critic_loss").GetDouble(), criticLoss.Value, Tolerance, "critic loss");
        Compare.Near(expected.GetProperty("actor_loss").GetDouble(), actorLoss.Value, Tolerance, "actor loss");
        Compare.Near(GoldenFiles.Flat(expected.GetProperty("critic_grad")),
            NetworkReference.InFileOrder(critic, criticGradient.Values), Tolerance, "critic gradient");
        Compare.Near(GoldenFiles.Flat(expected.GetProperty("actor_grad")),
            NetworkReference.InFileOrder(actor, actorGradient.Values), Tolerance, "actor gradient");

        NetworkReference.CheckRule(document, game.Between(actor, critic));
    }
}
