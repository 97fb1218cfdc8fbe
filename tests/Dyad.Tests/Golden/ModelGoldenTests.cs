using System.Text.Json;
using Dyad.Environments.MuJoCo;

namespace Dyad.Tests.Golden;

/// <summary>Dyad's own models compile to the same physics as the files that Gymnasium uses: every number equal.</summary>
[Trait("Category", "golden")]
public sealed class ModelGoldenTests
{
    public static IReadOnlyList<TheoryDataRow<string>> Files => GoldenFiles.Names("model");

    [Theory]
    [MemberData(nameof(Files))]
    public void The_compiled_model_equals_the_reference(string file)
    {
        JsonElement reference = GoldenFiles.Read(file);
        using MujocoModel model = MujocoModel.Load(Path.Combine(MujocoTasks.ModelFolder, reference.GetProperty("model").GetString()!));
        Assert.SkipUnless(
            model.Library.Version == reference.GetProperty("mujoco").GetInt32() && model.Library.Installation.Headers is not null,
            "the reference is of another version of MuJoCo");
        Assert.Empty(Differences(reference.GetProperty("values"), model));
    }

    [Fact]
    public void The_two_walkers_differ_in_the_friction_of_one_foot_only()
    {
        Assert.SkipWhen(GoldenFiles.Find("model").Length == 0, "no models");
        using MujocoModel old = MujocoModel.Load(Path.Combine(MujocoTasks.ModelFolder, "walker2d.xml"));
        string difference = Assert.Single(Differences(GoldenFiles.Read("model-walker2d_v5.json").GetProperty("values"), old));
        Assert.StartsWith("geom_friction", difference, StringComparison.Ordinal);
    }

    private static List<string> Differences(JsonElement expected, MujocoModel model)
    {
        var differences = new List<string>();
        SortedDictionary<string, double[]> actual = ModelArrays.Of(model);
        Assert.Equal(expected.EnumerateObject().Select(property => property.Name), actual.Keys);
        foreach (JsonProperty property in expected.EnumerateObject())
        {
            double[] reference = GoldenFiles.Flat(property.Value), own = actual[property.Name];
            if (!reference.AsSpan().SequenceEqual(own))
            {
                int at = reference.Length == own.Length ? Enumerable.Range(0, own.Length).First(i => own[i] != reference[i]) : -1;
                differences.Add(at < 0
                    ? $"{property.Name}: {own.Length} numbers where {reference.Length} are expected"
                    : $"{property.Name}[{at}] is {own[at]:R} where {reference[at]:R} is expected");
            }
        }

        return differences;
    }
}
