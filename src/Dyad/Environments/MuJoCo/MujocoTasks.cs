using Dyad.Core;

namespace Dyad.Environments.MuJoCo;

/// <summary>Gym's tasks on MuJoCo. Creating one needs MuJoCo on the machine; listing them does not.</summary>
public static class MujocoTasks
{
    private const int Long = 1000;

    private static readonly GymVersion[] Versions = [GymVersion.V2, GymVersion.V4, GymVersion.V5];

    /// <summary>The folder of Dyad's own models, which the library brings and writes at first use.</summary>
    /// <exception cref="UserError">They can be written nowhere.</exception>
    public static string ModelFolder => ModelFiles.Folder;

    /// <summary>Every task in versions v2, v4 and v5.</summary>
    public static IReadOnlyList<EnvironmentEntry> All { get; } =
    [
        .. Family("HalfCheetah", "a planar cheetah runs to the right", Long, 4800, (name, _) => new HalfCheetah(name)),
        .. Family("Hopper", "a planar leg hops to the right", Long, 3800, (name, version) => new Hopper(name, version)),
        .. Family("Walker2d", "a planar biped walks to the right", Long, null, (name, version) => new Walker2d(name, version)),
        .. Family("Swimmer", "a chain of three links swims to the right", Long, 360, (name, _) => new Swimmer(name)),
        .. Family("Reacher", "an arm of two links reaches for a target", 50, -3.75, (name, version) => new Reacher(name, version)),
        .. Family("Ant", "a quadruped runs to the right", Long, 6000, (name, version) => new Ant(name, version)),
        .. Family("Humanoid", "a humanoid walks to the right", Long, null, (name, version) => new Humanoid(name, version)),
        .. Family(
            "HumanoidStandup", "a humanoid gets up from its back", Long, null, (name, version) => new HumanoidStandup(name, version)),
        .. Family("InvertedPendulum", "a cart balances a pole", Long, 950, (name, version) => new InvertedPendulum(name, version)),
        .. Family(
            "InvertedDoublePendulum",
            "a cart balances two poles, one on the other",
            Long,
            9100,
            (name, version) => new InvertedDoublePendulum(name, version)),
        .. Family("Pusher", "a robot arm pushes a cylinder to a goal", 100, 0, (name, version) => new Pusher(name, version)),
    ];

    /// <summary>Makes a task by its name, without a time limit.</summary>
    /// <exception cref="UserError">There is no such task, or no MuJoCo.</exception>
    public static MujocoEnvironment Create(string name) =>
        (MujocoEnvironment)(All.FirstOrDefault(task => task.Name == name)
            ?? throw new UserError($"there is no MuJoCo task '{name}'; there are {string.Join(", ", All.Select(task => task.Name))}")).Create();

    private static IEnumerable<EnvironmentEntry> Family(
        string family, string what, int steps, double? threshold, Func<string, GymVersion, MujocoEnvironment> create) =>
        Versions.Select(version =>
        {
            string name = $"{family}-{version.ToString().ToLowerInvariant()}";
            string source = version == GymVersion.V2 ? "OpenAI Gym" : "Gymnasium";
            return new EnvironmentEntry(name, $"MuJoCo: {what}", $"{source}, {name}", () => create(name, version), steps, threshold);
        });
}
