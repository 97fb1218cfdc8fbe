using Dyad.Core;
using Dyad.Environments.ClassicControl;
using Dyad.Environments.Gridworlds;
using Dyad.Environments.Wrappers;

namespace Dyad.Environments;

/// <summary>The tasks by name with version. Names are gym's, and mean what gym makes of them: the task in its time limit.</summary>
public static class EnvironmentRegistry
{
    /// <summary>All tasks.</summary>
    public static IReadOnlyList<EnvironmentEntry> All { get; } = [.. GridTasks.All, .. ClassicTasks.All];

    /// <summary>
    /// Older names of tasks with the same physics and rewards. Ant and Humanoid are not among them: their v2 has contact
    /// forces that v4 leaves out.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Aliases { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["HalfCheetah-v2"] = "HalfCheetah-v4",
        ["Hopper-v2"] = "Hopper-v4",
        ["Walker2d-v2"] = "Walker2d-v4",
        ["Swimmer-v2"] = "Swimmer-v4",
        ["Reacher-v2"] = "Reacher-v4",
        ["HumanoidStandup-v2"] = "HumanoidStandup-v4",
        ["InvertedPendulum-v2"] = "InvertedPendulum-v4",
        ["InvertedDoublePendulum-v2"] = "InvertedDoublePendulum-v4",
        ["Pusher-v2"] = "Pusher-v4",
    };

    /// <summary>The entry of a name or an older name; null where there is none.</summary>
    public static EnvironmentEntry? Find(string name)
    {
        string present = Aliases.GetValueOrDefault(name, name);
        return All.FirstOrDefault(entry => entry.Name == present);
    }

    /// <summary>The entry of a name or an older name.</summary>
    /// <exception cref="UserError">There is none; the sentence names near ones.</exception>
    public static EnvironmentEntry Get(string name) => Find(name)
        ?? throw new UserError($"there is no environment '{name}'; {NearNames.Hint(name, [.. All.Select(entry => entry.Name)])}");

    /// <summary>A new instance of a task, in its time limit.</summary>
    /// <exception cref="UserError">There is no such task, or the machine lacks what it needs.</exception>
    public static IEnvironment Create(string name) => Create(Get(name));

    /// <summary>A new instance of a task, in its time limit.</summary>
    public static IEnvironment Create(EnvironmentEntry entry)
    {
        IEnvironment task = entry.Create();
        return entry.MaxEpisodeSteps is int limit ? new TimeLimit(task, limit) : task;
    }
}
