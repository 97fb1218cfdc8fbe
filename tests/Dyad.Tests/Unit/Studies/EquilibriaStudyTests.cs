using Dyad.Algorithms;
using Dyad.Algorithms.Rules;
using Dyad.Core;
using Dyad.Diagnostics;
using Dyad.Games;
using Dyad.Numerics;
using Dyad.Studies;
using Dyad.Studies.Definitions;
using Dyad.Studies.Definitions.Runs;
using Dyad.Studies.Results;
using Dyad.Tests.Unit.Algorithms;
using Dyad.Tests.Unit.Training;
using Dyad.Training;

namespace Dyad.Tests.Unit.Studies;

/// <summary>The measurement behind <c>zheng2021/equilibria</c>, and what the study says of runs whose numbers are known.</summary>
[Trait("Category", "unit")]
public sealed class EquilibriaStudyTests
{
    private static readonly InspectionOptions Options = new() { BatchSize = 60, Steps = 8 };

    [Theory]
    [InlineData("stddpg-al")]
    [InlineData("stddpg-cl")]
    public void The_follower_is_the_player_that_does_not_lead_and_training_notices_nothing(string method)
    {
        using AgentTraining training = Small(method), plain = Small(method);
        using var measured = new EquilibriumTraining(training, SmallTasks.Pendulum, Options, from: 200, new RandomStream(1));
        Assert.DoesNotContain(Recorder.Of(measured).Values, value => value.Name.StartsWith("equilibrium/", StringComparison.Ordinal));
        Recorder.Of(plain);
        Advance(measured, 300);
        Advance(plain, 300);
        Recorder row = Recorder.Of(measured);
        Recorder.Of(plain);
        Assert.Equal(StateArchive.Save(plain.Serialize), StateArchive.Save(measured.Serialize));

        // The other player's numbers are others.
        Player follower = method == "stddpg-al" ? Player.Critic : Player.Actor, leader = follower == Player.Critic ? Player.Actor : Player.Critic;
        Assert.Equal(Highest(training, follower), row["equilibrium/follower_max"], 1e-3 * row["equilibrium/follower_max"]);
        Assert.NotEqual(Highest(training, leader), row["equilibrium/follower_max"], 1e-1 * row["equilibrium/follower_max"]);
        Assert.True(row["equilibrium/follower_min"] < row["equilibrium/follower_max"] && row["equilibrium/total"] > 0);
        Assert.True(row["equilibrium/flow_min"] < row["equilibrium/flow_max"]);
    }

    [Fact]
    public void On_policy_there_is_a_verdict_and_no_flow()
    {
        using AgentTraining training = SmallTasks.Train("stac", SmallTasks.CartPole, episodes: 1, changes: [("hidden_width", "8"), ("last_hidden_width", "6"), ("steps_per_epoch", "150")]);
        using var measured = new EquilibriumTraining(training, SmallTasks.CartPole, Options, from: 0, new RandomStream(1));
        Advance(measured, 300);
        Recorder row = Recorder.Of(measured);
        Assert.True(Enum.IsDefined((EquilibriumKind)(int)row["equilibrium/kind"]));
        Assert.True(row["equilibrium/follower_gradient"] > 0);
        Assert.DoesNotContain(row.Values, value => value.Name is "equilibrium/flow_min" or "equilibrium/individual_min");
    }

    [Fact]
    public void Verdicts_and_unstable_flows_are_counted()
    {
        var study = new Zheng2021Equilibria();

        // One seed of each line is near, one degenerate, one not stationary; the flow leaves the first point alone.
        EquilibriumKind[] kinds = [EquilibriumKind.DifferentialStackelberg, EquilibriumKind.Degenerate, EquilibriumKind.NotStationary];
        Analysis analysis = study.Analyze(new StudyRuns(StudyScale.Quick,
        [
            .. from variant in study.Variants(StudyScale.Quick) from seed in Enumerable.Range(0, 3)
               select new FinishedRun(variant, seed, new Dictionary<string, double[]>(
                   new[] { "total", "follower_gradient", "follower_min", "follower_max", "follower_nearest" }
                       .Concat(variant.Environment == "Pendulum-v1" ? ["individual_min", "flow_max"] : Array.Empty<string>())
                       .Select(name => KeyValuePair.Create($"equilibrium/{name}", new[] { double.NaN, 2.5 }))
                       .Append(KeyValuePair.Create("equilibrium/kind", new[] { double.NaN, (double)(int)kinds[seed] }))
                       .Append(KeyValuePair.Create("equilibrium/flow_min", new[] { double.NaN, seed == 0 ? -3.0 : 1 + seed }))
                       .Append(KeyValuePair.Create("step", new[] { 0.0, 1000 }))
                       .Append(KeyValuePair.Create("eval/return", new[] { 0.0, 1 }))))
        ]));
        Assert.Contains("Of 24 runs 8 end near a differential Stackelberg equilibrium: 8 are degenerate", analysis.Findings[0].Measured, StringComparison.Ordinal);
        Assert.Contains("8 not stationary, 0 not minimal, 0 undecided", analysis.Findings[0].Measured, StringComparison.Ordinal);
        Assert.Contains("at the end of 6 of 18 runs off policy, the lowest of each between -3 and 3", analysis.Findings[1].Measured, StringComparison.Ordinal);
        DataTable table = Assert.Single(analysis.Tables);
        Assert.Equal("1 near, 1 not stationary, 1 degenerate", table.Rows[0][1]);
        Assert.Equal("2.5", table.Rows[0][2]);
        Assert.Equal("", table.Rows[^1][7]);
    }

    private static AgentTraining Small(string method) =>
        SmallTasks.Train(method, SmallTasks.Pendulum, episodes: 1, changes: [.. SmallTasks.Small, ("hidden_width", "8")]);

    // The actor leading, the leader is the actor.
    private static double Highest(AgentTraining training, Player player)
    {
        SpectrumReport spectrum = GameInspection.Of((GameAgent)training.Agent, Options with { Leader = Player.Actor }, new RandomStream(1).Split("row")).Spectrum;
        return (player == Player.Actor ? spectrum.LeaderCurvature : spectrum.FollowerCurvature).Highest;
    }

    private static void Advance(IIterative training, int steps)
    {
        while (training.Step < steps)
        {
            training.Advance();
        }
    }
}
