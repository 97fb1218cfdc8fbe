using Dyad.Core;
using Dyad.Numerics;
using Dyad.Studies.Definitions.Runs;
using Dyad.Tests.Unit.Algorithms;
using Dyad.Tests.Unit.Training;
using Dyad.Training;

namespace Dyad.Tests.Unit.Studies;

/// <summary>The measurement behind <c>zheng2021/batch-size</c>.</summary>
[Trait("Category", "unit")]
public sealed class ImplicitBiasTrainingTests
{
    private static readonly int[] Sizes = [8, 64];

    [Fact]
    public void What_is_measured_is_the_implicit_part_alone()
    {
        // With the target policy in the target the players do not meet: the plain gradient is there, the implicit part is not.
        Recorder coupled = Measured("current-policy"), apart = Measured("target-policy");
        Assert.True(coupled["implicit/squared_norm"] > 0);
        Assert.InRange(apart["implicit/squared_norm"], -1e-9, 1e-9);
        Assert.True(Math.Abs(coupled["implicit/squared_norm"]) > 1e-6, $"{coupled["implicit/squared_norm"]}");
    }

    [Fact]
    public void A_larger_batch_varies_less_and_training_notices_nothing()
    {
        Recorder row = Measured("current-policy");
        Assert.True(row["implicit/variance_8"] > 2 * row["implicit/variance_64"]);
        Assert.Contains(row.Values, value => value.Name == "implicit/squared_bias_8");
        Assert.DoesNotContain(row.Values, value => value.Name == "implicit/squared_bias_64");

        using AgentTraining plain = Training("current-policy"), other = Training("current-policy");
        using var measured = new ImplicitBiasTraining(other, Sizes, batches: 3, from: 0, new RandomStream(1));
        for (int i = 0; i < 260; i++)
        {
            plain.Advance();
            measured.Advance();
            if (i % 100 == 50)
            {
                measured.Measure(new Recorder(), TestContext.Current.CancellationToken);
                plain.Measure(new Recorder(), TestContext.Current.CancellationToken);
            }
        }

        Assert.Equal(StateArchive.Save(plain.Serialize), StateArchive.Save(measured.Serialize));
    }

    private static Recorder Measured(string nextAction)
    {
        using var measured = new ImplicitBiasTraining(Training(nextAction), Sizes, batches: 60, from: 0, new RandomStream(1));
        while (measured.Step < 400)
        {
            measured.Advance();
        }

        return Recorder.Of(measured);
    }

    private static AgentTraining Training(string nextAction) => SmallTasks.Train(
        "stddpg-al", SmallTasks.Pendulum, episodes: 1, changes: [.. SmallTasks.Small, ("hidden_width", "8"), ("next_action", nextAction)]);
}
