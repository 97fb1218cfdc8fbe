using System.Numerics.Tensors;
using System.Text.Json;
using Dyad.Environments;
using Dyad.Tabular;

namespace Dyad.Tests.Golden;

/// <summary>Values of Gymnasium's toy-text tasks, read by the loader that the command line uses.</summary>
[Trait("Category", "golden")]
public sealed class ToyTextGoldenTests
{
    private const double Tolerance = 1e-8;

    public static IReadOnlyList<TheoryDataRow<string>> Files => GoldenFiles.Names("toytext");

    [Theory]
    [MemberData(nameof(Files))]
    public void Values_equal_the_reference(string file)
    {
        JsonElement expected = GoldenFiles.Read(file).GetProperty("expected");
        Mdp mdp = MdpReader.ReadFile(GoldenFiles.PathOf(file)).Mdp;
        double[] optimal = DynamicProgramming.PolicyIteration(mdp).StateValue;
        var uniform = new PolicyEvaluation(mdp, TabularPolicy.Uniform(mdp));

        CheckValues(expected, "optimal_value", optimal);
        CheckValues(expected, "uniform_value", uniform.StateValue);
        Compare.Near(expected.GetProperty("optimal_start").GetDouble(), TensorPrimitives.Dot(mdp.Initial, optimal), Tolerance, "optimal_start");
        Compare.Near(expected.GetProperty("uniform_start").GetDouble(), uniform.Return, Tolerance, "uniform_start");

        (double[] swept, _) = DynamicProgramming.ValueIteration(mdp, 1e-10);
        CheckValues(expected, "optimal_value", swept);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void The_task_of_that_name_is_the_same_table(string file)
    {
        JsonElement golden = GoldenFiles.Read(file);
        EnvironmentEntry? entry = EnvironmentRegistry.Find(golden.GetProperty("env").GetString()!);
        Assert.SkipWhen(entry is null, "no task has this name");
        Mdp expected = MdpReader.ReadFile(GoldenFiles.PathOf(file)).Mdp, actual = entry!.Mdp!(expected.Discount);
        Assert.Equal((expected.States, expected.Actions), (actual.States, actual.Actions));
        Compare.Near(expected.Initial.ToArray(), actual.Initial, 1e-15, "initial");
        Compare.Near(expected.Reward.ToArray(), actual.Reward, 1e-14, "reward");
        for (int pair = 0; pair < expected.Pairs; pair++)
        {
            double[] wanted = new double[expected.States], found = new double[expected.States];
            Scatter(expected, pair, wanted);
            Scatter(actual, pair, found);
            Compare.Near(wanted, found, 1e-15, $"P of pair {pair}");
        }

        static void Scatter(Mdp mdp, int pair, double[] row)
        {
            for (int i = 0; i < mdp.NextStates(pair).Length; i++)
            {
                row[mdp.NextStates(pair)[i]] += mdp.NextStates(pair).Length == 1 ? 1 : mdp.NextProbabilities(pair)[i];
            }
        }
    }

    // The absorbing state that termination adds is last, and worth nothing.
    private static void CheckValues(JsonElement expected, string name, ReadOnlySpan<double> actual)
    {
        double[] reference = GoldenFiles.Flat(expected.GetProperty(name));
        Compare.Near(reference, actual[..reference.Length], Tolerance, name);
        Assert.InRange(actual.Length - reference.Length, 0, 1);
        Assert.True(actual[reference.Length..].IndexOfAnyExcept(0.0) < 0, $"{name}: the absorbing state must be worth 0");
    }
}
