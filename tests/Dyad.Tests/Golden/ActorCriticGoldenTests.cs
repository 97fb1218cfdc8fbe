using System.Text.Json;
using Dyad.Algorithms;
using Dyad.Autodiff;
using Dyad.Games;
using Dyad.Networks;

namespace Dyad.Tests.Golden;

/// <summary>The on-policy actor-critic's parts of a Stackelberg step against PyTorch in float64 with a dense solve.</summary>
[Trait("Category", "golden")]
public sealed class ActorCriticGoldenTests
{
    private const double Tolerance = 1e-8;

    public static IReadOnlyList<TheoryDataRow<string>> Files => GoldenFiles.Names("ac");

    [Theory]
    [MemberData(nameof(Files))]
    public void Gradients_curvature_and_total_derivative_equal_the_reference(string file) => Check(GoldenFiles.Read(file));

    [Theory]
    [MemberData(nameof(Files))]
    public void One_gradient_rule_with_a_wrong_sign_is_noticed(string file)
    {
        JsonElement document = GoldenFiles.Read(file);
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Check(document, SeededFault.Activation(document)));
    }

    private static void Check(JsonElement document, UnaryFunction<double>? activation = null)
    {
        JsonElement expected = document.GetProperty("expected");
        var reference = new NetworkReference(document) { Activation = activation };
        Parameters<double> actor = new("actor"), critic = new("critic");
        var policy = new CategoricalPolicy<double>(reference.Network(actor, "actor"));
        var value = new StateValue<double>(reference.Network(critic, "critic"));
        reference.Load();
        EpisodeInputs<double> batch = Episodes(document);

        Expression<double> logProbability = policy.LogProbability(batch.Observation, batch.Choice);
        Game<double> game = EpisodeGame.OfStateValue(
            actor, critic, batch, logProbability, value.Value, LeaderObjective.StartValue, document.GetProperty("gamma").GetDouble());
        var dense = new DenseTotalDerivative(game, document.GetProperty("regularization").GetDouble());
        dense.Compute();
        var builder = new ProgramBuilder<double>();
        Output<double> loss = builder.Output(game.FollowerCost), gradient = builder.Output(Derivatives.Gradient(game.FollowerCost, critic));
        builder.Build().Run();

        // The file's policy gradient and total derivative are those of the objective, which is minus the actor's cost.
        Compare.Near(GoldenFiles.Flat(expected.GetProperty("policy_gradient")), Negative(actor, dense.Direct), Tolerance, "direct");
        Compare.Near(expected.GetProperty("follower_loss").GetDouble(), loss.Value, Tolerance, "follower loss");
        Compare.Near(GoldenFiles.Flat(expected.GetProperty("follower_grad")),
            NetworkReference.InFileOrder(critic, gradient.Values), Tolerance, "follower gradient");
        Compare.Near(GoldenFiles.Flat(expected.GetProperty("leader_dw")), Negative(critic, dense.LeaderInFollower), Tolerance, "leader dw");
        Compare.Near(GoldenFiles.Flat(expected.GetProperty("hessian")), Hessian(critic, dense.Curvature), Tolerance, "hessian");
        Compare.Near(GoldenFiles.Flat(expected.GetProperty("total_derivative")), Negative(actor, dense.Total), Tolerance, "total");
    }

    private static EpisodeInputs<double> Episodes(JsonElement document)
    {
        double gamma = document.GetProperty("gamma").GetDouble();
        JsonElement[] episodes = [.. document.GetProperty("episodes").EnumerateArray()];
        int steps = episodes.Sum(x => x.GetProperty("reward").GetArrayLength());
        var batch = new EpisodeInputs<double>(steps, episodes.Length, episodes[0].GetProperty("observation")[0].GetArrayLength());
        GoldenFiles.Flat(JsonSerializer.SerializeToElement(episodes.SelectMany(x => x.GetProperty("observation").EnumerateArray())))
            .CopyTo(batch.Observation.Values);
        int at = 0;
        for (int e = 0; e < episodes.Length; e++)
        {
            double[] rewards = GoldenFiles.Flat(episodes[e].GetProperty("reward"));
            double[] actions = GoldenFiles.Flat(episodes[e].GetProperty("action"));
            double toGo = 0;
            for (int t = rewards.Length - 1; t >= 0; t--)
            {
                toGo = rewards[t] + (gamma * toGo);
                batch.Return.Values[at + t] = toGo;
                batch.DiscountedReturn.Values[at + t] = Math.Pow(gamma, t) * toGo;
                batch.Choice.Values[at + t] = (int)actions[t];
                batch.Episode.Values[at + t] = e;
            }

            batch.First.Values[e] = at;
            at += rewards.Length;
        }

        return batch;
    }

    private static double[] Negative(Parameters<double> player, ReadOnlySpan<double> values) =>
        [.. NetworkReference.InFileOrder(player, values).Select(x => -x)];

    // Rows and columns in the order of the file.
    private static double[] Hessian(Parameters<double> player, ReadOnlySpan<double> values)
    {
        int n = player.Count;
        var position = new double[n];
        for (int i = 0; i < n; i++)
        {
            position[i] = i;
        }

        int[] order = [.. NetworkReference.InFileOrder(player, position).Select(x => (int)x)];
        var result = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                result[(i * n) + j] = values[(order[i] * n) + order[j]];
            }
        }

        return result;
    }
}
