using System.Text.Json.Nodes;
using Dyad.Environments.MuJoCo;

namespace Dyad.Tests.Golden;

/// <summary>
/// Records what MuJoCo compiles from a folder of Gymnasium's MJCF files as <c>model-*.json</c>, under the names of Dyad's own
/// models. Not run with the tests:
/// <c>DYAD_GYM_MODELS=DIR dotnet artifacts/bin/Dyad.Tests/release/Dyad.Tests.dll -explicit only -class Dyad.Tests.Golden.ModelRecorder</c>
/// </summary>
public sealed class ModelRecorder
{
    // Dyad's model, and Gymnasium's file of the same task.
    public static readonly (string Own, string Gym)[] Models =
    [
        ("ant", "ant"), ("half_cheetah", "half_cheetah"), ("hopper", "hopper"), ("humanoid", "humanoid"),
        ("humanoid_standup", "humanoidstandup"), ("inverted_double_pendulum", "inverted_double_pendulum"),
        ("inverted_pendulum", "inverted_pendulum"), ("pusher", "pusher"), ("pusher_v5", "pusher_v5"), ("reacher", "reacher"),
        ("swimmer", "swimmer"), ("walker2d", "walker2d"), ("walker2d_v5", "walker2d_v5"),
    ];

    [Fact(Explicit = true)]
    public void Record()
    {
        string folder = Environment.GetEnvironmentVariable("DYAD_GYM_MODELS") ?? "";
        Assert.True(Directory.Exists(folder), "DYAD_GYM_MODELS must name the folder of the MJCF files");
        foreach ((string own, string gym) in Models)
        {
            using MujocoModel model = MujocoModel.Load(Path.Combine(folder, gym + ".xml"));
            var document = new JsonObject
            {
                ["model"] = own + ".xml",
                ["recorded_from"] = gym + ".xml",
                ["mujoco"] = model.Library.Version,
                ["values"] = ModelArrays.ToJson(ModelArrays.Of(model)),
            };
            File.WriteAllText(GoldenFiles.PathOf($"model-{own}.json"), document.ToJsonString() + "\n");
        }
    }
}
