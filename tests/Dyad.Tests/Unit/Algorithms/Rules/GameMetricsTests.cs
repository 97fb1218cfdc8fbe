using Dyad.Algorithms;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Numerics;
using Dyad.Tests.Unit.Training;
using Dyad.Training;

namespace Dyad.Tests.Unit.Algorithms.Rules;

/// <summary>The game in each row of metrics.</summary>
[Trait("Category", "unit")]
public sealed class GameMetricsTests
{
    [Theory]
    [InlineData("sac")]
    [InlineData("stddpg-al")]
    [InlineData("td3")]
    public void They_change_nothing_of_training(string method)
    {
        using AgentTraining plain = SmallTasks.Train(method, SmallTasks.Pendulum, episodes: 1, changes: SmallTasks.Small);
        using AgentTraining measured = SmallTasks.Train(
            method, SmallTasks.Pendulum, episodes: 1, changes: [.. SmallTasks.Small, ("eigenvalue_steps", "6")]);
        for (int row = 0; row < 3; row++)
        {
            Recorder without = Recorder.Of(plain), with = Recorder.Of(measured);
            (string Name, double Value)[] game = [.. with.Values.Where(entry => entry.Name.StartsWith("game/", StringComparison.Ordinal))];
            Assert.Equal(without.Values, with.Values.Except(game));
            Assert.Equal(StateArchive.Save(plain.Serialize), StateArchive.Save(measured.Serialize));

            // There is no batch to measure on at the start.
            Assert.Equal(row == 0 ? 0 : 8, game.Length);
            if (row > 0)
            {
                Assert.All(game, entry => Assert.True(double.IsFinite(entry.Value), entry.Name));
                Assert.True(with["game/actor_curvature_min"] < with["game/actor_curvature_max"]);
                Assert.True(with["game/critic_curvature_min"] < with["game/critic_curvature_max"]);
                Assert.True(with["game/jacobian_real_min"] < with["game/jacobian_real_max"]);

                // Measuring again gives the same.
                Assert.Equal(game, Recorder.Of(measured).Values.Where(entry => entry.Name.StartsWith("game/", StringComparison.Ordinal)));
                Recorder.Of(plain);
                Gradients(measured, with);
            }

            Advance(plain, 250);
            Advance(measured, 250);
        }
    }

    // The same batch, drawn by the same stream, and gradients of the costs.
    private static void Gradients(AgentTraining training, Recorder row)
    {
        var agent = (GameAgent)training.Agent;
        GameBatch batch = agent.GameOn(agent.BatchSize);
        batch.Draw(new RandomStream(0).Split("agent").Split("eigenvalues").Split("row"));
        var builder = new ProgramBuilder<float>();
        Output<float> actor = builder.Output(Derivatives.Gradient(batch.Game.ActorCost, batch.Game.Actor));
        Output<float> critic = builder.Output(Derivatives.Gradient(batch.Game.CriticCost, batch.Game.Critic));
        builder.Build().Run();
        Near.Equal(Norm(actor.Values), row["game/actor_gradient"], 1e-5);
        Near.Equal(Norm(critic.Values), row["game/critic_gradient"], 1e-5);
    }

    private static double Norm(ReadOnlySpan<float> x)
    {
        double sum = 0;
        foreach (float value in x)
        {
            sum += (double)value * value;
        }

        return Math.Sqrt(sum);
    }

    private static void Advance(AgentTraining training, int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            training.Advance();
        }
    }
}
